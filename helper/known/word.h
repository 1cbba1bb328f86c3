/* The last word on an instance: who detached it by hand, and who may attach it all the same. */
#ifndef V6HOOK_WORD_H
#define V6HOOK_WORD_H

#include "known/context.h"
#include "known/request.h"
#include "net/netns.h"
#include "runtime/runtime.h"

/* Whether the record says that an instance was detached by hand which lives, or may live. */
bool word_stands(const struct context *c, const struct attachment *a);

/*
 * Whether the instance may be attached, as far as it was not detached by a hand which the request's
 * does not outrank. An ordinary user names their containers as they like: for theirs the records of
 * other names are read, too, and as long as the instance that was detached lives, no other has its
 * name.
 * @before: the record of that name, or null; @netns: where the instance is
 * Returns 0 or -ECANCELED.
 */
int word_check(struct context *c, const struct request *q, const struct instance *instance,
	       const struct attachment *before, const struct netns *netns, struct error *e);

/*
 * Which instance of a container runs now, for a word on one of which no record tells. An ordinary
 * user's container is not looked for: they could fill the store with names.
 * @ret: process, namespace, boot and engine's ID; the rest is left alone
 * Returns whether one was found.
 */
bool word_find(struct context *c, const struct request *q, const char *ident,
	       struct attachment *ret);

#endif
