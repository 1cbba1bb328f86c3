/* Netlink sockets that only the kernel can answer, with a deadline, and exact error codes. */
#include "net/nl.h"

#include <errno.h>
#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/socket.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#define ANSWER_SIZE 32768 /* bytes */
#define REQUEST_SIZE 1024 /* the largest names a table and a chain of nf_tables */
#define MAX_ERRNO 4095	  /* include/linux/err.h */
#define TRIES 4		  /* of one message, where the failure may be a passing one */

int nl_errno(int libnl_code)
{
	switch (libnl_code < 0 ? -libnl_code : libnl_code) {
	case NLE_SUCCESS:
		return 0;
	case NLE_INTR:
		return -EINTR;
	case NLE_AGAIN:
		return -ETIMEDOUT;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_EXIST:
		return -EEXIST;
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_NODEV:
		return -ENODEV;
	case NLE_NOACCESS:
	case NLE_PERM:
		return -EPERM;
	case NLE_BUSY:
		return -EBUSY;
	case NLE_RANGE:
		return -ERANGE;
	case NLE_OPNOTSUPP:
		return -EOPNOTSUPP;
	case NLE_NOADDR:
		return -EADDRNOTAVAIL;
	case NLE_MSG_TRUNC:
	case NLE_MSG_TOOSHORT:
		return -EMSGSIZE;
	case NLE_DUMP_INTR:
		return -EAGAIN;
	default:
		return -EIO;
	}
}

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
		return error_sys(e, nl_errno(r), "cannot open a netlink socket");
	steal_fd(&fd);
	nl_socket_disable_auto_ack(s);
	/* one read an answer: the kernel never fills more than this (netlink_dump) */
	nl_socket_disable_msg_peek(s);
	nl_socket_set_msg_buf_size(s, ANSWER_SIZE);
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

/* One exchange: what each answer is given to, and how it ended. */
struct exchange {
	int (*each)(const struct nlmsghdr *answer, void *arg);
	void *arg;
	bool dump;
	uint32_t seq; /* of the request: what answers another one, late, is skipped */
	int result;   /* of each */
	int error;    /* the kernel's */
	bool ended;
};

/*
 * Whether a message is the kernel's, whose port is 0, and answers this request. A socket has its
 * port a moment before it is connected, and the numbers of requests can be guessed.
 */
static bool is_answer(const struct exchange *x, const struct sockaddr_nl *from, uint32_t seq)
{
	return from->nl_pid == 0 && seq == x->seq;
}

static int on_answer(struct nl_msg *msg, void *arg)
{
	struct exchange *x = arg;

	if (!is_answer(x, nlmsg_get_src(msg), nlmsg_hdr(msg)->nlmsg_seq))
		return NL_SKIP;
	if (x->each && x->result == 0)
		x->result = x->each(nlmsg_hdr(msg), x->arg);
	if (!x->dump)
		x->ended = true;
	return x->ended ? NL_STOP : NL_OK;
}

static int on_end(struct nl_msg *msg, void *arg)
{
	struct exchange *x = arg;

	if (!is_answer(x, nlmsg_get_src(msg), nlmsg_hdr(msg)->nlmsg_seq))
		return NL_SKIP;
	/* an acknowledgement is no answer to a question */
	if (x->each && !x->dump)
		x->error = -EIO;
	x->ended = true;
	return NL_STOP;
}

/* 0, or one of the kernel's; what is neither is -EIO. */
static int kernel_error(int error)
{
	return error <= 0 && error > -MAX_ERRNO ? error : -EIO;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct exchange *x = arg;

	if (!is_answer(x, from, err->msg.nlmsg_seq))
		return NL_SKIP;
	x->error = kernel_error(err->error);
	x->ended = true;
	return NL_STOP;
}

/* Sends the request; what kept it from being sent is tried again if it may pass. */
static int send_request(struct nl_sock *s, struct nl_msg *request)
{
	int r = -NLE_INTR;

	for (int tries = 0; tries < TRIES && (r == -NLE_INTR || r == -NLE_AGAIN); tries++)
		r = nl_send_auto(s, request);
	return r;
}

/*
 * Receives the answer. The kernel has done what was asked when the request is sent
 * (rtnetlink_rcv runs in sendmsg), and a failure to read the answer changes nothing of that: so it
 * is read again, unless the time is over or a dump must be begun anew.
 */
static int receive_until(struct nl_sock *s, struct nl_cb *cb, const bool *ended)
{
	time_t end = now_s() + NL_DEADLINE_S;
	int r = 0;

	for (int tries = 0; !*ended && tries < TRIES; tries++) {
		do
			r = nl_recvmsgs(s, cb);
		while (r >= 0 && !*ended);
		if (r == -NLE_DUMP_INTR || (r < 0 && now_s() >= end))
			break;
	}
	return r;
}

