/*
 * The OCI runtime that Docker is given in place of its own: before a container starts it has the
 * service attach it, and becomes the real runtime.
 *
 * Theory of operation: Docker has a container created, with its first process waiting, puts it on
 * its networks, and has it started. So on `start`, and there alone, the service is asked, which
 * answers when the container has its address. Then, and for everything else at once, this program
 * is replaced by the real one (execve(2)): arguments, environment, descriptors, signals and the
 * process itself are those with which it was called, and there is nobody between the real one and
 * its caller. Only a script in place of the real one finds a variable more in its environment, as
 * it may call this again. What goes wrong is told syslog, as the streams are the real one's; and
 * keeps nothing from starting, unless that was asked for.
 *
 *	v6hook-runtime [OPTION]... ARGUMENT...
 *
 *	--v6hook-runtime=PROGRAM  the real one: a path, or a name in PATH
 *	                          ($V6HOOK_RUNTIME; else runc, or crun)
 *	--v6hook-socket=PATH      the service's socket
 *	--v6hook-wait=SECONDS     for the service, at most
 *	--v6hook-required         a container that gets no answer, or a refusal, does not start
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "asking.h"
#include "born.h"
#include "starts.h"

#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define ROUNDS "V6HOOK_RUNTIME_ROUNDS" /* in the environment, see goes_round */
#define ROUNDS_MOST 4
#define WAIT_MOST_S 60
#define CANNOT_RUN 126 /* as a shell ends that finds the program, and */
#define NOT_FOUND 127  /* that does not */

struct options {
	const char *runtime; /* the real one, or null */
	const char *socket;
	unsigned int wait_ms;
	int required;
};

/* Adds why it fails to the log in which a runtime tells that its caller, as runc writes it. */
static void log_failure(const char *path, const char *text)
{
	FILE *log = fopen(path, "ae");

	if (!log)
		return;
	fputs("{\"level\":\"error\",\"msg\":\"v6hook-runtime: ", log);
	for (; *text; text++) {
		const unsigned char c = (unsigned char)*text;

		/* what is not ASCII may not be UTF-8 either */
		if (c < 0x20 || c > 0x7e)
			fprintf(log, "?");
		else
			fprintf(log, c == '"' || c == '\\' ? "\\%c" : "%c", c);
	}
	fputs("\"}\n", log);
	fclose(log);
}

/* Tells on stderr, and to the caller's log, why it ends without the real runtime. Returns status.
 */
