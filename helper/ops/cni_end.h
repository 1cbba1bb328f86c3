/* The end of one CNI attachment, for DEL and for GC. */
#ifndef V6HOOK_CNI_END_H
#define V6HOOK_CNI_END_H

#include "ops/cni.h"

/* An attachment that is to end. */
struct cni_ending {
	const char *name;     /* of its lease */
	const char *instance; /* the container's ID as it is recorded; null: there is no record */
	bool release;	      /* and its lease is given up */
};

/* Whether an attachment's lease goes with it: as the configuration says, else if its name does not
 * come again. @name, @instance: as cni_comes_again */
bool cni_gives_up(const struct cni_conf *conf, const char *name, const char *instance);

/*
 * Detaches it, and gives its lease up if that is to be; another's that has the name by now is let
 * alone, and so is the lease of one that is pinned. Returns 0 or -errno.
 */
int cni_end(struct context *c, const struct cni_ending *what, struct error *e);

#endif
