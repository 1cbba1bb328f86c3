/* How an engine's hook calls: who the container is comes from the environment, errors go to syslog.
 */
#include "cli/hook.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <syslog.h>

#include "base/config_read.h"
#include "base/deadline.h"
#include "base/text.h"

#define LOG_MOST_US 200000

static char container[IDENT_TEXT_MAX];
static char lxcpath[PATH_MAX];

static int refuse(struct error *e, const char *why)
{
	return error_set(e, STATUS_USAGE, -EINVAL, "--hook lxc: %s", why);
}

/*
 * The LXC path: PATH of a configuration file PATH/NAME/config. One that lies elsewhere (lxc-start
 * -f) stands for its own directory, so that no container is taken for another of the same name.
 */
static const char *path_of(const char *file, const char *name)
{
	char end[NAME_MAX + 16];
	size_t n = (size_t)snprintf(end, sizeof(end), "/%s/config", name), len = strlen(file);
	const char *slash = strrchr(file, '/');

	if (n >= sizeof(end) || len <= n || strcmp(file + len - n, end) != 0)
		n = slash ? strlen(slash) - (slash == file) : 0;
	if (len - n >= sizeof(lxcpath))
		return NULL;
	snprintf(lxcpath, sizeof(lxcpath), "%.*s", (int)(len - n), file);
	return lxcpath;
}

int hook_read(const char *engine, struct request *ret, struct error *e)
{
	const char *version = getenv("LXC_HOOK_VERSION"), *type = getenv("LXC_HOOK_TYPE");
	const char *name = getenv("LXC_NAME"), *file = getenv("LXC_CONFIG_FILE");
	const char *pid = getenv("LXC_PID");
	unsigned long number = 0;

	openlog("v6hook", LOG_PID, LOG_DAEMON);
	deadline_start(HOOK_DEADLINE_MS);
	if (strcmp(engine, "lxc") != 0)
		return error_set(e, STATUS_USAGE, -EINVAL, "--hook '%.40s' is unknown: write lxc",
				 engine);
	if (!version || !name)
		return refuse(e, "not called by LXC: LXC_NAME and LXC_HOOK_VERSION are not set");
	if (strcmp(version, "1") != 0)
		return refuse(e,
			      "lxc.hook.version is 0, which passes the container's name through a "
			      "shell: set lxc.hook.version = 1");
	if (snprintf(container, sizeof(container), "lxc:%s", name) >= (int)sizeof(container))
		return refuse(e, "LXC_NAME is too long");
	ret->container = container;
	ret->lxcpath = file ? path_of(file, name) : NULL;
	ret->engine_config = file;
	ret->starts = type && strcmp(type, "start-host") == 0;
	if (ret->starts && (!pid || !text_to_number(pid, INT_MAX, &number) || !number))
		return refuse(e, "LXC_PID is not set");
	ret->pid = (pid_t)number;
	return 0;
}

static void on_alarm(int signal)
{
	(void)signal; /* only to interrupt what waits */
}

void hook_log(bool warning, const char *line)
{
	/* a syslogd that does not read makes syslog(3) wait, which tries twice: interrupt it */
	const struct itimerval some = { { 0, LOG_MOST_US }, { 0, LOG_MOST_US } }, none = { 0 };
	const struct sigaction action = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &some, NULL);
	syslog(warning ? LOG_WARNING : LOG_ERR, "%s", line);
	setitimer(ITIMER_REAL, &none, NULL);
}

enum status hook_status(const struct request *q, enum status status)
{
	/* a failing post-stop would turn a reboot into a stop */
	return q->starts && config_requires_lxc(q->config_path) ? status : STATUS_DONE;
}
