/* The leases and records: that they can be read, and that the kernel has what they say. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/text.h"
#include "doctor/checks.h"
#include "net/host.h"
#include "net/neigh.h"
#include "runtime/lxc_path.h"

/* Whose a lease is, for people. Returns out. */
static const char *whose(const struct holder *h, char out[IDENT_TEXT_MAX])
{
	struct ident id;

	if (!*h->ident || ident_from_text(h->ident, &id) < 0)
		snprintf(out, IDENT_TEXT_MAX, "?");
	else
		ident_container(&id, out);
	return out;
}

/* Calls look for each present lease. */
static void each(struct exam *x,
		 void (*look)(struct exam *x, const struct holder *h, const struct attachment *a))
{
	const struct scene *s = x->scene;

	for (size_t i = 0; s->look && i < s->look->present.count; i++)
		look(x, &s->look->present.list[i], scene_attached(s, &s->look->present.list[i]));
}

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
	struct statvfs fs;
	bool locked;

	if (statvfs(dir, &fs) < 0)
		return;
	locked = fs.f_flag & ST_RDONLY;
	if (!locked && fs.f_bavail && (fs.f_favail || !fs.f_files))
		return;
	exam_tell(x, FINDING_BROKEN, "no new lease can be written");
	exam_evidence(x, "%s: %s", dir,
		      locked	    ? "mounted read-only"
		      : fs.f_bavail ? "no inodes are left (df -i)"
				    : "no space is left (df)");
	if (locked)
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
		  text_address(&h->address, address), whose(h, name));
	exam_evidence(x, "%s", h->trouble);
	exam_remedy(x, "v6hook reconcile # it keeps what is known; then v6hook list");
}

void check_lease_damaged(struct exam *x)
{
	each(x, look_at_damage);
}

static void look_at_record(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX];

	(void)a;
	if (!h->lost)
		return;
	exam_tell(x, FINDING_BROKEN, "nobody knows whether %s is attached", whose(h, name));
	exam_evidence(x,
		      h->unreadable ? "%s/attached: its record cannot be read"
				    : "%s/attached: it has no record, but the kernel has entries",
		      x->scene->config->state_dir);
	exam_remedy(x, "v6hook reconcile");
}

void check_lease_record(struct exam *x)
{
	each(x, look_at_record);
}

/* What an attachment lives by: its process, or the file of its namespace. Returns out. */
static const char *life_of(const struct attachment *a, char *out, size_t size)
{
	if (a->pid)
		snprintf(out, size, "/proc/%d", (int)a->pid);
	else
		snprintf(out, size, "%s", a->netns_path);
	return out;
}

/* Whether that is gone; looking takes no privilege. */
static bool is_gone(const struct attachment *a)
{
	char path[sizeof(a->netns_path)];

	return access(life_of(a, path, sizeof(path)), F_OK) < 0 && errno == ENOENT;
}

static void look_at_process(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX], path[sizeof(a->netns_path)];

	if (!a || !is_gone(a))
		return;
	exam_tell(x, FINDING_BROKEN, "%s has ended, but its address is in service still",
		  whose(h, name));
	exam_evidence(x, "there is no %s", life_of(a, path, sizeof(path)));
	exam_remedy(x, "v6hook reconcile");
}

void check_lease_process(struct exam *x)
{
	each(x, look_at_process);
}

static void look_at_waiting(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX];

	(void)a;
	if (!h->attachment || !h->attachment->waits || is_gone(h->attachment) ||
	    !attachment_is_live(h->attachment, x->scene->boot_id))
		return;
	exam_tell(x, FINDING_BROKEN, "%s has no port on a bridge, and is cut off until it has one",
		  whose(h, name));
	exam_evidence(x, "its record says that it waits");
	exam_remedy(x, "docker network connect bridge %s # or start it anew", name);
}

void check_lease_waiting(struct exam *x)
{
	each(x, look_at_waiting);
}

/* Whether what it needs of the kernel can be there: it runs, and neither side of it is dead. */
static bool can_have(const struct scene *s, const struct attachment *a)
{
	const struct scene_link *uplink = scene_link_find(&s->uplinks, a->uplink),
				*bridge = scene_link_find(&s->bridges, a->bridge);

	return !is_gone(a) && bridge && !bridge->dead && (a->routed || (uplink && !uplink->dead));
}

/* Whether what is wrong with one that is attached is that a probe beside its start was answered
 * (policy/beside.c). */
static bool is_duplicate(const struct attachment *a)
{
	return !a->ended && strstr(a->error, LEASE_ANSWERED);
}

/*
 * Tells what is to be done once for several; but for the first of them there is evidence alone. So
 * they are looked at before those of the same check that have an entry each.
 */
static void tell_once(struct exam *x, enum finding_state state, const char *what,
		      const char *remedy)
{
	if (x->found->count > x->first)
		return;
	exam_tell(x, state, "%s", what);
	exam_remedy(x, "%s", remedy);
}

/* Whether what failed was of an instance that has ended. */
static bool is_over(const struct exam *x, const struct attachment *a)
{
	return a->pid && (strcmp(a->boot_id, x->scene->boot_id) != 0 || is_gone(a));
}

/* Whether reconcile tries it again: it knows the instance, and it is not an ordinary user's. */
static bool is_tried_again(const struct attachment *a, const char *ident)
{
	return (!a->ended || a->pid) && !isdigit((unsigned char)*ident);
}

