/*
 * What the host's network says of a range for containers: the ground for a proposal.
 *
 * Theory of operation: who is on the link is told by the kernel's neighbours and by who answers an
 * echo request to all nodes; each is then asked for by a solicitation, as a neighbour may be long
 * gone. The router is who has the gateway's MAC. A part that nobody was found in is tried by a
 * sample, since a machine that proxies answers for addresses that nobody has.
 */
#include "policy/survey.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "known/onlink.h"
#include "net/ndisc.h"
#include "net/neigh.h"
#include "net/roll.h"

#define ROLL_MS 700   /* for the echo to all nodes */
#define OTHERS_MS 300 /* for who has been seen just now */
#define SAMPLE_MS 1000
#define SAMPLE 8
#define TRIES 4 /* parts that are tried by a sample */
#define HELD_MAX 64

/* What is found out. */
struct finding {
	const struct in6_addr *host;
	struct in6_addr seen[NDISC_MANY];
	size_t seen_count;
	struct in6_addr known[NDISC_MANY], others[NDISC_MANY];
	size_t known_count, own_count, other_count;
	struct range held[HELD_MAX];
	size_t held_count;
};

static bool same(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Whether it is a public address (IANA, IPv6 global unicast: 2000::/3). */
static bool is_public(const struct in6_addr *a)
{
	return (a->s6_addr[0] & 0xe0) == 0x20;
}

const char *survey_sixteen(const struct in6_addr *address)
{
	/* its allocations from RIPE, ARIN and APNIC */
	static const char *const prefixes[] = { "2a03:b0c0::", "2604:a880::", "2400:6180::" };
	_free_ char *vendor = NULL;
	struct in6_addr prefix;
	size_t len;

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (inet_pton(AF_INET6, prefixes[i], &prefix) == 1 &&
		    in_prefix(address, &prefix, 32))
			return "DigitalOcean";
	if (file_read(AT_FDCWD, "/sys/class/dmi/id/sys_vendor", 4096, &vendor, &len) == 0 &&
	    strncmp(vendor, "DigitalOcean", strlen("DigitalOcean")) == 0)
		return "DigitalOcean";
	return NULL;
}

/* How good an address of the uplink's is to go by; 0: not at all. */
static int rank(const struct address *a)
{
	if (!is_public(&a->address) || a->ours ||
	    (a->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED)))
		return 0;
	return 1 + 2 * (a->length != 128) + !!(a->flags & IFA_F_PERMANENT);
}

/* Whether the uplink has a public address that is tentative (RFC 4862, 5.4). */
static bool is_being_checked(const struct host_addresses *own, int uplink)
{
	for (size_t i = 0; i < own->count; i++)
		if (own->list[i].ifindex == uplink && is_public(&own->list[i].address) &&
		    (own->list[i].flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) == IFA_F_TENTATIVE)
			return true;
	return false;
}

/* The host's address on the uplink that is gone by, or null. */
static const struct address *host_address(const struct host_addresses *own, int uplink)
{
	const struct address *best = NULL;

	for (size_t i = 0; i < own->count; i++) {
		const struct address *a = &own->list[i];

		if (a->ifindex == uplink && rank(a) > (best ? rank(best) : 0))
			best = a;
	}
	return best;
}

/* Whether a link of the uplink's holds the address. */
static bool is_on_uplink(const struct host_addresses *own, int uplink, const struct in6_addr *which)
{
	for (size_t i = 0; i < own->count; i++)
		if (own->list[i].ifindex == uplink &&
		    in_prefix(which, &own->list[i].address,
			      own->list[i].length < 64 ? own->list[i].length : 64))
			return true;
	return false;
}

/* ---- a prefix that is routed here */

struct routed {
	struct nl_sock *nl;
	const struct host_addresses *own;
	int uplink;
	struct proposal *ret;
	bool found;
};

/* Whether the host has an address in it. */
static bool is_used(const struct host_addresses *own, const struct range *range)
{
	for (size_t i = 0; i < own->count; i++)
		if (range_contains(range, &own->list[i].address))
			return true;
	return false;
}

/* Takes the first /64 of a prefix that nothing of the host's is in. */
static void on_refused(const struct in6_addr *prefix, unsigned int length, void *arg)
{
	struct routed *f = arg;
	struct range range = range_of_prefix(prefix, 64);
	char text[INET6_ADDRSTRLEN];

	if (f->found || !is_public(prefix) || length < 32 || length > PROPOSE_ROUTED ||
	    is_on_uplink(f->own, f->uplink, prefix))
		return;
	for (int i = 0; length < 64 && i < 256 && is_used(f->own, &range); i++)
		range.prefix++;
	if (length > 64)
		range = range_of_prefix(prefix, length);
	f->ret->range = range;
	f->ret->length = length > 64 ? length : 64;
	snprintf(f->ret->why, sizeof(f->ret->why),
		 "%s/%u has been delegated to this host, which has a route for it that leads "
		 "nowhere: "
		 "the provider routes it here",
		 text_address(prefix, text), length);
	f->found = true;
}

