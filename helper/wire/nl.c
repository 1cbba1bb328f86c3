/* Netlink sockets that only the kernel can answer, with a deadline, and exact error codes. */
#include "wire/nl.h"

#include <errno.h>
#include <netlink/errno.h>
#include <netlink/socket.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#define ANSWER_SIZE 32768 /* bytes: the kernel never fills more than this (netlink_dump) */
#define REQUEST_SIZE 1024 /* the largest names a table and a chain of nf_tables */
#define MAX_ERRNO 4095	  /* include/linux/err.h */
#define TRIES 4		  /* of one message, where the failure may be a passing one */
#define DUMPS_MOST 16	  /* of one dump, while what it lists is changed all the time */

/*
 * Opens a socket of the given netlink protocol. It gets its port and is connected in one step: what
 * is the kernel's alone when others can know its port (net/netlink/af_netlink.c: netlink_connect).
 * Returns 0 or -errno.
 */
static int open_to(int protocol, struct nl_sock **ret, struct error *e)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct timeval deadline = { .tv_sec = NL_DEADLINE_S };
	_nl_sock_ struct nl_sock *s = nl_socket_alloc();
	_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	const int yes = 1;
	int r;

	if (!s)
		return error_sys(e, -ENOMEM, "cannot open a netlink socket");
	if (fd < 0)
		return error_sys(e, -errno, "cannot open a netlink socket");
	if (connect(fd, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline)) < 0)
		return error_sys(e, -errno, "cannot connect a netlink socket to the kernel");
	/* dumps take filters then; kernels before 4.20 refuse, and send everything */
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &yes, sizeof(yes));
	r = nl_socket_set_fd(s, protocol, fd);
	if (r < 0)
		return error_set(e, STATUS_FAILED, -EIO, "cannot open a netlink socket: %s",
				 nl_geterror(r));
	steal_fd(&fd);
	nl_socket_disable_auto_ack(s);
	*ret = steal_ptr(&s);
	return 0;
}

int nl_open(struct nl_sock **ret, struct error *e)
{
	return open_to(NETLINK_ROUTE, ret, e);
}

int nl_open_filter(struct nl_sock **ret, struct error *e)
{
	return open_to(NETLINK_NETFILTER, ret, e);
}

struct nl_msg *nl_new(int type, int flags, const void *header, size_t len)
{
	/* libnl's own default is a page, filled with zeros each time */
	_nl_msg_ struct nl_msg *m = nlmsg_alloc_size(REQUEST_SIZE);

	if (!m || !nlmsg_put(m, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0, NLM_F_REQUEST | flags) ||
	    nlmsg_append(m, (void *)header, len, NLMSG_ALIGNTO) < 0)
		return NULL;
	return steal_ptr(&m);
}

static time_t now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Requests on their way, whose numbers follow each other, and what became of them. */
struct exchange {
	int (*each)(const struct nlmsghdr *answer, void *arg); /* for answers to a question */
	void *arg;
	bool dump;
	uint32_t first;
	size_t count;
	int *result; /* of each request: of the function above, or the kernel's error */
	bool ended;  /* the last one is answered */

	/* of a dump, whose end tells whether it is worth anything */
	char *kept; /* its messages, one after the other */
	size_t kept_len, kept_room;
	bool torn; /* what it lists has changed meanwhile: something may be missing, or come twice
		    */
};

static void exchange_release(struct exchange *x)
{
	free(x->kept);
}

/* Keeps one message of a dump. Returns 0 or -ENOMEM. */
static int keep(struct exchange *x, const struct nlmsghdr *h)
{
	const size_t len = NLMSG_ALIGN(h->nlmsg_len);

	if (len > x->kept_room - x->kept_len) {
		const size_t room = 2 * x->kept_room + len;
		char *larger = realloc(x->kept, room);

		if (!larger)
			return -ENOMEM;
		x->kept = larger;
		x->kept_room = room;
	}
	memcpy(x->kept + x->kept_len, h, h->nlmsg_len);
	x->kept_len += len;
	return 0;
}

