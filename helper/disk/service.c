/* The service as systemd has it: whether it is enabled, and enabling it. */
#include "disk/service.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Runs systemctl, which says nothing. Returns its exit status, or -errno. */
static int systemctl(const char *one, const char *two, const char *three)
{
	const char *argv[] = { "systemctl", one, two, three, NULL };
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions), status;
	pid_t pid;

	if (r != 0)
		return -r;
	for (int fd = STDIN_FILENO; r == 0 && fd <= STDERR_FILENO; fd++)
		r = posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	if (r == 0)
		r = posix_spawnp(&pid, argv[0], &actions, NULL, (char **)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (r != 0)
		return -r;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

void service_look(struct service *ret)
{
	*ret = (struct service){ .systemd = access("/run/systemd/system", F_OK) == 0 };
	if (!ret->systemd)
		return;
	ret->installed = systemctl("cat", SERVICE_UNIT, NULL) == 0;
	ret->enabled = systemctl("is-enabled", SERVICE_UNIT, NULL) == 0;
	ret->active = systemctl("is-active", SERVICE_UNIT, NULL) == 0;
}

/* Does it. Returns 0 or -errno. */
static int carry_out(const char *one, const char *two, const char *three, struct error *e)
{
	int r = systemctl(one, two, three);

	if (r < 0)
		return error_sys(e, r, "cannot run systemctl %s", one);
	if (r > 0)
		return error_set(e, STATUS_FAILED, -EIO,
				 "systemctl %s " SERVICE_UNIT
				 " failed: systemctl status " SERVICE_UNIT,
				 one);
	return 0;
}

int service_enable(struct error *e)
{
	return carry_out("enable", "--now", SERVICE_UNIT, e);
}

int service_restore(bool enabled, bool active, struct error *e)
{
	int r = active ? 0 : carry_out("stop", SERVICE_UNIT, NULL, e);

	return r == 0 && !enabled ? carry_out("disable", SERVICE_UNIT, NULL, e) : r;
}