/* Whether the bridge is, by its name, of one who hands out its prefix as soon as something is on
 * it. */
static bool is_handed_out(const char *bridge)
{
	static const char *const names[] = {
		"virbr", "lxcbr", "lxdbr", "incusbr", "podman", "cni"
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strncmp(bridge, names[i], strlen(names[i])) == 0)
			return true;
	return onlink_is_dockers(bridge);
}

/* Whether an address of that interface says that its prefix is routed to this host. */
static bool is_behind(struct nl_sock *nl, const struct address *a)
{
	struct link link;

	return a->ifindex == LOOPBACK_IFINDEX ||
	       (link_by_index(nl, a->ifindex, &link) == 0 && !link.master &&
		(strcmp(link.kind, "dummy") == 0 ||
		 (strcmp(link.kind, "bridge") == 0 && !link.carrier && !is_handed_out(link.name))));
}

/* Looks for one. */
static bool find_routed(struct routed *f)
{
	char text[INET6_ADDRSTRLEN];
	struct link link;

	for (size_t i = 0; i < f->own->count; i++) {
		const struct address *a = &f->own->list[i];

		if (a->ifindex == f->uplink || a->length > PROPOSE_ROUTED || a->length < 32 ||
		    !is_public(&a->address) || a->ours ||
		    is_on_uplink(f->own, f->uplink, &a->address) || !is_behind(f->nl, a) ||
		    link_by_index(f->nl, a->ifindex, &link) < 0)
			continue;
		f->ret->length = a->length > 64 ? a->length : 64;
		f->ret->range = range_of_prefix(&a->address, f->ret->length);
		snprintf(f->ret->why, sizeof(f->ret->why),
			 "%s/%u is on %s, where no machine is, and not on the uplink: the provider "
			 "routes it here",
			 text_address(&a->address, text), a->length, link.name);
		f->found = true;
		break;
	}
	if (!f->found)
		route_each_refused(f->nl, on_refused, f);
	for (size_t i = 0; f->found && i < f->own->count; i++)
		propose_exclude(&f->own->list[i].address, 1, PROPOSE_HOSTS, f->ret);
	f->ret->routed = f->found;
	if (f->found)
		snprintf(f->ret->trap, sizeof(f->ret->trap),
			 "if your provider does not route it, but asks for each address on the "
			 "link: "
			 "v6hook setup --upstream on-link");
	return f->found;
}

/* ---- a part of what is on-link */

static void on_seen(const struct in6_addr *who, void *arg)
{
	struct finding *f = arg;

	if (f->seen_count == NDISC_MANY || !in_prefix(who, f->host, 64))
		return;
	for (size_t i = 0; i < f->seen_count; i++)
		if (same(&f->seen[i], who))
			return;
	f->seen[f->seen_count++] = *who;
}

static void add_known(struct finding *f, const struct in6_addr *which)
{
	if (f->known_count < NDISC_MANY)
		f->known[f->known_count++] = *which;
}

static void hold(struct finding *f, const struct range *range)
{
	if (f->held_count < HELD_MAX)
		f->held[f->held_count++] = *range;
}

/* What the host itself has in the prefix. */
static void see_own(const struct host_addresses *own, int uplink, struct finding *f)
{
	for (size_t i = 0; i < own->count; i++) {
		const struct address *a = &own->list[i];
		const struct range range = range_of_prefix(&a->address, a->length);

		if (!in_prefix(&a->address, f->host, 64))
			continue;
		add_known(f, &a->address);
		if (a->ifindex != uplink && a->length < 128)
			hold(f, &range);
	}
	f->own_count = f->known_count;
	if (own->standard.has_gateway && in_prefix(&own->standard.gateway, f->host, 64))
		add_known(f, &own->standard.gateway);
}

/* Who else is on the link, the router left out. Returns 0 or -errno. */
static int see_others(struct nl_sock *nl, const struct host_addresses *own,
		      const struct link *uplink, struct finding *f, struct error *e)
{
	struct ndisc_answer answers[NDISC_MANY];
	const unsigned char *router = NULL;
	int r;

	/* first, so that there is room for it */
	if (own->standard.has_gateway)
		f->seen[f->seen_count++] = own->standard.gateway;
	r = roll_call(uplink->ifindex, f->host, ROLL_MS, on_seen, f, e);
	if (r < 0)
		return r;
	r = neigh_each_known(nl, uplink->ifindex, on_seen, f);
	if (r < 0)
		return error_sys(e, r, "cannot list the neighbours on %s", uplink->name);
	r = ndisc_probe_many(uplink->ifindex, uplink->mac, f->seen, f->seen_count, OTHERS_MS,
			     answers, e);
	if (r < 0)
		return r;
	if (own->standard.has_gateway && answers[0].taken)
		router = answers[0].owner;
	for (size_t i = 0; i < f->seen_count; i++) {
		if (!answers[i].taken || !in_prefix(&f->seen[i], f->host, 64))
			continue;
		if (router && memcmp(answers[i].owner, router, sizeof(answers[i].owner)) == 0)
			add_known(f, &f->seen[i]);
		else
			f->others[f->other_count++] = f->seen[i];
	}
	return 0;
}

