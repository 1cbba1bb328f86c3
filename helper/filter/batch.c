/*
 * Changes of nf_tables that take effect all at once, or not at all.
 *
 * Theory of operation: what lies between two messages of nfnetlink, a begin and an end, is one
 * transaction, if all of it is sent at once (net/netfilter/nfnetlink.c: nfnetlink_rcv_batch). It is
 * carried out while it is sent. All that is refused is told, and the last message is acknowledged.
 */
#include "filter/batch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_SIZE 8192
#define SOCKET_ROOM 131072 /* bytes: what a socket takes at once without more being asked for */

/* The header of one that begins or ends a batch; the kernel reads the subsystem from it. */
static struct nl_msg *bound(int type)
{
	const struct nfgenmsg msg = { .version = NFNETLINK_V0,
				      .res_id = htons(NFNL_SUBSYS_NFTABLES) };

	return nl_new(type, 0, &msg, sizeof(msg));
}

void batch_add(struct batch *b, struct nl_msg *message)
{
	_nl_msg_ struct nl_msg *m = message;
	struct nlmsghdr *h = m ? nlmsg_hdr(m) : NULL;
	size_t len = h ? NLMSG_ALIGN(h->nlmsg_len) : 0;
	unsigned char *larger;

	if (!h) {
		b->error = -ENOMEM;
		return;
	}
	if (b->len + len > b->room) {
		size_t room = 2 * b->room + len + 4096;

		larger = realloc(b->bytes, room);
		if (!larger) {
			b->error = -ENOMEM;
			return;
		}
		b->bytes = larger;
		b->room = room;
	}
	h->nlmsg_seq = nl_socket_use_seq(b->nl);
	h->nlmsg_pid = nl_socket_get_local_port(b->nl);
	if (b->count++ == 0)
		b->first = h->nlmsg_seq;
	memcpy(b->bytes + b->len, h, h->nlmsg_len);
	memset(b->bytes + b->len + h->nlmsg_len, 0, len - h->nlmsg_len);
	b->len += len;
}

void batch_begin(struct batch *b, struct nl_sock *nl, uint32_t generation)
{
	struct nl_msg *m = bound(NFNL_MSG_BATCH_BEGIN);

	*b = (struct batch){ .nl = nl };
	if (m && generation && nla_put_u32(m, NFNL_BATCH_GENID, htonl(generation)) < 0) {
		nlmsg_free(m);
		m = NULL;
	}
	batch_add(b, m);
}

/* What an answer says of the batch: 1 that it is over, and then ret is why, or 0 for done. */
static int read_answer(const struct batch *b, const struct nlmsghdr *h, int *ret)
{
	const struct nlmsgerr *err = nlmsg_data(h);
	uint32_t at;

	if (h->nlmsg_type != NLMSG_ERROR || !nlmsg_valid_hdr(h, sizeof(*err)))
		return 0;
	at = h->nlmsg_seq - b->first;
	/* what answers another one, late */
	if (at >= b->count)
		return 0;
	if (*ret == 0)
		*ret = err->error;
	return (at == 0 && err->error) || at == b->count - 2;
}

/* Reads the answers until the last. Returns 0 or -errno. */
static int receive(struct batch *b, int fd)
{
	unsigned char answer[ANSWER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	int result = 0;

	for (;;) {
		struct sockaddr_nl from = { .nl_pid = UINT32_MAX };
		socklen_t size = sizeof(from);
		ssize_t n =
			recvfrom(fd, answer, sizeof(answer), 0, (struct sockaddr *)&from, &size);
		int left = (int)n;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return result ? result : errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (from.nl_pid != 0)
			continue;
		for (struct nlmsghdr *h = (struct nlmsghdr *)answer; nlmsg_ok(h, left);
		     h = nlmsg_next(h, &left))
			if (read_answer(b, h, &result))
				return result;
	}
}

int batch_commit(struct batch *b)
{
	const int fd = nl_socket_get_fd(b->nl);
	const int room = (int)(2 * b->len);
	struct nlmsghdr *last;
	size_t at = 0;

	batch_add(b, bound(NFNL_MSG_BATCH_END));
	if (b->error)
		return b->error;
	/* the last but the end */
	for (uint32_t i = 0; i + 2 < b->count; i++) {
		last = (struct nlmsghdr *)(b->bytes + at);
		at += NLMSG_ALIGN(last->nlmsg_len);
	}
	last = (struct nlmsghdr *)(b->bytes + at);
	last->nlmsg_flags |= NLM_F_ACK;
	if (b->len > SOCKET_ROOM)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	while (send(fd, b->bytes, b->len, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return receive(b, fd);
}
