/* What the administrator has configured: that it can be read, and fits what the host has. */
#include "doctor/checks.h"

void check_config(struct exam *x)
{
	const struct scene *s = x->scene;

	if (!s->misconfigured)
		return;
	exam_tell(x, FINDING_BROKEN, "the configuration is not good, so nothing is attached");
	exam_evidence(x, "%s", s->misconfigured->text);
	exam_remedy(x, "editor %s # man 5 v6hook.json", s->config_path);
}
