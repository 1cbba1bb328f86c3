/* Runs an administrator's program as an ordinary user, for a while at most. */
#include "watch/run.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/passwd.h"
#include "base/user.h"

#define PATH_VALUE "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define SYSTEMD "/run/systemd/system" /* sd_booted(3) */
#define TEXT_MOST 64
#define SYSTEMD_WAIT_S 10 /* that systemd itself may take besides */

/* As whom it is run. */
struct runner {
	uid_t uid;
	gid_t gid;
	bool direct; /* else systemd runs it */
};

/* The program's words, and those of systemd-run where that is it. */
struct words {
	const char **list;
	size_t count;
	char texts[3][TEXT_MOST];
};

static void words_release(struct words *w)
{
	free(w->list);
}

static int find_runner(const struct config_command *command, struct runner *ret, struct error *e)
{
	char buffer[PASSWD_MAX];
	struct passwd entry;

	if (user_find(command->user, &ret->uid) < 0)
		return error_set(e, STATUS_FAILED, -ENOENT,
				 "on_change.user: there is no user '%.64s' here", command->user);
	if (ret->uid == 0)
		return error_set(e, STATUS_FAILED, -EPERM,
				 "on_change.user: '%.64s' is root: name an ordinary user",
				 command->user);
	ret->gid = passwd_by_uid(ret->uid, &entry, buffer, sizeof(buffer)) ? entry.pw_gid
									   : (gid_t)ret->uid;
	/* a group of no use is tried: without the right nothing changes */
	ret->direct = setgroups(0, NULL) == 0;
	if (!ret->direct && access(SYSTEMD, F_OK) < 0)
		return error_set(e, STATUS_FAILED, -EPERM,
				 "on_change: this process may not become another user: give it "
				 "CAP_SETUID and CAP_SETGID");
	return 0;
}

/* Puts the words together. Returns 0 or -ENOMEM. */
static int put_words(const struct config_command *command, const struct runner *runner,
		     const char *const *environment, struct words *w)
{
	static const char *const own[] = { "systemd-run",
					   "--quiet",
					   "--wait",
					   "--collect",
					   "--service-type=exec",
					   "--description=on_change of v6hook",
					   "--property=NoNewPrivileges=yes" };
	size_t count = 0;

	while (environment[count])
		count++;
	w->list = calloc(ARRAY_SIZE(own) + 2 * count + command->run.count + 8, sizeof(*w->list));
	if (!w->list)
		return -ENOMEM;
	if (!runner->direct) {
		memcpy(w->list, own, sizeof(own));
		w->count = ARRAY_SIZE(own);
		snprintf(w->texts[0], TEXT_MOST, "--uid=%u", runner->uid);
		snprintf(w->texts[1], TEXT_MOST, "--gid=%u", runner->gid);
		snprintf(w->texts[2], TEXT_MOST, "--property=RuntimeMaxSec=%d", RUN_MOST_S);
		for (size_t i = 0; i < ARRAY_SIZE(w->texts); i++)
			w->list[w->count++] = w->texts[i];
		for (size_t i = 0; i < count; i++) {
			w->list[w->count++] = "-E";
			w->list[w->count++] = environment[i];
		}
		w->list[w->count++] = "--";
	}
	for (size_t i = 0; i < command->run.count; i++)
		w->list[w->count++] = command->run.list[i];
	return 0;
}

/* Becomes the program, or returns why not: a number of errno. In the child. */
static int become(const struct runner *runner, const struct words *w,
		  const char *const *environment, pid_t parent)
{
	const char *alone[] = { PATH_VALUE, NULL };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	setsid();
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ||
	    chdir("/") < 0)
		return errno;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (runner->direct &&
	    (setgroups(0, NULL) < 0 || setresgid(runner->gid, runner->gid, runner->gid) < 0 ||
	     setresuid(runner->uid, runner->uid, runner->uid) < 0))
		return errno;
	/* after that: becoming another user clears it (prctl(2)) */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
	    getppid() != parent)
		return errno ? errno : ESRCH;
	if (runner->direct)
		execve(w->list[0], (char *const *)w->list, (char *const *)environment);
	else
		execvpe(w->list[0], (char *const *)w->list, (char *const *)alone);
	return errno;
}

/* Waits for its end. Returns its status as waitpid(2) has it, or -ETIMEDOUT. */
static int await(pid_t pid, int most_s)
{
	_close_ int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	const int64_t end = clock_ms() + most_s * INT64_C(1000);
	int status = 0, left = most_s * 1000, r;

	do {
		r = poll(&p, 1, left);
		left = (int)(end - clock_ms());
	} while (r < 0 && errno == EINTR && left > 0);
	/* it and all that it has begun: it is the first of its session */
	if (r <= 0)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return r <= 0 ? -ETIMEDOUT : status;
}

/* What became of it, as an error. */
static int judge(const char *program, int status, int why, struct error *e)
{
	if (why)
		return error_set(e, STATUS_FAILED, -why, "cannot run %.300s: %s", program,
				 strerror(why));
	if (status == -ETIMEDOUT)
		return error_set(e, STATUS_FAILED, status,
				 "%.300s has run for %d seconds, and was killed", program,
				 RUN_MOST_S);
	if (status < 0)
		return error_sys(e, status, "cannot wait for %.300s", program);
	if (WIFSIGNALED(status))
		return error_set(e, STATUS_FAILED, -EIO, "%.300s was killed by signal %d", program,
				 WTERMSIG(status));
	if (WEXITSTATUS(status))
		return error_set(e, STATUS_FAILED, -EIO, "%.300s ended with status %d", program,
				 WEXITSTATUS(status));
	return 0;
}

int run_command(const struct config_command *command, const char *const *environment,
		struct error *e)
{
	CLEANUP(words_release) struct words words = { 0 };
	_close_ int reads = -1, writes = -1;
	const pid_t self = getpid();
	struct runner runner;
	int pair[2], why = 0, r;
	pid_t pid;

	r = find_runner(command, &runner, e);
	if (r == 0 && put_words(command, &runner, environment, &words) < 0)
		r = error_sys(e, -ENOMEM, "on_change");
	if (r < 0)
		return r;
	if (pipe2(pair, O_CLOEXEC) < 0)
		return error_sys(e, -errno, "on_change");
	reads = pair[0];
	writes = pair[1];
	pid = fork();
	if (pid < 0)
		return error_sys(e, -errno, "on_change");
	if (pid == 0) {
		why = become(&runner, &words, environment, self);
		if (write(pair[1], &why, sizeof(why)) != sizeof(why))
			_exit(STATUS_FAILED);
		_exit(STATUS_DONE);
	}
	close(steal_fd(&writes));
	if (read(reads, &why, sizeof(why)) != sizeof(why))
		why = 0;
	r = await(pid, RUN_MOST_S + (runner.direct ? 0 : SYSTEMD_WAIT_S));
	return judge(why && !runner.direct ? words.list[0] : command->run.list[0], r, why, e);
}
