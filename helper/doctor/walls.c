/* Other firewalls: what they do with what is forwarded to containers. */
#include <stdio.h>
#include <string.h>

#include "doctor/checks.h"
#include "net/firewall.h"

/* With this option Docker (27 and later) lets more than the bridge of a network in. */
#define ROUTED "com.docker.network.bridge.gateway_mode_ipv6=routed"

/*
 * Looks at the way in of each one that is attached, until nothing drops anything. Many rules are
 * about one address alone, so that no two ways are the same.
 */
static void each(struct exam *x, enum firewall which,
		 void (*tell)(struct exam *x, const struct firewall_way *way, const char *chain))
{
	const struct scene *s = x->scene;

	for (size_t i = 0; s->look && i < s->look->present.count; i++) {
		const struct holder *h = &s->look->present.list[i];
		const struct attachment *a = scene_attached(s, h);
		char chain[160];
		enum firewall found;
		struct firewall_way way;

		if (!a || !*a->uplink)
			continue;
		way = (struct firewall_way){ a->uplink, a->bridge, h->address };
		found = firewall_look(&way, chain, sizeof(chain));
		if (found == FIREWALL_NONE)
			return;
		if (found == which)
			tell(x, &way, chain);
	}
}

static void tell_forward(struct exam *x, const struct firewall_way *way, const char *chain)
{
	const struct finding *f = x->found->count ? &x->found->list[x->found->count - 1] : NULL;
	char what[200];

	snprintf(what, sizeof(what), "a firewall drops what is forwarded to %s", way->bridge);
	/* once for all on the bridge */
	if (f && strcmp(f->what, what) == 0)
		return;
	exam_tell(x, FINDING_BROKEN, "%s", what);
	exam_evidence(x, "nft list chain %s", chain);
	exam_remedy(x,
		    "nft insert rule %s oifname %s accept && nft insert rule %s iifname %s accept",
		    chain, way->bridge, chain, way->bridge);
}

void check_wall_forward(struct exam *x)
{
	each(x, FIREWALL_DROPS, tell_forward);
}

static void tell_early(struct exam *x, const struct firewall_way *way, const char *chain)
{
	exam_tell(x, FINDING_BROKEN, "a firewall drops what does not come from %s, before all else",
		  way->bridge);
	exam_evidence(x, "nft list chain %s", chain);
	exam_remedy(x,
		    "docker network create --ipv6 -o " ROUTED " NETWORK # in place of this one, if "
		    "Docker made that rule");
}

void check_wall_early(struct exam *x)
{
	each(x, FIREWALL_DROPS_EARLY, tell_early);
}
