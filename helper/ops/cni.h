/* What an engine asks for by CNI, one function and one file each; cli/cni.c reads and answers. */
#ifndef V6HOOK_OPS_CNI_H
#define V6HOOK_OPS_CNI_H

#include "net/link.h"
#include "ops/verbs.h"
#include "runtime/cni.h"

#define CNI_VETH_MAX IF_NAMESIZE

/* What ADD has done. */
struct cni_added {
	struct listing listing;
	bool own;			  /* the veth is of our making */
	struct link bridge, outer, inner; /* then: what belongs to it */
};

/*
 * Attaches the interface that is named, or makes it first: on a bridge that the configuration
 * names. Returns 0, or -errno as op_attach; -EEXIST if it is to be made and is there; -EBUSY if
 * another container of that name has its address. Then all is as it was.
 */
int op_cni_add(struct context *c, const struct cni_call *call, const struct cni_conf *conf,
	       struct cni_added *ret, struct error *e);

/*
 * Detaches it, and gives up what does not come again; another container that has the name by now is
 * let alone. What is not there is no error. Returns 0 or -errno.
 */
int op_cni_del(struct context *c, const struct cni_call *call, const struct cni_conf *conf,
	       struct error *e);

/*
 * Does the same to all attachments of the network but those that are valid, and goes on after one
 * that fails. Returns 0, or -errno and how many did, with the first reason.
 */
int op_cni_gc(struct context *c, const struct cni_conf *conf, struct error *e);

/* Whether it is attached as prevResult says, and as far as is known reached. Returns 0 or -errno.
 */
int op_cni_check(struct context *c, const struct cni_call *call, const struct cni_conf *conf,
		 struct error *e);

/*
 * Whether an ADD would be served: cheap, as it is asked every few seconds.
 * @ret_limited: set if what is attached may not be reached either. Returns 0 or -errno.
 */
int op_cni_status(struct context *c, const struct cni_conf *conf, bool *ret_limited,
		  struct error *e);

/*
 * The name of the host's end of a veth of our making, the same each time: its first six bytes say
 * which network. @out: CNI_VETH_MAX bytes. Returns out.
 */
char *cni_veth_name(const char *network, const char *container, const char *ifname, char *out);

/* Writes CONTAINER as a lease of that name has it. @out: IDENT_TEXT_MAX bytes. Returns out. */
char *cni_ident(const char *name, char *out);

#endif