/* The addresses that are tried for a proposal: all of a small one. Returns how many. */
static size_t sample(const struct proposal *p, struct in6_addr *ret)
{
	static const uint64_t offsets[SAMPLE] = { 1, 2, 3, 16, 256, 4096, 0x8000, 0xfffe };
	const uint64_t size = p->range.last - p->range.first;
	size_t count = 0;

	/* but ::0, by which every router answers (RFC 4291, 2.6.1), and which is given to nobody */
	for (uint64_t i = p->range.first == 0; size < NDISC_MANY && i <= size; i++)
		ret[count++] = range_address(p->range.prefix, p->range.first + i);
	for (size_t i = 0; size >= NDISC_MANY && i < SAMPLE; i++)
		ret[count++] =
			range_address(p->range.prefix, p->range.first + offsets[i] % (size + 1));
	return count;
}

/*
 * Tries a proposal by asking for some of its addresses: those that answer are left out, or, of a
 * /112, all of it is held to be another's. Returns 1 if it will do, 0 if another is to be made, or
 * -errno.
 */
static int try_proposal(const struct link *uplink, struct finding *f, struct proposal *p,
			struct error *e)
{
	struct ndisc_answer answers[NDISC_MANY];
	struct in6_addr list[NDISC_MANY];
	const size_t count = sample(p, list);
	int r = ndisc_probe_many(uplink->ifindex, uplink->mac, list, count, SAMPLE_MS, answers, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		if (!answers[i].taken)
			continue;
		if (p->length == 112) {
			hold(f, &p->range);
			return 0;
		}
		propose_exclude(&list[i], 1, PROPOSE_ANOTHERS, p);
	}
	return 1;
}

static int find_part(struct nl_sock *nl, const struct host_addresses *own,
		     const struct link *uplink, const struct address *host, struct proposal *ret,
		     struct error *e)
{
	struct finding f = { .host = &host->address };
	struct propose_evidence v = {
		.address = host->address,
		.length = host->length,
		.dynamic = !(host->flags & IFA_F_PERMANENT) && host->length == 64,
		.sixteen = survey_sixteen(&host->address),
		.known = f.known,
		.others = f.others,
		.held = f.held,
	};
	struct proposal p = { 0 };
	int r = 0;

	see_own(own, uplink->ifindex, &f);
	if (uplink->has_mac)
		r = see_others(nl, own, uplink, &f, e);
	for (int i = 0; r == 0 && i < TRIES; i++) {
		v.known_count = f.known_count;
		v.own_count = f.own_count;
		v.other_count = f.other_count;
		v.held_count = f.held_count;
		r = propose(&v, &p, e);
		if (r == 0)
			r = uplink->has_mac ? try_proposal(uplink, &f, &p, e) : 1;
	}
	if (r == 0)
		return error_set(e, STATUS_USAGE, -ENODATA,
				 "a machine on %s answers for whatever is asked for: only your "
				 "provider can say which addresses are yours: v6hook setup --range "
				 "PREFIX/LEN",
				 uplink->name);
	if (r > 0)
		*ret = p;
	return r < 0 ? r : 0;
}

int survey(struct nl_sock *nl, struct host_addresses *own, const struct link *uplink, bool routed,
	   bool on_link, struct proposal *ret, struct error *e)
{
	struct proposal p = { 0 };
	struct routed f = { .nl = nl, .own = own, .uplink = uplink->ifindex, .ret = &p };
	const struct address *host = host_address(own, uplink->ifindex);

	if (!on_link && find_routed(&f)) {
		*ret = p;
		return 0;
	}
	if (routed)
		return error_set(e, STATUS_USAGE, -ENODATA,
				 "no prefix that is routed to this host can be told: v6hook setup "
				 "--upstream routed --range PREFIX/LEN");
	if (!host && is_being_checked(own, uplink->ifindex))
		return error_set(e, STATUS_FAILED, -EAGAIN,
				 "the address of %s is not usable yet, as it is being checked for "
				 "duplicates: again in a few seconds",
				 uplink->name);
	if (!host)
		return error_set(
			e, STATUS_USAGE, -EADDRNOTAVAIL,
			"%s has no public IPv6 address: have your provider give the server "
			"one, and configure it (ip -6 address show dev %s)",
			uplink->name, uplink->name);
	return find_part(nl, own, uplink, host, ret, e);
}
