/* Which containers are guarded, and as whom: what the records say, made good in the filters. */
#ifndef V6HOOK_GUARDED_H
#define V6HOOK_GUARDED_H

#include "filter/guard.h"
#include "known/context.h"
#include "world/look.h"

/* What a container's record says of its port. @ret: names ident, which must outlive it */
void guarded_port(const struct context *c, const char *ident, const struct in6_addr *address,
		  const struct attachment *a, struct guard_port *ret);

/* Which of its ports others reach, by the configuration as it is now. @p: with its name */
void guarded_expose(const struct context *c, struct guard_port *p);

/*
 * Guards the container's port. One that cannot be guarded fails, or with "best-effort" is told; one
 * that has another's MAC fails in any case (-EADDRINUSE).
 * Does nothing with "guard": false. @host: a socket; @via: its bridge, or what else is there
 * Returns 1 if it is guarded, 0, or -errno.
 */
int guarded_begin(const struct context *c, struct nl_sock *host, const struct link *via,
		  const char *ident, const struct in6_addr *address, const struct attachment *a,
		  struct error *e);

/*
 * Ends that, when the address is out of service; or, with a record, of what that does not say.
 * @address: that it is of. What fails is told; reconcile tries it again.
 */
void guarded_end(const struct context *c, const char *ident, const struct in6_addr *address,
		 const struct attachment *but);

/* How one that is attached is guarded. */
enum guarded {
	GUARDED_UNKNOWN, /* who looks lacks the right */
	GUARDED_OFF,	 /* by the configuration */
	GUARDED_NOT,	 /* it is not, though it should be */
	GUARDED_IPV6,	 /* but for IPv4: nobody says which address it has */
	GUARDED_ALL,
	GUARDED_NO_BRIDGE, /* its port is on something else */
};

/* The word for it, or null for the first. */
const char *guarded_name(enum guarded g);

enum guarded guarded_look(const struct context *c, struct look *l, const struct holder *h);

/*
 * Makes the table what the look's records say, or with "guard": false removes it. Of those who are
 * at work on a container nothing is taken away, nor of one that the kernel has entries for and no
 * record tells of. @change: or only tell; @lacks: called for each that was not guarded as it must
 * be
 * @extra: set to whether there was something that is nobody's
 * Returns 0, what lacks returned, or -errno.
 */
int guarded_make(const struct context *c, struct look *l, bool change,
		 int (*lacks)(const struct holder *h, void *arg), void *arg, bool *extra,
		 struct error *e);

#endif
