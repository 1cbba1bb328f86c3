/* Fuzzes what the service checks of a request, and reads of the name of a monitor's socket. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "runtime/lxc_socket.h"
#include "watch/ask_read.h"

/* Whether a request that passed is what its verb demands. */
static void check_request(const struct ask *a, int descriptors)
{
	const bool starts = a->verb == ASK_STARTING, attaches = a->verb == ASK_ATTACH || starts;
	const bool named = attaches || a->verb == ASK_DETACH || a->verb == ASK_RELEASE ||
			   a->verb == ASK_ENDED;

	must(a->magic == ASK_MAGIC);
	must(named || a->verb == ASK_OWN);
	must(descriptors == (attaches ? 2 : 0));
	must(memchr(a->name, '\0', sizeof(a->name)) && memchr(a->path, '\0', sizeof(a->path)));
	must(named == (*a->name != '\0'));
	must((named && !starts) || !*a->path);
	must(text_is_utf8(a->name, strlen(a->name)) && text_is_utf8(a->path, strlen(a->path)));
}

#define HANDED_MOST 6

/* How a message is sent: read from the last bytes of the input. */
struct way {
	int descriptors; /* handed over with it: 0 to HANDED_MOST */
	bool in_two; /* each half of them in a control message of its own, as far as the kernel lets
		      */
	bool credentials; /* the kernel tells who sent it, too */
	bool hangs_up;	  /* at once */
};

/* Sends the bytes as one message, with copies of the descriptor. */
static void send_message(int to, const uint8_t *data, size_t size, const struct way *way, int fd)
{
	_Alignas(struct cmsghdr) char control[2 * CMSG_SPACE(HANDED_MOST * sizeof(int))] = "";
	struct iovec text = { (void *)data, size };
	struct msghdr m = { .msg_iov = &text, .msg_iovlen = 1, .msg_control = control };
	int parts = way->in_two && way->descriptors > 1 ? 2 : 1, left = way->descriptors;

	if (!left)
		m.msg_control = NULL;
	for (int i = 0; i < parts && left; i++) {
		int n = i == parts - 1 ? left : left / 2;
		struct cmsghdr *c = (struct cmsghdr *)(control + m.msg_controllen);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN((size_t)n * sizeof(int));
		for (int k = 0; k < n; k++)
			memcpy(CMSG_DATA(c) + (size_t)k * sizeof(int), &fd, sizeof(fd));
		m.msg_controllen += CMSG_SPACE((size_t)n * sizeof(int));
		left -= n;
	}
	must(sendmsg(to, &m, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size);
}

/*
 * What the service reads is what was sent, or nothing; and whatever descriptors came with it, none
 * is left open behind it.
 */
static void check_read(const uint8_t *data, size_t size, const struct way *way)
{
	int fds[ASK_DESCRIPTORS] = { -1, -1 }, sockets[2], ends[2], r;
	const int on = way->credentials;
	struct ask sent = { 0 }, got = { 0 };
	struct error e;
	char byte;

	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) == 0);
	must(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
	must(setsockopt(sockets[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0);
	if (!way->hangs_up)
		send_message(sockets[0], data, size, way, ends[1]);
	close(sockets[0]);
	close(ends[1]);
	r = ask_read(sockets[1], &got, fds, &e);
	memcpy(&sent, data, size < sizeof(sent) ? size : sizeof(sent));
	if (r < 0)
		must(*e.text);
	else
		must(!way->hangs_up && memcmp(&got, &sent, sizeof(got)) == 0);
	/* what is read is what may be asked; the other way round, the kernel's credentials fill the
	 * room */
	must(r < 0 || ask_check(&sent, size, way->descriptors) == 0);
	must(r == 0 || way->hangs_up || way->credentials ||
	     ask_check(&sent, size, way->descriptors) < 0);
	for (int i = 0; i < ASK_DESCRIPTORS; i++) {
		must(r < 0 || (fds[i] >= 0) == (i < way->descriptors));
		must(fds[i] < 0 || (fcntl(fds[i], F_GETFD) & FD_CLOEXEC));
		if (fds[i] >= 0)
			close(fds[i]);
	}
	close(sockets[1]);
	must(read(ends[0], &byte, 1) == 0);
	close(ends[0]);
}

/* Whether a name that was taken apart is the former one again. */
static void check_name(const char *text)
{
	char *copy = strdup(text), *again = malloc(strlen(text) + 1);
	const char *name;

	if (!copy || !again)
		abort();
	name = lxc_socket_read(copy);
	if (name) {
		must(*name && !strchr(name, '/') && strlen(name) <= 255);
		must(snprintf(again, strlen(text) + 1, "%s/%s/command", copy, name) ==
		     (int)strlen(text));
		must(strcmp(again, text) == 0);
	}
	free(copy);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ask *a = calloc(1, sizeof(*a));
	char *text = fuzz_text(data, size);
	struct way way = { 0 };
	int descriptors;

	if (!a)
		abort();
	if (size > 0)
		way = (struct way){
			.descriptors = data[size - 1] % (HANDED_MOST + 1),
			.in_two = data[size - 1] & 0x80,
			.credentials = data[size - 1] & 0x40,
			.hangs_up = data[size - 1] % 31 == 30,
		};
	descriptors = way.descriptors;
	check_read(data, size, &way);
	memcpy(a, data, size < sizeof(*a) ? size : sizeof(*a));
	/* of whatever length it was, it is no request if that is another one */
	must(size == sizeof(*a) || ask_check(a, size, descriptors) < 0);
	/* or the fuzzer would look for these bytes alone */
	if (size > 8) {
		a->magic = ASK_MAGIC;
		a->verb %= 7;
	}
	/* the end of a path that says how it is sent is no reason to refuse it */
	a->path[sizeof(a->path) - 1] = '\0';
	check_read((const uint8_t *)a, sizeof(*a), &way);
	if (ask_check(a, sizeof(*a), descriptors) == 0)
		check_request(a, descriptors);
	check_name(text);
	free(text);
	free(a);
	return 0;
}