static void tell_failed(struct exam *x, const struct holder *h)
{
	const struct attachment *a = h->attachment;
	char name[IDENT_TEXT_MAX];

	if (is_over(x, a) || !is_tried_again(a, h->ident))
		return;
	tell_once(x, FINDING_BROKEN, "the last attach of containers that run failed",
		  "v6hook reconcile");
	exam_evidence(x, "%s: %s", whose(h, name), a->error);
}

/*
 * The others. Of those that have ended LXC's alone matter, which may have ended by that; one that
 * has been removed does not.
 */
static void tell_failed_alone(struct exam *x, const struct holder *h)
{
	const struct attachment *a = h->attachment;
	char path[PATH_MAX], config[PATH_MAX + IDENT_NAME_MAX + 16], name[IDENT_TEXT_MAX];
	struct ident id;

	if (!is_over(x, a) && is_tried_again(a, h->ident))
		return;
	whose(h, name);
	if (is_over(x, a)) {
		if (ident_from_text(h->ident, &id) < 0 || id.owner || *id.path ||
		    strcmp(id.runtime, "lxc") != 0)
			return;
		lxc_path_standard(0, path, sizeof(path));
		snprintf(config, sizeof(config), "%s/%s/config", path, id.name);
		if (access(config, F_OK) < 0)
			return;
	}
	exam_tell(x, FINDING_BROKEN, "the last attach of %s failed", name);
	exam_evidence(x, "%s", a->error);
	if (is_over(x, a))
		exam_remedy(x, "lxc-start %s # it has ended", id.name);
	else
		exam_remedy(x, "v6hook attach %s", name);
}

static void look_at_duplicate(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX];

	if (!a || !is_duplicate(a))
		return;
	exam_tell(x, FINDING_BROKEN, "another machine has the address of %s, too", whose(h, name));
	exam_evidence(x, "%s", a->error);
	exam_remedy(x, "v6hook detach --release %s && v6hook attach %s", name, name);
}

void check_lease_duplicate(struct exam *x)
{
	each(x, look_at_duplicate);
}

/* Calls tell for those whose last attach failed. */
static void each_failed(struct exam *x, void (*tell)(struct exam *x, const struct holder *h))
{
	const struct look *l = x->scene->look;

	/* what an uplink or bridge that is dead brings with it is told there */
	for (size_t i = 0; l && i < l->present.count; i++) {
		const struct holder *h = &l->present.list[i];
		const struct attachment *a = scene_attached(x->scene, h);

		if (h->attachment && *h->attachment->error && !is_duplicate(h->attachment) &&
		    (!a || can_have(x->scene, a)))
			tell(x, h);
	}
	for (size_t i = 0; l && i < l->ended.count; i++) {
		const struct holder *h = &l->ended.list[i];

		if (!h->leased && h->attachment && *h->attachment->error &&
		    !is_duplicate(h->attachment))
			tell(x, h);
	}
}

void check_lease_failed(struct exam *x)
{
	each_failed(x, tell_failed);
	each_failed(x, tell_failed_alone);
}

static void look_at_kernel(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX], address[INET6_ADDRSTRLEN];
	const struct scene *s = x->scene;
	const char *lacks;

	if (!a || !can_have(s, a))
		return;
	lacks = look_lacks(s->look, h);
	if (!lacks)
		return;
	text_address(&h->address, address);
	exam_tell(x, FINDING_BROKEN, "the kernel has lost the %s of %s", lacks, whose(h, name));
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
	each(x, look_at_kernel);
}

static void look_at_mac(struct exam *x, const struct holder *h, const struct attachment *a)
{
	const struct scene_link *bridge;
	char name[IDENT_TEXT_MAX];
	unsigned char mac[6];

	if (!a || !can_have(x->scene, a))
		return;
	bridge = scene_link_find(&x->scene->bridges, a->bridge);
	if (neigh_is_marked(x->scene->host, &h->address, bridge->link.ifindex, mac) != 1 ||
	    memcmp(mac, a->mac, sizeof(mac)) == 0)
		return;
	exam_tell(x, FINDING_BROKEN, "what is sent to %s goes to another MAC than its own",
		  whose(h, name));
	exam_evidence(x,
		      "ip -6 neigh show dev %s: %02x:%02x:%02x:%02x:%02x:%02x, its port has "
		      "%02x:%02x:%02x:%02x:%02x:%02x",
		      a->bridge, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], a->mac[0],
		      a->mac[1], a->mac[2], a->mac[3], a->mac[4], a->mac[5]);
	exam_remedy(x, "v6hook attach %s", name);
}

void check_lease_mac(struct exam *x)
{
	each(x, look_at_mac);
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
	tell_once(x, FINDING_WARNING,
		  "who is attached has an address that the configuration gives nobody",
		  "v6hook reconcile # it moves who is attached");
	exam_evidence(x, "%s, %s: %s", whose(h, name), text_address(&h->address, address),
		      why.text);
}

static void look_at_rest(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX], address[INET6_ADDRSTRLEN];
	struct error why;

	if (a || !is_of_no_pool(x, h, &why))
		return;
	whose(h, name);
	exam_tell(x, FINDING_WARNING, "%s has an address that the configuration gives nobody",
		  name);
	exam_evidence(x, "%s: %s", text_address(&h->address, address), why.text);
	exam_remedy(x, "v6hook detach --release %s", name);
}

void check_lease_pool(struct exam *x)
{
	each(x, look_at_pool);
	each(x, look_at_rest);
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
			  whose(h, name));
		exam_evidence(x, "%s/leases: %s", s->config->state_dir,
			      text_address(&h->address, address));
		exam_remedy(x, "v6hook reconcile");
	}
}
