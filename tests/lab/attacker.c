/*
 * Somebody who has taken the parser over: v6hook with this in place of runtime/watch.c.
 *
 * The service runs it where it runs what reads Docker's answers, with all that that has and nothing
 * else. It tries what an attacker would, and tells each attempt as a remark: "docker:ATTEMPT is
 * left alone: reached" or "refused". Then it lies to the applier as LIES says. With ATTACK=plain in
 * the environment the same attempts are made at once, with the rights that the caller gives, and
 * told on stdout: so can be seen that they work.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "engine/relay.h"
#include "runtime/runtime.h"

#define CREATE                                                                      \
	"POST /containers/create?name=evil HTTP/1.1\r\nHost: docker\r\n"            \
	"Content-Type: application/json\r\nContent-Length: 23\r\nConnection: close" \
	"\r\n\r\n{\"Image\":\"lab/busybox\"}"

static int relay; /* 0: plain */

static bool dials(void)
{
	struct sockaddr_un to = { AF_UNIX, "/run/docker.sock" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char answer[64] = "";

	return fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
	       send(fd, CREATE, strlen(CREATE), MSG_NOSIGNAL) > 0 &&
	       recv(fd, answer, sizeof(answer) - 1, 0) > 0 && strncmp(answer, "HTTP", 4) == 0;
}

static bool opens(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0 || openat(AT_FDCWD, "/etc", O_PATH) >= 0;
}

static bool writes_file(void)
{
	return open("/tmp/evil", O_WRONLY | O_CREAT, 0600) >= 0;
}

static bool makes_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_DGRAM, 0) >= 0;
}

static bool makes_pair(void)
{
	int pair[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0;
}

static bool forks(void)
{
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool runs(void)
{
	char *const args[] = { "/bin/true", NULL };
	pid_t pid;
	int status = -1;

	if (relay) /* on success nothing would be told any more, which the test would see */
		return execve(args[0], args, NULL) == 0;
	pid = fork();
	if (pid == 0)
		_exit(execve(args[0], args, NULL) == 0);
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static bool kills(void)
{
	return kill(getpid(), 0) == 0 || kill(getppid(), 0) == 0;
}

static bool traces(void)
{
	return ptrace(PTRACE_TRACEME, 0, 0, 0) == 0;
}

static bool reads_memory(void)
{
	char byte, from = 'x';
	struct iovec here = { &byte, 1 }, there = { &from, 1 };

	return syscall(SYS_process_vm_readv, (long)getpid(), &here, 1L, &there, 1L, 0L) == 1;
}

static bool maps_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page != MAP_FAILED;
}

static bool changes_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page != MAP_FAILED && mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool owns_signals(void)
{
	return fcntl(0, F_SETOWN, getppid()) == 0;
}

static bool unshares(void)
{
	return syscall(SYS_unshare, 0L) == 0;
}

static const struct attempt {
	const char *name;
	bool (*reaches)(void);
} attempts[] = {
	{ "dial", dials },
	{ "open", opens },
	{ "write", writes_file },
	{ "socket", makes_socket },
	{ "pair", makes_pair },
	{ "fork", forks },
	{ "exec", runs },
	{ "kill", kills },
	{ "trace", traces },
	{ "memory", reads_memory },
	{ "code", maps_code },
	{ "protect", changes_code },
	{ "signals", owns_signals },
	{ "unshare", unshares },
};

/* Writes a request of its own into each stream that the relay gives, and asks for what it has not.
 */
static bool posts(void)
{
	static const char *const odd[] = { "create", "../../x", "", "x HTTP/1.1\r\n\r\n" CREATE };
	struct {
		uint32_t what;
		char which[4096];
	} large = { 0 };
	bool reached = false;

	for (unsigned int what = 0; what < 8; what++) {
		int fd = engine_relay_open(relay, (enum engine_what)what,
					   "0123456789abcdef0123456789abcdef0123456789abcdef"
					   "0123456789abcdef");

		if (fd < 0)
			continue;
		for (int i = 0; i < 50; i++)
			send(fd, CREATE, strlen(CREATE), MSG_NOSIGNAL);
	}
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		reached |= engine_relay_open(relay, DOCKER_CONTAINER, odd[i]) >= 0 ||
			   engine_relay_open(relay, DOCKER_IMAGE, odd[i]) >= 0;
	/* a message that is no request is answered by a number alone */
	memset(large.which, 'x', sizeof(large.which));
	send(relay, &large, sizeof(large), MSG_NOSIGNAL);
	recv(relay, &large, sizeof(large), 0);
	send(relay, CREATE, strlen(CREATE), MSG_NOSIGNAL);
	recv(relay, &large, sizeof(large), 0);
	return reached;
}

/* Tells that the container of one ID is another: LIES is "PID ID NAME OLD" a line. */
static void lie(runtime_heard heard, void *arg)
{
	const char *lies = getenv("LIES");
	char id[80], name[256], old[256];
	int pid, len;

	for (; lies && sscanf(lies, "%d %79s %255s %255s%n", &pid, id, name, old, &len) == 4;
	     lies += len) {
		struct instance i = { .ident.runtime = "docker", .pid = pid, .enable = WISH_YES };

		snprintf(i.id, sizeof(i.id), "%s", id);
		snprintf(i.ident.name, sizeof(i.ident.name), "%s", name);
		heard(pid ? RUNTIME_RUNNING : RUNTIME_RENAMED, &i, strcmp(old, "-") ? old : NULL,
		      "lie", arg);
	}
}

int runtime_watch(const struct config_engine *engine, const struct runtime_guard *guard,
		  runtime_heard heard,
		  void (*refused)(const char *name, const struct error *e, void *arg), void *arg,
		  struct error *e)
{
	char byte;
	int fd;

	(void)engine;
	relay = guard->relay;
	if (guard->opened() < 0)
		return error_set(e, STATUS_FAILED, -EPERM, "not confined");
	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++) {
		error_set(e, STATUS_FAILED, 0, attempts[i].reaches() ? "reached" : "refused");
		refused(attempts[i].name, e, arg);
	}
	error_set(e, STATUS_FAILED, 0, posts() ? "reached" : "refused");
	refused("post", e, arg);
	heard(RUNTIME_LISTED, NULL, NULL, "listed", arg);
	lie(heard, arg);
	error_set(e, STATUS_FAILED, 0, "done");
	refused("all", e, arg);
	/* holds on, as the real one does */
	fd = engine_relay_open(relay, DOCKER_EVENTS, "");
	fcntl(fd, F_SETFL, 0);
	while (recv(fd, &byte, 1, 0) > 0)
		;
	return 0;
}

__attribute__((constructor)) static void plain(void)
{
	const char *how = getenv("ATTACK");

	if (!how || strcmp(how, "plain") != 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++)
		printf("%s %s\n", attempts[i].name, attempts[i].reaches() ? "reached" : "refused");
	fflush(stdout);
	_exit(0);
}
