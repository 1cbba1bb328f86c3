/* Says to the service's socket what no client of ours would, for the tests; static, for use in
 * containers. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/ask.h"

static const char usage[] =
	"asker [OPTION]...: makes connections, says one message on each, prints what came back:\n"
	"\"STATUS TEXT\", \"hung up\" or \"silence\"; of several, how often each\n"
	"-s SOCKET    instead of /run/v6hook/v6hook.sock\n"
	"-v VERB      attach, detach, release, own, stopped, or a number\n"
	"-n NAME      and -p PATH: of the container; -N, -P: without their end\n"
	"-m MAGIC     another magic number\n"
	"-l BYTES     only so many bytes, or more than a message has\n"
	"-f FILE      hands over a descriptor of it; or of \"pipe\", \"socket\", \"memory\"\n"
	"-i PID       hands over a pidfd of it; -I: of a process that has died\n"
	"-F N         hands over /dev/null N times\n"
	"-k PID       ends that process once all descriptors are open, and waits for its end\n"
	"-c N         so many connections, all open at once\n"
	"-X PID       connects from the network of PID, by sockets made in this one\n"
	"-u UID       the first connects as that user, the next as the one after that\n"
	"-b N         N connections, each answered before the next (-u: each another user); tells "
	"the time\n"
	"-q           says nothing\n"
	"-w SECONDS   speaks only after so long\n"
	"-h           hangs up as soon as it has spoken\n"
	"-o           does not read the answers, and stays for the time of -t\n"
	"-S           stops itself (SIGSTOP) once it has spoken\n"
	"-t SECONDS   waits so long for the answers at most; 12\n"
	"-a NAME      only listens on an abstract socket of that name, \\n in it for a newline\n"
	"-e CMD       with that: runs a shell command and ends\n";

#define FDS_MOST 300
#define RESULTS_MOST 16

static struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "/run/v6hook/v6hook.sock" };
static union {
	struct ask ask;
	char bytes[8192];
} message = { .ask = { .magic = ASK_MAGIC, .verb = ASK_ATTACH } };
static size_t length = sizeof(struct ask);
static int fds[FDS_MOST], fd_count;
static int count = 1, in_turn, wait_s = 12, speak_after;
static long first_uid = -1;
static bool silent, hang_up, deaf, stop;
static struct result {
	char text[256];
	int times;
} results[RESULTS_MOST];

static void die(const char *what)
{
	fprintf(stderr, "asker: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* How long it waits for answers: longer where the machine is slow (tests/slow.sh). */
