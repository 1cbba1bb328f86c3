/* What other firewalls are had to let through for who is attached, as far as the configuration lets
 * us. */
#ifndef V6HOOK_OPENED_H
#define V6HOOK_OPENED_H

#include "filter/other.h"
#include "known/context.h"
#include "net/marked.h"
#include "world/look.h"

/*
 * Looks whether what is forwarded on this way is dropped, and if it is, has it let through in the
 * place that the one who drops it keeps for that. What was opened is told, and so is what could not
 * be. @c: null for who only looks; @host: a socket; @ret: how it is then
 */
void opened_begin(const struct context *c, struct nl_sock *host, const struct other_way *way,
		  struct other_wall *ret);

/*
 * What is to be typed to have what goes to the address let through, and what comes from there, in
 * one line. @wall: one that drops, but not early
 */
void opened_remedy(const struct context *c, struct nl_sock *host, const struct other_way *way,
		   const struct other_wall *wall, char *out, size_t size);

/* Why it is dropped, and what to do. @wall: one that drops */
void opened_tell(const struct context *c, struct nl_sock *host, const struct other_way *way,
		 const struct other_wall *wall, char *out, size_t size);

/*
 * Ends what is open for nobody any more, once an address is out of service: the last one. What
 * fails is told; reconcile tries it again. @host: a socket
 */
void opened_end(const struct context *c, struct nl_sock *host);

/*
 * Opens what must be open for all who are attached, and ends what is open for nobody. What cannot
 * be opened is told. @change: or only tell
 * @opened: called for the first on each way that was closed; @extra: set to whether there was
 * something that is open for nobody
 * Returns 0 or what opened returned.
 */
int opened_make(const struct context *c, struct look *l, bool change,
		int (*opened)(const struct holder *h, void *arg), void *arg, bool *extra);

#endif
