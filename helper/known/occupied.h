/* Whether a port is another container's already. */
#ifndef V6HOOK_OCCUPIED_H
#define V6HOOK_OCCUPIED_H

#include "known/context.h"
#include "known/locate.h"
#include "known/request.h"
#include "net/container.h"

/*
 * Whether two records are of one port: of the same network namespace, by its device and inode, and
 * the same end of a veth.
 */
bool occupied_same(const struct attachment *a, const struct attachment *b);

/*
 * Has whoever else attaches in that network namespace, by another name, wait: they are to see each
 * other. @lock: the container's, which holds this one, too. Returns 0, -EBUSY, or -EAGAIN if all
 * is to begin anew.
 */
int occupied_lock(const struct context *c, const struct located *at, int lock, struct error *e);

/*
 * Where somebody says by hand or by CNI where a container is: whether that port is the one of
 * another container that lives and is attached, which would be cut off unnoticed. One that was
 * restarted or renamed since is not in the way. An engine that names its containers says itself
 * where they are, and costs nothing here.
 * @ident: whom it is for; @before: its own record, or null; @at: located; @has: what there is
 * Returns 0, or -EEXIST.
 */
int occupied_check(const struct context *c, const struct request *q, const char *ident,
		   const struct attachment *before, const struct located *at,
		   const struct container_has *has, struct error *e);

#endif
