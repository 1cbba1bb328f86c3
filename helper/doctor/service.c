/* The service: that it runs, that it will after a boot, and that it can be asked. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "doctor/checks.h"

#define SYSTEMD "/run/systemd/system" /* sd_booted(3) */
#define GROUP "/system.slice/" UNIT "/cgroup.procs"
#define GONE " (deleted)" /* at the end of such a link: proc_pid_exe(5) */
#define UNIT "v6hook-watch.service"
#define WANTED "/etc/systemd/system/multi-user.target.wants/" UNIT

/* Whether a service runs for the store. Returns 1, 0 or -errno. */
static int runs(const struct scene *s, struct error *e)
{
	_close_ int lock = -1;
	int r = s->store->ops->lock(s->store, LOCK_SERVICE, NULL, false, 0, &lock, e);

	/* without a state directory no service has run yet */
	return r == -EBUSY ? 1 : r == -ENOENT ? 0 : r;
}

void check_service(struct exam *x)
{
	const struct scene *s = x->scene;
	struct error e;
	int r = s->store ? runs(s, &e) : 1;

	if (r == 1)
		return;
	if (r < 0) {
		exam_tell(x, FINDING_UNKNOWN, "whether the service runs cannot be told");
		exam_evidence(x, "%s", e.text);
		return;
	}
	if (access(SYSTEMD, F_OK) == 0 && access(WANTED, F_OK) == 0) {
		exam_tell(x, FINDING_BROKEN, "the service has ended, though it is to run");
		exam_evidence(x, "%s/lock is not locked, and there is " WANTED,
			      s->config->state_dir);
		exam_remedy(x, "systemctl restart " UNIT "; journalctl -u " UNIT " -n 20");
		return;
	}
	exam_tell(x, FINDING_WARNING,
		  "the service does not run: what is lost is not put back by "
		  "itself, nobody's start is noticed");
	exam_evidence(x, "%s/lock is not locked", s->config->state_dir);
	exam_remedy(x, "systemctl enable --now " UNIT);
}

void check_service_boot(struct exam *x)
{
	if (access(SYSTEMD, F_OK) < 0 || access(WANTED, F_OK) == 0 || errno != ENOENT)
		return;
	exam_tell(x, FINDING_WARNING, "the service does not come back after a boot");
	exam_evidence(x, "there is no " WANTED);
	exam_remedy(x, "systemctl enable " UNIT);
}

/* A process of the service's unit, or 0 where systemd does not keep one. */
static pid_t unit_process(void)
{
	static const char *const files[] = { "/sys/fs/cgroup" GROUP,
					     "/sys/fs/cgroup/systemd" GROUP };
	_free_ char *text = NULL;
	size_t len;

	for (size_t i = 0; i < ARRAY_SIZE(files) && !text; i++)
		file_read(AT_FDCWD, files[i], 4096, &text, &len);
	return text ? (pid_t)atoi(text) : 0;
}

/* After an upgrade the service is the former program until it is started again. */
void check_service_program(struct exam *x)
{
	const pid_t pid = unit_process();
	char path[64], program[PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	len = pid ? readlink(path, program, sizeof(program) - 1) : -1;
	if (len < 0)
		return;
	program[len] = '\0';
	if (!strstr(program, GONE) || strlen(strstr(program, GONE)) != strlen(GONE))
		return;
	exam_tell(x, FINDING_WARNING, "the service is a program that has been replaced since");
	exam_evidence(x, "%s: %s", path, program);
	exam_remedy(x, "systemctl restart " UNIT);
}

void check_service_socket(struct exam *x)
{
	const char *path = x->scene->config->socket;
	const mode_t all = S_IWUSR | S_IWGRP | S_IWOTH;
	struct stat st;

	if (stat(path, &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & all) == all)
		return;
	if (errno == EACCES)
		return;
	exam_tell(x, FINDING_BROKEN, "users and their containers cannot ask the service");
	exam_evidence(x, "%s: not a socket for everybody", path);
	exam_remedy(x, "systemctl restart " UNIT);
}
