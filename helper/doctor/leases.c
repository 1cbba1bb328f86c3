/* The leases and records: that they can be read, and that the kernel has what they say. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "doctor/checks.h"
#include "doctor/holders.h"
#include "net/host.h"
#include "net/neigh.h"
#include "runtime/lxc_path.h"

void check_store(struct exam *x)
{
	const struct scene *s = x->scene;

	if (s->look && s->look->kernel.count && access(s->config->state_dir, F_OK) < 0 &&
	    errno == ENOENT) {
		exam_tell(x, FINDING_BROKEN, "addresses are in service, but their leases are gone");
		exam_evidence(x, "there is no %s", s->config->state_dir);
		exam_remedy(x, "v6hook reconcile # unless %s is elsewhere: then move it back first",
			    s->config->state_dir);
	}
	if (s->look)
		return;
	exam_tell(x, geteuid() == 0 ? FINDING_BROKEN : FINDING_UNKNOWN,
		  "the leases cannot be read, so nobody knows whose address is whose");
	exam_evidence(x, "%s", s->unlooked->text);
	exam_remedy(x, "ls -la %s", s->config->state_dir);
}

void check_store_space(struct exam *x)
{
	const char *dir = x->scene->config->state_dir;
	const char *why;
	const int r = file_has_room(dir, &why);

	if (r == 0)
		return;
	exam_tell(x, FINDING_BROKEN, "no new lease can be written");
	exam_evidence(x, "%s: %s", dir, why);
	if (r == -EROFS)
		exam_remedy(x, "mount -o remount,rw $(df --output=target %s | tail -n 1)", dir);
	else
		exam_remedy(x, "du -xh $(df --output=target %s | tail -n 1) | sort -h | tail", dir);
}

static void look_at_damage(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX], address[INET6_ADDRSTRLEN];

	(void)a;
	if (!*h->trouble)
		return;
	exam_tell(x, FINDING_BROKEN, "the lease of %s (%s) is damaged",
		  text_address(&h->address, address), holder_name(h, name));
	exam_evidence(x, "%s", h->trouble);
	exam_remedy(x, "v6hook reconcile # it keeps what is known; then v6hook list");
}

void check_lease_damaged(struct exam *x)
{
	holders_each(x, look_at_damage);
}

static void look_at_record(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX];

	(void)a;
	if (!h->lost)
		return;
	exam_tell(x, FINDING_BROKEN, "nobody knows whether %s is attached", holder_name(h, name));
	exam_evidence(x,
		      h->unreadable ? "%s/attached: its record cannot be read"
				    : "%s/attached: it has no record, but the kernel has entries",
		      x->scene->config->state_dir);
	exam_remedy(x, "v6hook reconcile");
}

void check_lease_record(struct exam *x)
{
	holders_each(x, look_at_record);
}

static void look_at_process(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX], path[sizeof(a->netns_path)];

	if (!a || !holder_is_gone(a))
		return;
	exam_tell(x, FINDING_BROKEN, "%s has ended, but its address is in service still",
		  holder_name(h, name));
	exam_evidence(x, "there is no %s", holder_life(a, path, sizeof(path)));
	exam_remedy(x, "v6hook reconcile");
}

void check_lease_process(struct exam *x)
{
	holders_each(x, look_at_process);
}

static void look_at_waiting(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX];

	(void)a;
	if (!h->attachment || !h->attachment->waits || holder_is_gone(h->attachment) ||
	    !attachment_is_live(h->attachment, x->scene->boot_id))
		return;
	exam_tell(x, FINDING_BROKEN, "%s has no port on a bridge, and is cut off until it has one",
		  holder_name(h, name));
	exam_evidence(x, "its record says that it waits");
	exam_remedy(x, "docker network connect bridge %s # or start it anew", name);
}

void check_lease_waiting(struct exam *x)
{
	holders_each(x, look_at_waiting);
}

static void look_at_kernel(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX], address[INET6_ADDRSTRLEN];
	const struct scene *s = x->scene;
	const char *lacks;

	if (!a || !holder_can_work(s, a))
		return;
	lacks = look_lacks(s->look, h);
	if (!lacks)
		return;
	text_address(&h->address, address);
	exam_tell(x, FINDING_BROKEN, "the kernel has lost the %s of %s", lacks,
		  holder_name(h, name));
	if (strcmp(lacks, "proxy entry") == 0)
		exam_evidence(x, "ip -6 neigh show proxy dev %s: no %s", a->uplink, address);
	else if (strcmp(lacks, "route") == 0)
		exam_evidence(x, "ip -6 route get %s: not %s/128 dev %s", address, address,
			      a->bridge);
	else
		exam_evidence(x, "ip -6 neigh show %s dev %s: not PERMANENT", address, a->bridge);
	exam_remedy(x, "v6hook reconcile");
}

void check_lease_kernel(struct exam *x)
{
	holders_each(x, look_at_kernel);
}

static void look_at_mac(struct exam *x, const struct holder *h, const struct attachment *a)
{
	const struct scene_link *bridge;
	char name[IDENT_TEXT_MAX];
	unsigned char mac[6];

	if (!a || !holder_can_work(x->scene, a))
		return;
	bridge = scene_link_find(&x->scene->bridges, a->bridge);
	if (neigh_is_marked(x->scene->host, &h->address, bridge->link.ifindex, mac) != 1 ||
	    memcmp(mac, a->mac, sizeof(mac)) == 0)
		return;
	exam_tell(x, FINDING_BROKEN, "what is sent to %s goes to another MAC than its own",
		  holder_name(h, name));
	exam_evidence(x,
		      "ip -6 neigh show dev %s: %02x:%02x:%02x:%02x:%02x:%02x, its port has "
		      "%02x:%02x:%02x:%02x:%02x:%02x",
		      a->bridge, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], a->mac[0],
		      a->mac[1], a->mac[2], a->mac[3], a->mac[4], a->mac[5]);
	exam_remedy(x, "v6hook attach %s", name);
}

void check_lease_mac(struct exam *x)
{
	holders_each(x, look_at_mac);
}

/* Whether no pool has its address, and why. */
static bool is_of_no_pool(const struct exam *x, const struct holder *h, struct error *why)
{
	return !x->scene->misconfigured && !pools_find(x->scene->pools, &h->address, why);
}