static int __attribute__((format(printf, 3, 4)))
fail(const struct starts *s, int status, const char *fmt, ...)
{
	char text[2 * PATH_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fprintf(stderr, "v6hook-runtime: %s\n", text);
	if (s->log)
		log_failure(s->log, text);
	return status;
}

/* Tells syslog, without waiting for it as syslog(3) does. */
static void tell(const char *id, const char *problem)
{
	const struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char line[512];
	int n = snprintf(line, sizeof(line), "<%d>v6hook-runtime[%d]: container %.64s: %s",
			 LOG_DAEMON | LOG_WARNING, (int)getpid(), id, problem);

	if (n >= (int)sizeof(line))
		n = sizeof(line) - 1;
	if (fd >= 0)
		sendto(fd, line, (size_t)n, MSG_NOSIGNAL, (const struct sockaddr *)&name,
		       sizeof(name));
	close(fd);
}

/* Has the container attached. Returns null, or what is to be told the user. */
static const char *attach(const struct options *o, const struct starts *s,
			  struct ask_answer *answer)
{
	struct ask ask = { .magic = ASK_MAGIC, .verb = ASK_STARTING };
	struct born b;
	const char *problem;

	if (strlen(s->id) >= sizeof(ask.name))
		return "its ID is too long";
	strcpy(ask.name, s->id);
	problem = born_open(s, &b);
	if (problem)
		return problem;
	/* one on the host's own network is nobody's to attach */
	if (!born_is_here(&b))
		problem = asking(o->socket, &ask, (const int[]){ b.netns, b.pidfd }, o->wait_ms,
				 answer);
	born_close(&b);
	return problem;
}

/* Whether a program is this one, by whatever name. */
static int is_self(const char *path)
{
	struct stat own, other;

	return stat("/proc/self/exe", &own) == 0 && stat(path, &other) == 0 &&
	       own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

/* Whether it can be run, as execvp(3) goes on past what cannot. */
static int is_program(const char *path)
{
	struct stat st;

	return access(path, X_OK) == 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Finds a program as execvp(3) would, but for this one. Returns whether there is one. */
static int find(const char *name, char path[PATH_MAX])
{
	const char *dir = getenv("PATH");

	if (strchr(name, '/'))
		return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
	for (dir = dir ? dir : PATH_DEFAULT; dir; dir = strchr(dir, ':')) {
		dir += *dir == ':';
		/* one that is not absolute would be of whoever stands there */
		if (*dir == '/' &&
		    snprintf(path, PATH_MAX, "%.*s/%s", (int)strcspn(dir, ":"), dir, name) <
			    PATH_MAX &&
		    is_program(path) && !is_self(path))
			return 1;
	}
	return 0;
}

/*
 * Whether a script in place of the real runtime has called this time and again. A program's
 * environment is left as it is, a script's counts: it may well call this with other options, once.
 */
static int goes_round(const char *path)
{
	const char *said = getenv(ROUNDS);
	const int round = said ? atoi(said) : 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[16], begin[2] = "";
	ssize_t n = fd < 0 ? -1 : read(fd, begin, sizeof(begin));

	if (fd >= 0)
		close(fd);
	if (n != sizeof(begin) || memcmp(begin, "#!", sizeof(begin)) != 0)
		return 0;
	snprintf(text, sizeof(text), "%d", round + 1);
	return round >= ROUNDS_MOST || setenv(ROUNDS, text, 1) < 0;
}

/* Becomes the real runtime. @argv: begins where that one's name is to be. Returns a status. */
static int become(const char *wanted, const struct starts *s, char **argv)
{
	static const char *const usual[] = { "runc", "crun" };
	char path[PATH_MAX];
	int found = 0;

	if (wanted) {
		argv[0] = (char *)wanted;
		found = find(wanted, path);
	}
	for (size_t i = 0; !wanted && !found && i < sizeof(usual) / sizeof(*usual); i++) {
		argv[0] = (char *)usual[i];
		found = find(usual[i], path);
	}
	if (!found)
		return fail(
			s, NOT_FOUND,
			"there is no %s in PATH: name the real runtime by --v6hook-runtime=PATH "
			"or V6HOOK_RUNTIME",
			wanted ? wanted : "runc or crun");
	if (is_self(path))
		return fail(s, CANNOT_RUN,
			    "%s is v6hook-runtime itself: name the real runtime by "
			    "--v6hook-runtime=PATH or V6HOOK_RUNTIME",
			    path);
	if (goes_round(path))
		return fail(s, CANNOT_RUN,
			    "%s is a script that calls v6hook-runtime over and over: name the real "
			    "runtime by --v6hook-runtime=PATH or V6HOOK_RUNTIME",
			    path);
	execv(path, argv);
	return fail(s, errno == ENOENT ? NOT_FOUND : CANNOT_RUN, "cannot run %s: %s", path,
		    strerror(errno));
}

/* The value of an option, or null if it is another. */
static const char *value_of(const char *arg, const char *name)
{
	size_t len = strlen(name);

	return strncmp(arg, name, len) == 0 && arg[len] == '=' ? arg + len + 1 : NULL;
}

/* Takes one of this program's own options. Returns whether it is one, or -1 if it is wrong. */
static int take_option(const char *arg, struct options *o)
{
	const char *value;

	if (strcmp(arg, "--v6hook-required") == 0) {
		o->required = 1;
		return 1;
	}
	if ((value = value_of(arg, "--v6hook-runtime"))) {
		o->runtime = value;
		return *value ? 1 : -1;
	}
	if ((value = value_of(arg, "--v6hook-socket"))) {
		o->socket = value;
		return *value == '/' ? 1 : -1;
	}
	if ((value = value_of(arg, "--v6hook-wait"))) {
		o->wait_ms = asking_seconds(value, WAIT_MOST_S) * 1000;
		return o->wait_ms ? 1 : -1;
	}
	return strncmp(arg, "--v6hook", strlen("--v6hook")) == 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct options o = { .socket = ASK_SOCKET, .wait_ms = ASK_WAIT_S * 1000 };
	struct ask_answer answer;
	const char *problem;
	struct starts s;
	int own = 0, r = 0;

	/* without even a name there is no room for the real one's */
	if (argc < 1)
		return NOT_FOUND;
	o.runtime = getenv("V6HOOK_RUNTIME");
	if (o.runtime && !*o.runtime)
		o.runtime = NULL;
	while (own + 1 < argc && (r = take_option(argv[own + 1], &o)) > 0)
		own++;
	starts_read(argv + own + 1 + (r < 0), &s);
	if (r < 0)
		return fail(&s, NOT_FOUND,
			    "what does %s mean? --v6hook-runtime=PROGRAM, --v6hook-socket=PATH, "
			    "--v6hook-wait=SECONDS (60 at most), --v6hook-required",
			    argv[own + 1]);
	problem = s.id ? attach(&o, &s, &answer) : NULL;
	if (problem && o.required)
		return fail(&s, 1, "container %.64s gets no address, which is required: %s", s.id,
			    problem);
	if (problem)
		tell(s.id, problem);
	return become(o.runtime, &s, argv + own);
}
