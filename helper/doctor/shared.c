/* Leases that many hosts share: that etcd answers, and holds of this host's what it has itself. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "doctor/checks.h"
#include "filter/fence.h"
#include "store/etcd_heal.h"

#define TOLD 4 /* differences that are told one by one */

struct differences {
	struct exam *x;
	unsigned int lost, others;
};

static int on_difference(enum etcd_heal what, const struct lease *lease, const char *why, void *arg)
{
	struct differences *d = arg;
	char address[INET6_ADDRSTRLEN];

	/* of one that cannot be shared the attach tells: it works as it is */
	if (what == ETCD_HEAL_SHARE && why)
		return 0;
	if (what != ETCD_HEAL_LOST) {
		d->others++;
		return 0;
	}
	if (d->lost++ >= TOLD)
		return 0;
	exam_tell(d->x, FINDING_BROKEN, "%s is %.300s's here, and not in etcd",
		  text_address(&lease->address, address), lease->ident);
	exam_evidence(d->x, "%.300s", why);
	exam_remedy(d->x, "v6hook detach --release %.300s # and attach it anew", lease->ident);
	return 0;
}

/* Whether what may become another host's is answered for just now. */
static void check_fence(struct exam *x)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	struct error e;

	/* without the right to look, or a table, nothing is known */
	if (nl_open_filter(&nl, &e) < 0 || fence_is_open(nl, &e) != 0)
		return;
	exam_tell(x, FINDING_BROKEN,
		  "nothing that hosts share is answered for: etcd was not heard of lately");
	exam_evidence(x, "nft list table ip6 v6hook-shared: \"open\" is empty");
	exam_remedy(x, "systemctl status v6hook-watch # does it run, and reach etcd?");
}

void check_lease_shared(struct exam *x)
{
	const struct config_store *c = &x->scene->config->store;
	struct differences d = { .x = x };
	char members[512] = "";
	struct error e;

	if (!x->scene->store || c->etcd.count == 0)
		return;
	if (c->shared)
		check_fence(x);
	if (etcd_heal(x->scene->store, false, false, on_difference, &d, &e) < 0) {
		for (size_t i = 0; i < c->etcd.count; i++)
			snprintf(members + strlen(members), sizeof(members) - strlen(members),
				 "%s%s", i ? "," : "", c->etcd.list[i]);
		exam_tell(x, FINDING_BROKEN,
			  "no new container gets an address: etcd cannot be asked");
		exam_evidence(x, "%s", e.text);
		exam_remedy(x, "ETCDCTL_API=3 etcdctl --endpoints %s endpoint health", members);
		return;
	}
	if (d.others == 0)
		return;
	exam_tell(x, FINDING_WARNING, "etcd and this host differ about %u lease%s", d.others,
		  d.others == 1 ? "" : "s");
	exam_evidence(x, "one side has lost what the other knows, or hosts share it not yet");
	exam_remedy(x, "v6hook reconcile");
}