/* Hands out what was kept, until the function returns anything but 0. Returns that. */
static int hand_out(const struct exchange *x)
{
	int r = 0;

	for (size_t at = 0; r == 0 && at < x->kept_len;) {
		const struct nlmsghdr *h = (const struct nlmsghdr *)(x->kept + at);

		r = x->each(h, x->arg);
		at += NLMSG_ALIGN(h->nlmsg_len);
	}
	return r;
}

/* 0, or one of the kernel's; what is neither is -EIO. */
static int kernel_error(int error)
{
	return error <= 0 && error > -MAX_ERRNO ? error : -EIO;
}

/* What became of one request, as the kernel's last word on it says. */
static int last_word(const struct exchange *x, const struct nlmsghdr *h)
{
	const struct nlmsgerr *error = nlmsg_data(h);

	/* of a dump that has failed in its middle (netlink_dump: dump_done_errno) */
	if (h->nlmsg_type == NLMSG_DONE && x->dump)
		return nlmsg_datalen(h) >= (int)sizeof(int) && *(const int *)nlmsg_data(h) < 0
			       ? kernel_error(*(const int *)nlmsg_data(h))
			       : 0;
	if (h->nlmsg_type == NLMSG_ERROR && h->nlmsg_len < NLMSG_LENGTH(sizeof(*error)))
		return -EIO;
	if (h->nlmsg_type == NLMSG_ERROR && error->error)
		return kernel_error(error->error);
	/* an acknowledgement is no answer to a question */
	return x->each && !x->dump ? -EIO : 0;
}

/* Takes one message. What answers another request, late, is skipped. */
static void take(struct exchange *x, const struct nlmsghdr *h)
{
	uint32_t place = h->nlmsg_seq - x->first;
	bool last = h->nlmsg_type == NLMSG_ERROR || (h->nlmsg_type == NLMSG_DONE && x->each);
	int r;

	if (place >= x->count || h->nlmsg_type == NLMSG_NOOP || h->nlmsg_type == NLMSG_OVERRUN)
		return;
	x->torn |= x->dump && h->nlmsg_flags & NLM_F_DUMP_INTR;
	if (last) {
		r = last_word(x, h);
		if (r < 0)
			x->result[place] = r;
	} else if (x->each && x->result[place] == 0) {
		x->result[place] = x->dump ? keep(x, h) : x->each(h, x->arg);
	}
	/* a change ends with its acknowledgement, a question about one thing with its answer */
	x->ended = place == x->count - 1 && (last || (x->each && !x->dump));
}

/*
 * Reads from the socket. Returns how many bytes there are of the kernel's, whose port is 0 (a
 * socket has its own a moment before it is connected, and the numbers of requests can be guessed),
 * or -errno.
 */
static ssize_t read_answer(struct nl_sock *s, void *buffer)
{
	struct sockaddr_nl from = { .nl_pid = 0 };
	struct iovec room = { buffer, ANSWER_SIZE };
	struct msghdr m = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &room,
		.msg_iovlen = 1,
	};
	ssize_t n = recvmsg(nl_socket_get_fd(s), &m, 0);

	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	if (m.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	return from.nl_pid == 0 ? n : 0;
}

/*
 * Receives until all is answered. The kernel has done what was asked when the requests are sent
 * (rtnetlink_rcv runs in sendmsg), and a failure to read the answer changes nothing of that: so it
 * is read again, unless the time is over. Returns 0 or -errno.
 */
static int receive_into(void *buffer, struct nl_sock *s, struct exchange *x)
{
	const time_t end = now_s() + NL_DEADLINE_S;
	int r = -ETIMEDOUT;

	for (int tries = 0; !x->ended && tries < TRIES;) {
		struct nlmsghdr *h = buffer;
		ssize_t n = read_answer(s, buffer);

		if (n < 0) {
			r = (int)n;
			tries++;
		}
		if (n <= 0 && now_s() >= end)
			break;
		for (int left = n < 0 ? 0 : (int)n; !x->ended && nlmsg_ok(h, left);
		     h = nlmsg_next(h, &left))
			take(x, h);
	}
	return x->ended ? 0 : r;
}

