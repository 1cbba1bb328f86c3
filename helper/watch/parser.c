/* The half of the watch service that reads what Docker sends: without any privilege. */
#include "watch/parser.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/note.h"
#include "runtime/runtime.h"
#include "watch/record.h"

#define NOBODY 65534

static int applier = -1;

/* Sends one record; an applier that is gone or stuck for long ends this process. */
static void tell(struct record *r)
{
	r->magic = RECORD_MAGIC;
	if (send(applier, r, sizeof(*r), MSG_NOSIGNAL) != sizeof(*r))
		_exit(STATUS_FAILED);
}

static void tell_note(enum note_level level, const char *text)
{
	struct record r = { .kind = RECORD_NOTE };

	if (level != NOTE_WARNING)
		return;
	snprintf(r.why, sizeof(r.why), "%s", text);
	tell(&r);
}

static void on_heard(enum runtime_event event, const struct instance *i, const char *old,
		     const char *why, void *arg)
{
	static const uint32_t kinds[] = {
		[RUNTIME_RUNNING] = RECORD_RUNNING,
		[RUNTIME_GONE] = RECORD_GONE,
		[RUNTIME_RENAMED] = RECORD_RENAMED,
		[RUNTIME_LISTED] = RECORD_LISTED,
	};
	struct record r = { .kind = kinds[event] };

	(void)arg;
	snprintf(r.why, sizeof(r.why), "%s", why);
	if (old)
		snprintf(r.old_name, sizeof(r.old_name), "%s", old);
	if (i) {
		r.pid = i->pid;
		r.wish = i->enable;
		r.has_mac = i->has_mac;
		memcpy(r.given, i->given, sizeof(r.given));
		r.given_count = (uint32_t)i->given_count;
		memcpy(r.mac, i->mac, sizeof(i->mac));
		snprintf(r.id, sizeof(r.id), "%s", i->id);
		snprintf(r.name, sizeof(r.name), "%s", i->ident.name);
		snprintf(r.address, sizeof(r.address), "%s", i->address);
	}
	tell(&r);
}

static void on_refused(const char *name, const struct error *e, void *arg)
{
	char text[256];

	(void)arg;
	snprintf(text, sizeof(text), "docker:%.80s is left alone: %.150s", name, e->text);
	tell_note(NOTE_WARNING, text);
}

/* Gives up all privileges. Returns 0 or -errno. */
static int drop(const char *socket)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };
	const struct rlimit memory = { 64 << 20, 64 << 20 }, files = { 32, 32 };
	struct stat st;

	if (stat(socket, &st) < 0)
		return -errno;
	/* needs CAP_SETPCAP; without it the set is what the service's unit bounds it to */
	for (unsigned long cap = 0; cap <= CAP_LAST_CAP; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	/* the socket's group is what lets an ordinary user speak to Docker */
	if (setgroups(0, NULL) < 0 || setresgid(st.st_gid, st.st_gid, st.st_gid) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_capset, &header, none) < 0 || setrlimit(RLIMIT_DATA, &memory) < 0 ||
	    setrlimit(RLIMIT_NOFILE, &files) < 0)
		return -errno;
	return 0;
}

/* Ends this process if the applier has hung up. */
static void end_if_alone(int signal)
{
	struct pollfd end = { .fd = applier };

	(void)signal;
	if (poll(&end, 1, 0) > 0 && (end.revents & (POLLHUP | POLLERR)))
		_exit(STATUS_DONE);
}

/*
 * Has the kernel tell when the applier hangs up, for another socket of Docker's: it may lack the
 * right to kill nobody's processes. Returns 0 or -errno.
 */
static int end_with_applier(void)
{
	const struct sigaction action = { .sa_handler = end_if_alone, .sa_flags = SA_RESTART };

	if (sigaction(SIGIO, &action, NULL) < 0 || fcntl(applier, F_SETOWN, getpid()) < 0 ||
	    fcntl(applier, F_SETFL, O_ASYNC) < 0)
		return -errno;
	end_if_alone(SIGIO);
	return 0;
}

/* Whether this process, as it is now, may not write to the socket: then that is said. */
static bool is_shut_out(const char *socket)
{
	char text[256];

	if (access(socket, W_OK) == 0 || errno != EACCES)
		return false;
	snprintf(text, sizeof(text),
		 "the service reads %.108s as one of its group, which may not: chmod g+rw it "
		 "(podman.socket: SocketMode=0660)",
		 socket);
	tell_note(NOTE_WARNING, text);
	return true;
}

int parser_run(const struct config *config, int out, pid_t parent)
{
	const struct runtime_options o = { .docker_socket = config->docker_socket };
	struct error e;
	int r;

	/* of what the applier has open this process needs one end of a socket pair */
	if (dup2(out, STDERR_FILENO + 1) < 0 || close_range(STDERR_FILENO + 2, ~0U, 0) < 0)
		return STATUS_FAILED;
	applier = STDERR_FILENO + 1;
	prctl(PR_SET_NAME, "v6hook-parser");
	note_to(tell_note);
	r = drop(config->docker_socket);
	/* after drop: becoming another user clears it (prctl(2)) */
	if (r < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		return STATUS_FAILED;
	if (end_with_applier() < 0)
		return STATUS_FAILED;
	if (is_shut_out(config->docker_socket))
		return STATUS_FAILED;
	r = docker_watch(&o, on_heard, on_refused, NULL, &e);
	if (r < 0 && r != -EHOSTDOWN)
		tell_note(NOTE_WARNING, e.text);
	return r < 0 ? STATUS_FAILED : STATUS_DONE;
}