static int64_t wait_ms(void)
{
	const char *slow = getenv("LAB_SLOW");

	return (int64_t)wait_s * 10 * (slow && atoi(slow) > 100 ? atoi(slow) : 100);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static uint32_t read_verb(const char *text)
{
	static const char *const names[] = { "",    "attach",  "detach",  "release",
					     "own", "stopped", "starting" };

	for (uint32_t i = 1; i < 7; i++)
		if (strcmp(text, names[i]) == 0)
			return i;
	return (uint32_t)strtoul(text, NULL, 0);
}

static void hand_over(int fd, const char *what)
{
	if (fd < 0 || fd_count == FDS_MOST)
		die(what);
	fds[fd_count++] = fd;
}

static void hand_over_file(const char *what)
{
	int pair[2];

	if (strcmp(what, "pipe") == 0) {
		if (pipe(pair) < 0)
			die(what);
		hand_over(pair[0], what);
	} else if (strcmp(what, "socket") == 0) {
		hand_over(socket(AF_UNIX, SOCK_STREAM, 0), what);
	} else if (strcmp(what, "memory") == 0) {
		hand_over(memfd_create("net:[4026531840]", 0), what);
	} else {
		hand_over(open(what, O_RDONLY | O_NONBLOCK), what);
	}
}

static int pidfd_of(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* A pidfd of a child that has been there. */
static int dead_pidfd(void)
{
	pid_t child = fork();
	int fd;

	if (child == 0)
		pause();
	fd = pidfd_of(child);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return fd;
}

/* Ends a process that need not be a child. */
static void end(pid_t pid)
{
	struct pollfd p = { .fd = pidfd_of(pid), .events = POLLIN };

	if (p.fd < 0 || kill(pid, SIGKILL) < 0 || poll(&p, 1, 10000) != 1)
		die("cannot end it");
	close(p.fd);
}

static int make_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

/* Connects, as another user if that is asked for. Returns whether it could. */
static bool connect_as(int fd, int turn)
{
	int r;

	if (first_uid >= 0 && setresuid((uid_t)-1, (uid_t)(first_uid + turn), (uid_t)-1) < 0)
		die("setresuid");
	r = connect(fd, (struct sockaddr *)&to, sizeof(to));
	if (first_uid >= 0 && setresuid((uid_t)-1, getuid(), (uid_t)-1) < 0)
		die("setresuid");
	return r == 0;
}

static void speak(int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(fds))] = { 0 };
	struct iovec text = { &message, length };
	struct msghdr m = { .msg_iov = &text, .msg_iovlen = 1 };

	if (silent)
		return;
	if (fd_count) {
		size_t size = (size_t)fd_count * sizeof(int);
		struct cmsghdr *c;

		m.msg_control = control;
		m.msg_controllen = CMSG_SPACE(size);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(c), fds, size);
	}
	/* one that is hung up on is told by what is read */
	if (sendmsg(fd, &m, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET)
		die("send");
}

static void note_result(const char *text)
{
	for (int i = 0; i < RESULTS_MOST; i++) {
		if (results[i].times && strcmp(results[i].text, text) != 0)
			continue;
		snprintf(results[i].text, sizeof(results[i].text), "%s", text);
		results[i].times++;
		return;
	}
}

static void listen_to(int fd, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left = until - now_ms();
	struct ask_answer a;
	char text[256];
	ssize_t n;

	if (poll(&p, 1, left < 0 ? 0 : (int)left) == 0) {
		note_result("silence");
		return;
	}
	n = recv(fd, &a, sizeof(a), 0);
	if (n <= 0) {
		note_result("hung up");
		return;
	}
	if (n != sizeof(a) || a.magic != ASK_MAGIC || !memchr(a.text, '\0', sizeof(a.text))) {
		note_result("nonsense");
		return;
	}
	/* nothing but zeroes after the text: what lay in the service's memory is not told */
	for (size_t i = strlen(a.text); i < sizeof(a.text); i++)
		if (a.text[i])
			snprintf(a.text, sizeof(a.text), "leaks memory");
	snprintf(text, sizeof(text), "%u %s", a.status, a.text);
	note_result(text);
}

/* All connections at once. */
static void ask_all(int other_netns)
{
	int64_t until;
	int *all = calloc((size_t)count, sizeof(*all));

	for (int i = 0; all && i < count; i++)
		all[i] = make_socket();
	if (!all || (other_netns >= 0 && setns(other_netns, 0) < 0))
		die("setns");
	for (int i = 0; i < count; i++) {
		bool connected = connect_as(all[i], i);

		if (speak_after)
			sleep((unsigned int)speak_after);
		if (!connected) {
			note_result(strerror(errno));
			close(all[i]);
			all[i] = -1;
			continue;
		}
		speak(all[i]);
		if (hang_up) {
			note_result("said");
			close(all[i]);
			all[i] = -1;
		}
	}
	if (stop)
		raise(SIGSTOP);
	until = now_ms() + wait_ms();
	if (deaf)
		sleep((unsigned int)wait_s);
	for (int i = 0; !deaf && i < count; i++)
		if (all[i] >= 0)
			listen_to(all[i], until);
	free(all);
}

