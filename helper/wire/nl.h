/* Netlink sockets that only the kernel can answer, with a deadline, and exact error codes. */
#ifndef V6HOOK_NL_H
#define V6HOOK_NL_H

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "base/cleanup.h"
#include "base/error.h"

#define NL_DEADLINE_S 2 /* seconds that one answer may take */

DEFINE_CLEANUP(struct nl_sock *, cleanup_nl_sock, nl_socket_free)
#define _nl_sock_ CLEANUP(cleanup_nl_sock)
DEFINE_CLEANUP(struct nl_msg *, cleanup_nl_msg, nlmsg_free)
#define _nl_msg_ CLEANUP(cleanup_nl_msg)

/*
 * Opens an rtnetlink socket in the calling thread's network namespace and connects it to the
 * kernel, so that no other process can forge an answer (libnl does not check who sent a message).
 * Returns 0 or -errno.
 */
int nl_open(struct nl_sock **ret, struct error *e);

/* The same for netfilter's tables (NETLINK_NETFILTER). */
int nl_open_filter(struct nl_sock **ret, struct error *e);

/*
 * A request of the given type with its fixed header in place.
 * @flags: besides NLM_F_REQUEST
 * Returns null without memory.
 */
struct nl_msg *nl_new(int type, int flags, const void *header, size_t len);

/*
 * Sends the request and waits for its acknowledgement.
 * Returns 0, the kernel's own -errno, or -ETIMEDOUT.
 */
int nl_do(struct nl_sock *s, struct nl_msg *request);

/*
 * Sends the request and hands every answer to each, until the last; a non-zero return of each is
 * remembered and returned (later answers are skipped). A dump is handed out once it is whole: one
 * during which what it lists was changed (NLM_F_DUMP_INTR) is asked for again.
 * Returns 0, the kernel's own -errno, -ETIMEDOUT, or -EAGAIN for a dump that never was whole.
 */
int nl_ask(struct nl_sock *s, struct nl_msg *request,
	   int (*each)(const struct nlmsghdr *answer, void *arg), void *arg);

#define NL_MANY 48 /* requests that may go together: room for as many refusals is there */

/*
 * Sends many requests at once; the kernel carries them out one by one in this order, and goes on
 * after one that it refuses. What they are answered with besides is not looked at: a question tells
 * whether there is what it asks for.
 * @count: NL_MANY at most; @ret: what became of each, 0 or the kernel's own -errno
 * Returns 0, or -errno if that is not known of all of them: then ret is untouched.
 */
int nl_do_all(struct nl_sock *s, struct nl_msg *const *list, size_t count, int *ret);

#endif
