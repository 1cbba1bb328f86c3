/* What an instance holds follows it to its new name, also where names are exchanged. */
#ifndef V6HOOK_RENAMED_H
#define V6HOOK_RENAMED_H

#include "known/context.h"
#include "watch/record.h"

/*
 * Gives what an instance holds the name that it has now, and tells the journal. Its engine has
 * confirmed that name.
 * @r: its record: name, id; old_name if that was told
 * Returns 1, 0 if it holds nothing by another name, or -errno, which is told; -EEXIST if the name
 * has a lease of its own.
 */
int renamed_follow(struct context *c, const struct config_engine *engine, const struct record *r);

#endif