static void look_at_pool(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX], address[INET6_ADDRSTRLEN];
	struct error why;

	if (!a || !is_of_no_pool(x, h, &why))
		return;
	holder_tell_once(x, FINDING_WARNING,
			 "who is attached has an address that the configuration gives nobody",
			 "v6hook reconcile # it moves who is attached");
	exam_evidence(x, "%s, %s: %s", holder_name(h, name), text_address(&h->address, address),
		      why.text);
}

static void look_at_rest(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX], address[INET6_ADDRSTRLEN];
	struct error why;

	if (a || !is_of_no_pool(x, h, &why))
		return;
	holder_name(h, name);
	exam_tell(x, FINDING_WARNING, "%s has an address that the configuration gives nobody",
		  name);
	exam_evidence(x, "%s: %s", text_address(&h->address, address), why.text);
	exam_remedy(x, "v6hook detach --release %s", name);
}

void check_lease_pool(struct exam *x)
{
	holders_each(x, look_at_pool);
	holders_each(x, look_at_rest);
}

/* Whether one of the leases accounts for the entry: it is in service, or nobody knows. */
static bool is_accounted(const struct scene *s, const struct marked_entry *entry)
{
	const struct holder *h = holders_find(&s->look->present, &entry->address);

	if (!h)
		h = holders_find(&s->look->strays, &entry->address);
	return h && (h->unreadable || h->lost || *h->trouble || scene_attached(s, h));
}

void check_lease_leftover(struct exam *x)
{
	const struct scene *s = x->scene;

	/* which addresses the service keeps ready is told by the pools */
	if (s->misconfigured) {
		exam_tell(x, FINDING_SKIPPED, "config.file is to be mended first");
		return;
	}
	for (size_t i = 0; s->look && i < s->look->kernel.count; i++) {
		const struct marked_entry *entry = &s->look->kernel.list[i];
		char address[INET6_ADDRSTRLEN], dev[IF_NAMESIZE];

		if (is_accounted(s, entry) || scene_is_ready(s, entry))
			continue;
		exam_tell(x, FINDING_WARNING, "the kernel has a %s that is no container's",
			  marked_name(entry->kind));
		exam_evidence(x, "ip -6 %s: %s dev %s",
			      entry->kind == MARKED_PROXY   ? "neigh show proxy"
			      : entry->kind == MARKED_ROUTE ? "route show proto 118"
							    : "neigh show nud permanent",
			      text_address(&entry->address, address),
			      if_indextoname((unsigned int)entry->ifindex, dev) ? dev : "?");
		exam_remedy(x, "v6hook reconcile");
	}
}

void check_lease_stray(struct exam *x)
{
	const struct scene *s = x->scene;

	for (size_t i = 0; s->look && i < s->look->strays.count; i++) {
		const struct holder *h = &s->look->strays.list[i];
		char name[IDENT_TEXT_MAX], address[INET6_ADDRSTRLEN];

		exam_tell(x, FINDING_WARNING, "%s has a lease besides its present one",
			  holder_name(h, name));
		exam_evidence(x, "%s/leases: %s", s->config->state_dir,
			      text_address(&h->address, address));
		exam_remedy(x, "v6hook reconcile");
	}
}
