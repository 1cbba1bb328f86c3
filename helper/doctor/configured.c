/* What the administrator has configured: that it can be read, and fits what the host has. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/user.h"
#include "doctor/checks.h"

void check_config(struct exam *x)
{
	const struct scene *s = x->scene;

	if (!s->misconfigured)
		return;
	if (access(s->config_path, R_OK) < 0 && errno == EACCES) {
		exam_unknown(x, s->misconfigured);
		return;
	}
	exam_tell(x, FINDING_BROKEN,
		  "the configuration is not good: at best the service goes by the last good one");
	exam_evidence(x, "%s", s->misconfigured->text);
	if (access(s->config_path, F_OK) < 0)
		exam_remedy(x, "v6hook setup");
	else
		exam_remedy(x, "${EDITOR:-vi} %s # man 5 v6hook.json", s->config_path);
}

void check_config_owner(struct exam *x)
{
	const char *path = x->scene->config_path;
	struct stat st;

	if (stat(path, &st) < 0 || !(st.st_mode & S_IWOTH))
		return;
	exam_tell(x, FINDING_WARNING, "everybody can change the configuration");
	exam_evidence(x, "%s: mode %04o", path, (unsigned int)st.st_mode & 07777);
	exam_remedy(x, "chmod o-w %s", path);
}

/* Tells of a file that cannot be made where the configuration wants it. */
static void look_at_place(struct exam *x, const char *key, const char *file)
{
	char dir[PATH_MAX];
	struct stat st;
	char *slash;

	if (!file)
		return;
	snprintf(dir, sizeof(dir), "%s", file);
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return;
	*slash = '\0';
	if (stat(dir, &st) == 0 ? S_ISDIR(st.st_mode) : errno == EACCES)
		return;
	exam_tell(x, FINDING_BROKEN, "\"%s\" cannot be kept", key);
	exam_evidence(x, "%s: there is no directory %s", x->scene->config_path, dir);
	/* the service's unit lets it write to what was there when it began */
	exam_remedy(x, "mkdir -p %s && systemctl try-restart v6hook-watch.service", dir);
}

void check_config_paths(struct exam *x)
{
	const struct config *c = x->scene->config;
	const char *program = c->on_change.run.count ? c->on_change.run.list[0] : NULL;
	uid_t ignored;

	look_at_place(x, "hosts", c->hosts);
	look_at_place(x, "metrics", c->metrics);
	if (!program)
		return;
	if (access(program, X_OK) < 0 && errno != EPERM && (errno != EACCES || geteuid() == 0)) {
		exam_tell(x, FINDING_BROKEN, "the program of \"on_change\" cannot be run");
		exam_evidence(x, "%s: %s", program, strerror(errno));
		exam_remedy(x, "chmod a+rx %s", program);
	}
	if (c->on_change.user && user_find(c->on_change.user, &ignored) < 0) {
		exam_tell(x, FINDING_BROKEN, "the user of \"on_change\" is nobody's name");
		exam_evidence(x, "getent passwd %s: nothing", c->on_change.user);
		exam_remedy(x, "useradd --system %s", c->on_change.user);
	}
}
