/*
 * What the guard keeps for ports that are gone, given free.
 *
 * Theory of operation: nf_tables keeps its elements when an interface goes. What names a port that
 * is gone lets nothing in; but the MACs and addresses that are kept from all others for it would be
 * kept from the next container that gets them, too, of which nobody may have told us. So each of
 * these is kept only as long as a port that is there may send from it: the sets of the ports say so
 * themselves. An interface is gone if the kernel says that there is none of that number, and
 * whatever else it says is no reason to take anything away.
 */
#include "filter/sweep.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "filter/bare_table.h"

#define TRIES 16 /* while others are at work */

/* Where in an own element's key stands what is kept from others for it. */
#define MAC_AT 4
#define ADDRESS_AT 12

/* What is known of the ports. */
struct ports {
	int fd;	      /* to ask by */
	int last;     /* the one that was asked for last, */
	bool is_gone; /* and what came of it */
};

static bool is_gone(struct ports *p, int ifindex)
{
	struct ifreq request = { .ifr_ifindex = ifindex };

	if (ifindex != p->last) {
		p->last = ifindex;
		p->is_gone = ioctl(p->fd, SIOCGIFNAME, &request) < 0 &&
			     (errno == ENODEV || errno == ENXIO);
	}
	return p->is_gone;
}

/* The port that an element names, or 0 if it names none. */
static int port_of(const struct filter_element *one)
{
	int ifindex = 0;

	switch (one->set) {
	case GUARD_PORTS:
	case GUARD_MACS:
	case GUARD_OWN6:
	case GUARD_OWN4:
	case GUARD_OWN_ARP:
	case GUARD_ANY4:
	case BARE_PORTS:
	case BARE_OWN6:
	case BARE_OWN4:
	case BARE_ANY4:
		memcpy(&ifindex, one->key, sizeof(ifindex));
		break;
	default:
		break;
	}
	return ifindex;
}

/* Adds what is kept from others for the sake of one that a port has. Returns 0 or -ENOMEM. */
static int vouch(struct elements *kept, const struct filter_element *own)
{
	static const struct {
		uint8_t own, kept, at;
	} rows[] = {
		{ GUARD_MACS, GUARD_TAKEN_MACS, MAC_AT },
		{ GUARD_OWN6, GUARD_TAKEN6, ADDRESS_AT },
		{ GUARD_OWN6, GUARD_ROUTED6, ADDRESS_AT },
		{ GUARD_OWN4, GUARD_TAKEN4, ADDRESS_AT },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(rows); i++) {
		struct filter_element one = { .set = rows[i].kept };

		if (own->set != rows[i].own)
			continue;
		one.len = (uint8_t)guard_table.sets[one.set].len;
		memcpy(one.key, own->key + rows[i].at, one.len);
		r = elements_add(kept, &one);
	}
	return r;
}

/* Whether an element stays: all of exposure's, which does no harm to others. */
static bool stays(const struct elements *kept, struct ports *p, const struct filter_element *one)
{
	switch (one->set) {
	case GUARD_TAKEN_MACS:
	case GUARD_TAKEN6:
	case GUARD_TAKEN4:
	case GUARD_ROUTED6:
		return elements_find(kept, one);
	default:
		return !port_of(one) || !is_gone(p, port_of(one));
	}
}

/* One try. Returns 1 if something was removed, 0, -ERESTART or -errno. */
static int sweep(struct nl_sock *nl, struct ports *p, struct error *e)
{
	CLEANUP(guard_state_release) struct guard_state g = { 0 };
	_elements_ struct elements must = { 0 }, kept = { 0 };
	int r = guard_read_elements(nl, &g, e);
	bool any = false;

	for (size_t i = 0; r == 0 && i < g.elements.count; i++) {
		const struct filter_element *one = &g.elements.list[i];

		if (port_of(one) && !is_gone(p, port_of(one)))
			r = vouch(&kept, one);
	}
	elements_sort(&kept);
	for (size_t i = 0; r == 0 && i < g.elements.count; i++) {
		const struct filter_element *one = &g.elements.list[i];

		/* the host's own are kept for those that are left */
		if (stays(&kept, p, one) && (one->set != GUARD_GATEWAYS || kept.count))
			r = elements_add(&must, one);
		else
			any = true;
	}
	return r < 0 ? r : any ? guard_make(nl, &g, &must, e) : 0;
}

int guard_sweep(struct nl_sock *nl, struct error *e)
{
	_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ports p = { .fd = fd };
	int r = -ERESTART;

	if (fd < 0)
		return error_sys(e, -errno, "cannot ask for interfaces");
	for (int tries = 0; tries < TRIES && (r == -ERESTART || r == -ENOENT); tries++) {
		p.last = 0;
		r = sweep(nl, &p, e);
	}
	return r < 0 ? r : 0;
}
