/*
 * A part of what is on-link that nobody is found in: the ground for a proposal.
 *
 * Theory of operation: who is on the link is told by the kernel's neighbours and by who answers an
 * echo request to all nodes; each is then asked for by a solicitation, as a neighbour may be long
 * gone. The router is who has the gateway's MAC. A part that nobody was found in is tried by a
 * sample, since a machine that proxies answers for addresses that nobody has.
 */
#include "policy/survey_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <string.h>

#include "base/file.h"
#include "net/ndisc.h"
#include "net/neigh.h"
#include "net/roll.h"
#include "net/route.h"

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

int survey_link(struct nl_sock *nl, const struct host_addresses *own, const struct link *uplink,
		const struct address *host, struct proposal *ret, struct error *e)
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
