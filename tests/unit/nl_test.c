/* Checks that a dump of the kernel's is handed out whole or not at all. */
#include "unit.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "wire/nl.h"

/* What the kernel is to answer: each character a message, a space between two reads. */
static const char *script;
static uint32_t seq;
static int sent;

/* In place of the C library's. */
ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	(void)fd, (void)flags;
	seq = ((const struct nlmsghdr *)m->msg_iov[0].iov_base)->nlmsg_seq;
	sent++;
	return (ssize_t)m->msg_iov[0].iov_len;
}

ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	char *into = m->msg_iov[0].iov_base;
	size_t len = 0;

	(void)fd, (void)flags;
	m->msg_flags = 0;
	for (; *script && *script != ' '; script++) {
		struct nlmsghdr *h = (struct nlmsghdr *)(into + len);
		const int end = *script == 'F' ? -ENOBUFS : 0;

		*h = (struct nlmsghdr){
			.nlmsg_len = NLMSG_LENGTH(sizeof(int)),
			.nlmsg_seq = seq,
			.nlmsg_type = strchr(".F", *script) ? NLMSG_DONE : RTM_NEWADDR,
			.nlmsg_flags =
				(uint16_t)(NLM_F_MULTI | (*script == '!' ? NLM_F_DUMP_INTR : 0)),
		};
		memcpy(NLMSG_DATA(h), strchr(".F", *script) ? &end : &(const int){ *script },
		       sizeof(int));
		len += NLMSG_SPACE(sizeof(int));
	}
	script += *script == ' ';
	errno = EAGAIN;
	return len ? (ssize_t)len : -1;
}

static int on_answer(const struct nlmsghdr *h, void *arg)
{
	char *heard = arg;
	size_t len = strlen(heard);

	heard[len] = (char)*(const int *)NLMSG_DATA(h);
	heard[len + 1] = '\0';
	return heard[len] == 'X' ? 1 : 0;
}

TEST(dumps)
{
	static const struct {
		const char *script;
		int want;
		const char *heard;
		int sent;
	} rows[] = {
		{ "ab.", 0, "ab", 1 },
		{ "a b c .", 0, "abc", 1 },
		{ ".", 0, "", 1 },
		{ "aXb.", 1, "aX", 1 },
		/* changed meanwhile: asked again */
		{ "a !. abc.", 0, "abc", 2 },
		{ "!. a !b . ac .", 0, "ac", 3 },
		/* failed in its middle */
		{ "ab F", -ENOBUFS, "", 1 },
		/* no end */
		{ "ab", -ETIMEDOUT, "", 1 },
		/* never whole */
		{ "!. !. !. !. !. !. !. !. !. !. !. !. !. !. !. !. !. !. !. !.", -EAGAIN, "", 16 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct ifaddrmsg like = { .ifa_family = AF_INET6 };
		_nl_msg_ struct nl_msg *m = nl_new(RTM_GETADDR, NLM_F_DUMP, &like, sizeof(like));
		_nl_sock_ struct nl_sock *s = NULL;
		char heard[64] = "";
		struct error e;
		int r;

		assert_int_equal(nl_open(&s, &e), 0);
		script = rows[i].script;
		sent = 0;
		r = nl_ask(s, m, on_answer, heard);
		check(r == rows[i].want && strcmp(heard, rows[i].heard) == 0 &&
			      sent == rows[i].sent,
		      "row %zu: %d, heard '%s', sent %d", i, r, heard, sent);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
