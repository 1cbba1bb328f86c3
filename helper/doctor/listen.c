/*
 * Listens on the uplink, and has something sent to the addresses meanwhile.
 *
 * Theory of operation: a router looks for an address when it has something for it. So the router is
 * asked in the name of the address: by an echo request, and by a packet whose hops end at it. Its
 * answer is what comes in: after a question if the range is on-link, without one if it is routed.
 * An address that nobody has ever had tells that for certain, as no router has it in its cache.
 * Routers need not answer either; then only what comes from outside can tell, and the user is asked
 * for that.
 */
#include <arpa/inet.h>

#include "base/clock.h"
#include "base/note.h"
#include "base/text.h"
#include "doctor/wire.h"
#include "net/echo.h"
#include "net/ndisc.h"

#define BEAT_MS 1000  /* between the packets that are to be answered */
#define LEAST_MS 1000 /* what a proxy elsewhere may take to answer a probe: net/ndisc.h */
#define ALONE_MS 2000 /* then the user is asked */
#define SEND_ONLY 2   /* ms: who answers a probe is heard by the witness */

/* Asks the router in the name of an address. What cannot be sent is not answered. */
static void provoke(const struct wire *w, const struct in6_addr *source)
{
	const struct echo near = { w->uplink->ifindex, *source, w->router, 64, 1, 0, NULL };
	const struct echo far = { w->uplink->ifindex, *source, echo_world, 1, 1, 0, NULL };
	struct error ignored;

	if (w->has_router)
		echo_send(&near, &ignored);
	echo_send(&far, &ignored);
}

/* Whether the router answers this host itself. */
static bool answers_us(const struct wire *w)
{
	const struct echo near = { w->uplink->ifindex, w->source, w->router, 64, 2, 500, NULL };
	const struct echo far = { w->uplink->ifindex, w->source, echo_world, 1, 2, 500, NULL };
	struct error ignored;

	return w->has_source && ((w->has_router && echo_ask(&near, NULL, &ignored) == 1) ||
				 echo_ask(&far, NULL, &ignored) == 1);
}

/* The addresses, in a row. Returns how many. */
static size_t addresses(const struct wire *w, struct in6_addr ret[WITNESS_MOST])
{
	size_t n = 0;

	if (w->served.there)
		ret[n++] = w->served.address;
	if (w->fresh.there)
		ret[n++] = w->fresh.address;
	return n;
}

/* Asks the user for what cannot be had alone. */
static void ask_for_help(const struct wire *w, int64_t left_ms)
{
	const struct wire_one *one = w->served.there ? &w->served : &w->fresh;
	char text[INET6_ADDRSTRLEN];

	note(NOTE_REMARK, "listening on %s, %d s more: ping %s now, from a machine elsewhere",
	     w->uplink->name, (int)(left_ms / 1000), text_address(&one->address, text));
}

int wire_listen(struct wire *w, struct error *e)
{
	const int64_t start = clock_ms(), end = start + (int64_t)w->seconds * 1000;
	struct in6_addr list[WITNESS_MOST];
	const size_t count = addresses(w, list);
	/* where nothing is probed nobody answers late */
	const int64_t least = w->routed ? 0 : LEAST_MS;
	_witness_ struct witness witness = WITNESS_NONE;
	unsigned char ignored[6];
	struct witnessed seen;
	int64_t beat = start;
	bool asked = false;
	int r = witness_begin(w->uplink->ifindex, list, count, &witness, e);

	for (size_t i = 0; r >= 0 && !w->routed && i < count; i++)
		r = ndisc_probe(w->uplink->ifindex, w->uplink->mac, &list[i], SEND_ONLY, ignored,
				e);
	while (r >= 0 && clock_ms() < end) {
		const int64_t now = clock_ms();

		if (now - start >= least && wire_is_clear(w))
			break;
		if (now - start >= ALONE_MS && end - now >= BEAT_MS && !asked) {
			ask_for_help(w, end - now);
			asked = true;
		}
		if (now >= beat) {
			for (size_t i = 0; i < count; i++)
				provoke(w, &list[i]);
			beat = now + BEAT_MS;
		}
		r = witness_next(&witness, beat < end ? beat : end, &seen, e);
		if (r == 1)
			wire_take(w, &seen);
	}
	if (r >= 0 && !wire_is_clear(w))
		w->router_answers = answers_us(w);
	return r < 0 ? r : 0;
}
