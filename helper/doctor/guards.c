/* What keeps containers from speaking for others, and others from their ports. */
#include <string.h>

#include "doctor/checks.h"

void check_guard_table(struct exam *x)
{
	const struct look *l = x->scene->look;

	if (!l)
		return;
	if (l->unguarded && x->scene->config->guard != CONFIG_GUARD_OFF) {
		exam_tell(x, FINDING_UNKNOWN, "whether containers are guarded cannot be read");
		exam_evidence(x, "nft list ruleset");
		return;
	}
	for (int i = 0; i < GUARD_TABLES; i++) {
		if (!l->guard.tables[i].there || l->guard.tables[i].whole)
			continue;
		exam_tell(x, FINDING_BROKEN, "somebody has changed the guard's rules");
		exam_evidence(x, "nft list table %s: not as v6hook made it", guard_names[i]);
		exam_remedy(x, "v6hook reconcile");
	}
}

void check_guard_ports(struct exam *x)
{
	const struct scene *s = x->scene;

	for (size_t i = 0; s->look && i < s->look->present.count; i++) {
		const struct holder *h = &s->look->present.list[i];

		if (s->guards[i] != SCENE_UNGUARDED)
			continue;
		exam_tell(x,
			  s->config->guard == CONFIG_GUARD_BEST_EFFORT ? FINDING_WARNING
								       : FINDING_BROKEN,
			  "%s is not guarded as the configuration says", h->ident);
		exam_evidence(x, "nft list ruleset: not all that is its own is in v6hook's tables");
		exam_remedy(x, "v6hook reconcile");
	}
}