static void ask_in_turn(void)
{
	int64_t start = now_ms();

	for (int i = 0; i < in_turn; i++) {
		int fd = make_socket();

		if (!connect_as(fd, i))
			die("connect");
		speak(fd);
		listen_to(fd, now_ms() + wait_ms());
		close(fd);
	}
	printf("%lld ms\n", (long long)(now_ms() - start));
}

/* Holds an abstract socket. */
static void hold_name(const char *name, const char *command)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t n = 1;

	for (; *name && n < sizeof(a.sun_path); name++)
		if (name[0] == '\\' && name[1] == 'n')
			a.sun_path[n++] = '\n', name++;
		else
			a.sun_path[n++] = *name;
	if (bind(fd, (struct sockaddr *)&a,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0 ||
	    listen(fd, 1) < 0)
		die("bind");
	if (command)
		exit(system(command) != 0);
	printf("held\n");
	fflush(stdout);
	pause();
}

int main(int argc, char **argv)
{
	const char *name = NULL, *command = NULL;
	int option, other_netns = -1;
	struct rlimit many;
	pid_t victim = 0;

	getrlimit(RLIMIT_NOFILE, &many);
	many.rlim_cur = many.rlim_max;
	setrlimit(RLIMIT_NOFILE, &many);
	while ((option = getopt(argc, argv, "s:v:n:p:NPm:l:f:i:IF:k:X:c:u:b:qw:hoSa:e:t:")) >= 0) {
		char path[64];

		switch (option) {
		case 's':
			snprintf(to.sun_path, sizeof(to.sun_path), "%s", optarg);
			break;
		case 'v':
			message.ask.verb = read_verb(optarg);
			break;
		case 'n':
			snprintf(message.ask.name, sizeof(message.ask.name), "%s", optarg);
			break;
		case 'p':
			snprintf(message.ask.path, sizeof(message.ask.path), "%s", optarg);
			break;
		case 'N':
			memset(message.ask.name, 'n', sizeof(message.ask.name));
			break;
		case 'P':
			memset(message.ask.path, '/', sizeof(message.ask.path));
			break;
		case 'm':
			message.ask.magic = (uint32_t)strtoul(optarg, NULL, 0);
			break;
		case 'l':
			length = strtoul(optarg, NULL, 0);
			if (length > sizeof(message))
				die("too long");
			break;
		case 'f':
			hand_over_file(optarg);
			break;
		case 'i':
			hand_over(pidfd_of(atoi(optarg)), optarg);
			break;
		case 'I':
			hand_over(dead_pidfd(), "dead");
			break;
		case 'F':
			for (int i = atoi(optarg); i > 0; i--)
				hand_over_file("/dev/null");
			break;
		case 'k':
			victim = atoi(optarg);
			break;
		case 'X':
			snprintf(path, sizeof(path), "/proc/%s/ns/net", optarg);
			other_netns = open(path, O_RDONLY);
			if (other_netns < 0)
				die(path);
			break;
		case 'c':
			count = atoi(optarg);
			break;
		case 'u':
			first_uid = atol(optarg);
			break;
		case 'b':
			in_turn = atoi(optarg);
			break;
		case 't':
			wait_s = atoi(optarg);
			break;
		case 'a':
			name = optarg;
			break;
		case 'e':
			command = optarg;
			break;
		case 'q':
			silent = true;
			break;
		case 'w':
			speak_after = atoi(optarg);
			break;
		case 'h':
			hang_up = true;
			break;
		case 'o':
			deaf = true;
			break;
		case 'S':
			stop = true;
			break;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (name)
		hold_name(name, command);
	if (victim)
		end(victim);
	if (in_turn)
		ask_in_turn();
	else
		ask_all(other_netns);
	for (int i = 0; i < RESULTS_MOST && results[i].times; i++)
		if (count > 1 || in_turn)
			printf("%d: %s\n", results[i].times, results[i].text);
		else
			printf("%s\n", results[i].text);
	return 0;
}