/* The same; most runs are dozens of exchanges, and within what is called there may be another. */
static int receive(struct nl_sock *s, struct exchange *x)
{
	static _Alignas(struct nlmsghdr) char buffer[ANSWER_SIZE];
	static bool taken;
	_free_ void *another = taken ? malloc(ANSWER_SIZE) : NULL;
	int r;

	if (taken)
		return another ? receive_into(another, s, x) : -ENOMEM;
	taken = true;
	r = receive_into(buffer, s, x);
	taken = false;
	return r;
}

/* Sends all of them in one go; what kept them from being sent is tried again if it may pass. */
static int send_all(struct nl_sock *s, struct nl_msg *const *list, size_t count)
{
	struct iovec parts[NL_MANY];
	/* the socket is connected to it: strace reads what is sent to a netlink address */
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr all = {
		.msg_name = &kernel,
		.msg_namelen = sizeof(kernel),
		.msg_iov = parts,
		.msg_iovlen = count,
	};
	ssize_t n = -1;

	/* what is appended to a message is aligned, and so is its end */
	for (size_t i = 0; i < count; i++) {
		nl_complete_msg(s, list[i]);
		parts[i] = (struct iovec){ nlmsg_hdr(list[i]),
					   NLMSG_ALIGN(nlmsg_hdr(list[i])->nlmsg_len) };
	}
	errno = EINTR;
	for (int tries = 0; tries < TRIES && n < 0 && (errno == EINTR || errno == EAGAIN); tries++)
		n = sendmsg(nl_socket_get_fd(s), &all, 0);
	return n < 0 ? -errno : 0;
}

int nl_ask(struct nl_sock *s, struct nl_msg *request,
	   int (*each)(const struct nlmsghdr *answer, void *arg), void *arg)
{
	CLEANUP(exchange_release) struct exchange x = { .each = each, .arg = arg, .count = 1 };
	int r, result = 0, tries = 0;

	if (!request)
		return -ENOMEM;
	x.result = &result;
	x.dump = each && (nlmsg_hdr(request)->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	if (!each)
		nlmsg_hdr(request)->nlmsg_flags |= NLM_F_ACK;
	do {
		x.ended = x.torn = false;
		x.kept_len = 0;
		nlmsg_hdr(request)->nlmsg_seq = NL_AUTO_SEQ;
		r = send_all(s, &request, 1);
		x.first = nlmsg_hdr(request)->nlmsg_seq;
		if (r == 0)
			r = receive(s, &x);
	} while (r == 0 && result == 0 && x.torn && ++tries < DUMPS_MOST);
	if (r == 0 && result == 0 && x.torn)
		return -EAGAIN;
	if (r == 0 && result == 0 && x.dump)
		result = hand_out(&x);
	return r < 0 ? r : result;
}

int nl_do(struct nl_sock *s, struct nl_msg *request)
{
	return nl_ask(s, request, NULL, NULL);
}

int nl_do_all(struct nl_sock *s, struct nl_msg *const *list, size_t count, int *ret)
{
	int result[NL_MANY] = { 0 };
	struct exchange x = { .count = count, .result = result };
	int r;

	if (count == 0 || count > NL_MANY)
		return count ? -E2BIG : 0;
	/* all are told what is refused; that it comes to the end, by the last */
	nlmsg_hdr(list[count - 1])->nlmsg_flags |= NLM_F_ACK;
	r = send_all(s, list, count);
	x.first = nlmsg_hdr(list[0])->nlmsg_seq;
	if (r == 0)
		r = receive(s, &x);
	if (r == 0)
		memcpy(ret, result, count * sizeof(*ret));
	return r;
}