/*
 * Callbacks for one exchange, kept for the next one: most runs are dozens of exchanges, and within
 * what is called back there may be another. Returns null without memory.
 */
static struct nl_cb *spare;

static struct nl_cb *take_callbacks(void)
{
	return spare ? steal_ptr(&spare) : nl_cb_alloc(NL_CB_DEFAULT);
}

static void leave_callbacks(struct nl_cb *cb)
{
	if (spare)
		nl_cb_put(cb);
	else
		spare = cb;
}

int nl_ask(struct nl_sock *s, struct nl_msg *request,
	   int (*each)(const struct nlmsghdr *answer, void *arg), void *arg)
{
	struct exchange x = { .each = each, .arg = arg };
	struct nl_cb *cb;
	int r;

	if (!request)
		return -ENOMEM;
	/* a change ends with its acknowledgement, a question about one thing with its answer */
	x.dump = each && (nlmsg_hdr(request)->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	if (!each)
		nlmsg_hdr(request)->nlmsg_flags |= NLM_F_ACK;
	cb = take_callbacks();
	if (!cb)
		return -ENOMEM;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_answer, &x);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_end, &x);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_end, &x);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, &x);
	r = send_request(s, request);
	x.seq = nlmsg_hdr(request)->nlmsg_seq;
	if (r >= 0)
		r = receive_until(s, cb, &x.ended);
	leave_callbacks(cb);
	if (x.error)
		return x.error;
	return r < 0 && !x.ended ? nl_errno(r) : x.result;
}

int nl_do(struct nl_sock *s, struct nl_msg *request)
{
	return nl_ask(s, request, NULL, NULL);
}

/* Many exchanges at once: their numbers follow each other. */
struct exchanges {
	uint32_t first;
	size_t count;
	int result[NL_MANY];
	bool ended;
};

static int on_any_answer(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

/* Notes what became of one; that of the last ends it. */
static int note_result(struct exchanges *x, const struct sockaddr_nl *from, uint32_t seq, int r)
{
	if (from->nl_pid != 0 || seq - x->first >= x->count)
		return NL_SKIP;
	x->result[seq - x->first] = r;
	x->ended = seq - x->first == x->count - 1;
	return x->ended ? NL_STOP : NL_OK;
}

static int on_acknowledgement(struct nl_msg *msg, void *arg)
{
	return note_result(arg, nlmsg_get_src(msg), nlmsg_hdr(msg)->nlmsg_seq, 0);
}

static int on_refusal(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	return note_result(arg, from, err->msg.nlmsg_seq, kernel_error(err->error));
}

/* Sends all of them in one go. Returns 0 or -errno. */
static int send_all(struct nl_sock *s, struct nl_msg *const *list, size_t count)
{
	struct iovec parts[NL_MANY];
	struct msghdr all = { .msg_iov = parts, .msg_iovlen = count };
	ssize_t n = -1;

	/* what is appended to a message is aligned, and so is its end */
	for (size_t i = 0; i < count; i++)
		parts[i] = (struct iovec){ nlmsg_hdr(list[i]),
					   NLMSG_ALIGN(nlmsg_hdr(list[i])->nlmsg_len) };
	errno = EINTR;
	for (int tries = 0; tries < TRIES && n < 0 && (errno == EINTR || errno == EAGAIN); tries++)
		n = sendmsg(nl_socket_get_fd(s), &all, 0);
	return n < 0 ? -errno : 0;
}

int nl_do_all(struct nl_sock *s, struct nl_msg *const *list, size_t count, int *ret)
{
	struct exchanges x = { .count = count };
	struct nl_cb *cb;
	int r = 0;

	if (count == 0 || count > NL_MANY)
		return count ? -E2BIG : 0;
	for (size_t i = 0; i < count; i++) {
		nl_complete_msg(s, list[i]);
		/* all are told what is refused; that it comes to the end, by the last */
		if (i == count - 1)
			nlmsg_hdr(list[i])->nlmsg_flags |= NLM_F_ACK;
	}
	x.first = nlmsg_hdr(list[0])->nlmsg_seq;
	cb = take_callbacks();
	if (!cb)
		return -ENOMEM;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_any_answer, &x);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_any_answer, &x);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_acknowledgement, &x);
	nl_cb_err(cb, NL_CB_CUSTOM, on_refusal, &x);
	r = send_all(s, list, count);
	if (r == 0)
		r = nl_errno(receive_until(s, cb, &x.ended));
	leave_callbacks(cb);
	if (!x.ended)
		return r < 0 ? r : -EIO;
	memcpy(ret, x.result, count * sizeof(*ret));
	return 0;
}
