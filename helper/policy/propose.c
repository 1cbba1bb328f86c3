/*
 * Which range is proposed for containers where nobody has named one: never more than is safe.
 *
 * Theory of operation: a /64 that is on-link need not be the customer's. DigitalOcean gives 16
 * addresses of one that many share, others (Leaseweb) a /80. Nothing tells that from the host but
 * who else is there. So what is proposed lies in the host's own /80, and if others answer in that,
 * among the 16 addresses around the host's own, and if they answer there, too, it is for the
 * administrator to say. A host that made its address itself (SLAAC) is told of the prefix, and not
 * of a part: then it is the /80 of zeros.
 */
#include "policy/propose.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define SIXTEEN 124 /* prefix length of so many */
#define PART 112    /* of 65,536 */
#define OWN 80	    /* the longest prefix that a customer of a shared /64 is known to have */
#define FIRST_PART \
	12 /* the /112 that is tried first: PREFIX::c:0, clear of what is numbered by hand */

char *propose_text(const struct range *range, unsigned int length, char *out)
{
	const struct in6_addr first = range_address(range->prefix, range->first);
	char text[INET6_ADDRSTRLEN];

	snprintf(out, 64, "%s/%u", text_address(&first, text), length);
	return out;
}

void propose_exclude(const struct in6_addr *list, size_t count, enum propose_whose whose,
		     struct proposal *p)
{
	for (size_t i = 0; i < count; i++) {
		bool there = !range_contains(&p->range, &list[i]);

		for (size_t k = 0; k < p->exclude_count; k++)
			there |= memcmp(&p->exclude[k], &list[i], sizeof(list[i])) == 0;
		if (there || p->exclude_count == PROPOSE_EXCLUDES)
			continue;
		p->whose[p->exclude_count] = whose;
		p->exclude[p->exclude_count++] = list[i];
	}
}

/* Leaves out all that somebody has. */
static void exclude_known(const struct propose_evidence *v, struct proposal *p)
{
	propose_exclude(v->known, v->own_count, PROPOSE_HOSTS, p);
	propose_exclude(v->known + v->own_count, v->known_count - v->own_count, PROPOSE_ROUTERS, p);
	propose_exclude(v->others, v->other_count, PROPOSE_ANOTHERS, p);
}

/* One of the addresses that lies in the range, or null. */
static const struct in6_addr *one_in(const struct in6_addr *list, size_t count,
				     const struct range *range)
{
	for (size_t i = 0; i < count; i++)
		if (range_contains(range, &list[i]))
			return &list[i];
	return NULL;
}

static bool is_clear(const struct propose_evidence *v, const struct range *range)
{
	for (size_t i = 0; i < v->held_count; i++)
		if (range_overlaps(&v->held[i], range))
			return false;
	return !one_in(v->known, v->known_count, range) &&
	       !one_in(v->others, v->other_count, range);
}

/* The prefix of the host's that may be its alone. */
static struct range own_part(const struct propose_evidence *v, unsigned int *ret_length)
{
	struct in6_addr base = v->address;

	*ret_length = v->length > OWN ? v->length : OWN;
	if (v->dynamic && v->length <= 64)
		memset(base.s6_addr + 8, 0, 8);
	return range_of_prefix(&base, *ret_length);
}

/* A /112 of it in which nothing is known to be. */
static bool find_part(const struct propose_evidence *v, struct range *ret)
{
	unsigned int length;
	const struct range own = own_part(v, &length);
	const uint64_t parts = UINT64_C(1) << (PART - length);

	for (uint64_t i = 0; i < parts && i < 0x10000; i++) {
		const uint64_t first = own.first + ((FIRST_PART + i) % parts << (128 - PART));

		*ret = (struct range){ own.prefix, first, first | 0xffff };
		if (is_clear(v, ret))
			return true;
	}
	return false;
}

/* Another machine answers where the proposal would be. */
static int refuse(const struct propose_evidence *v, const struct in6_addr *other, struct error *e)
{
	char who[INET6_ADDRSTRLEN], host[INET6_ADDRSTRLEN], part[64], more[128] = "";
	struct range range;

	if (find_part(v, &range))
		snprintf(more, sizeof(more), "; if the whole /64 is, v6hook setup --range %s",
			 propose_text(&range, PART, part));
	return error_set(e, STATUS_USAGE, -ENODATA,
			 "another machine, %s, answers beside this host's %s: only your provider "
			 "can say which addresses are yours: v6hook setup --range PREFIX/LEN%s",
			 text_address(other, who), text_address(&v->address, host), more);
}

/* The 16 addresses around the host's own. */
static int take_sixteen(const struct propose_evidence *v, struct proposal *p)
{
	p->range = range_of_prefix(&v->address, SIXTEEN);
	p->length = SIXTEEN;
	exclude_known(v, p);
	return 0;
}

static int take_part(const struct propose_evidence *v, struct proposal *p, struct error *e)
{
	unsigned int length;
	const struct range own = own_part(v, &length), near = range_of_prefix(&v->address, SIXTEEN);
	const struct in6_addr *other = one_in(v->others, v->other_count, &near);
	char text[INET6_ADDRSTRLEN], part[64];
	struct range range;

	if (other)
		return refuse(v, other, e);
	other = one_in(v->others, v->other_count, &own);
	if (other) {
		bool found = find_part(v, &range);

		snprintf(p->why, sizeof(p->why),
			 "only the 16 addresses around the host's own, as another machine, %s, is "
			 "nearby on the link, so that the prefix may be shared",
			 text_address(other, text));
		if (found)
			snprintf(p->trap, sizeof(p->trap),
				 "if your provider gives you all of the /64, take more of it: "
				 "v6hook setup --range %s",
				 propose_text(&range, PART, part));
		return take_sixteen(v, p);
	}
	if (!find_part(v, &p->range))
		return error_set(e, STATUS_USAGE, -ENODATA,
				 "there is no /112 of the host's prefix with nothing in it: v6hook "
				 "setup --range PREFIX/LEN");
	p->length = PART;
	snprintf(p->why, sizeof(p->why),
		 "65,536 addresses of the prefix that is on-link, %s, and nothing answers there",
		 v->dynamic ? "which routers announce to everybody"
			    : "from the /80 that the host's own address is in");
	snprintf(p->trap, sizeof(p->trap),
		 "some providers announce a /64 of which less is yours (a /80 at Leaseweb, 16 "
		 "addresses at DigitalOcean): if yours says so, v6hook setup --range PREFIX/LEN");
	return 0;
}

int propose(const struct propose_evidence *v, struct proposal *ret, struct error *e)
{
	struct proposal p = { 0 };
	char text[INET6_ADDRSTRLEN];
	int r = 0;

	if (v->sixteen) {
		snprintf(p.why, sizeof(p.why),
			 "%s gives a server the 16 addresses around its own; the /64 that is "
			 "on-link is shared with strangers, and none of theirs is taken",
			 v->sixteen);
		r = take_sixteen(v, &p);
	} else if (v->length == 128) {
		r = error_set(e, STATUS_USAGE, -ENODATA,
			      "the host has the address %s alone, without a prefix: only your "
			      "provider can say which others are yours: v6hook setup --range "
			      "PREFIX/LEN",
			      text_address(&v->address, text));
	} else if (v->length >= PART) {
		p.range = range_of_prefix(&v->address, v->length);
		p.length = v->length;
		snprintf(p.why, sizeof(p.why), "the whole prefix that the host was given");
		exclude_known(v, &p);
	} else {
		r = take_part(v, &p, e);
	}
	if (r == 0)
		*ret = p;
	return r;
}
