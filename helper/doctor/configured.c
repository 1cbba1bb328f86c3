/* What the administrator has configured: that it can be read, and fits what the host has. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

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
	exam_tell(x, FINDING_BROKEN, "the configuration is not good, so nothing is attached");
	exam_evidence(x, "%s", s->misconfigured->text);
	exam_remedy(x, "editor %s # man 5 v6hook.json", s->config_path);
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
