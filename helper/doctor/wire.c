/*
 * From the wire: what the uplink shows of a range, and what that means for the configuration.
 *
 * Theory of operation: a question to all that comes again from one who had this host's answer, with
 * nothing sent to the address in between, says that the answer did not arrive. A packet that comes
 * before any question says that the router need not ask; for an address that was in use it may
 * have asked before, so that this counts for a fresh one alone.
 */
#include "doctor/wire.h"

#include <arpa/inet.h>
#include <netinet/if_ether.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define AGAIN_MOST 2	  /* an answer may be lost */
#define UNANSWERED_MOST 2 /* this host's may be on its way */
#define MAC_MAX 18

static const char *mac_text(const unsigned char mac[6], char out[MAC_MAX])
{
	snprintf(out, MAC_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
	return out;
}

/* A question about the address came in. */
static void take_question(struct wire_one *one, const struct witnessed *seen)
{
	const bool same = memcmp(one->asker.mac, seen->mac, ETH_ALEN) == 0;

	if (!seen->seen.to_group) {
		one->rechecks++;
	} else {
		one->questions++;
		if (one->answered && same)
			one->again++;
		one->answered = false;
		one->asker = *seen;
	}
}

static void take_one(struct wire_one *one, const struct witnessed *seen)
{
	if (seen->ours) {
		if (seen->seen.what != SEEN_ANSWER)
			return;
		one->answers++;
		one->answered = true;
		one->answer = *seen;
		return;
	}
	switch (seen->seen.what) {
	case SEEN_QUESTION:
		take_question(one, seen);
		return;
	case SEEN_CLAIM:
	case SEEN_ANSWER:
		one->others = true;
		one->other = *seen;
		return;
	default:
		one->unasked += one->questions + one->rechecks == 0;
		one->packets++;
		one->answered = false;
		one->again = 0;
	}
}

void wire_take(struct wire *w, const struct witnessed *seen)
{
	struct wire_one *both[] = { &w->served, &w->fresh };

	/* what this host has sent to all, and a switch sends back */
	if (!seen->ours && memcmp(seen->mac, w->uplink->mac, ETH_ALEN) == 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(both); i++)
		if (both[i]->there &&
		    memcmp(&both[i]->address, &seen->seen.about, sizeof(seen->seen.about)) == 0)
			take_one(both[i], seen);
}

static bool was_asked(const struct wire_one *one)
{
	return one->questions || one->rechecks;
}

/* Whether who asked for it does not get this host's answers. */
static bool is_refused(const struct wire_one *one)
{
	return one->again >= AGAIN_MOST;
}

/* Whether this host has no answer to questions for it. */
static bool is_unanswered(const struct wire_one *one)
{
	return one->questions >= UNANSWERED_MOST && !one->answers;
}

bool wire_is_clear(const struct wire *w)
{
	const bool upstream = !w->fresh.there || was_asked(&w->fresh) || w->fresh.packets ||
			      was_asked(&w->served);
	const bool served = !w->served.there || w->served.packets || is_refused(&w->served) ||
			    (!w->routed && is_unanswered(&w->served)) ||
			    (w->routed && was_asked(&w->served));

	return upstream && served;
}

/* Adds as evidence what was seen of an address. */
static void saw(const struct wire *w, struct exam *x, const struct wire_one *one)
{
	char address[INET6_ADDRSTRLEN], from[INET6_ADDRSTRLEN], mac[MAC_MAX];

	if (!one->there)
		return;
	text_address(&one->address, address);
	exam_evidence(x, "on %s, for %s%s: questions %u, answers of this host %u, packets %u",
		      w->uplink->name, address,
		      one == &w->fresh ? " (nobody's, tried by this test alone)" : "",
		      one->questions + one->rechecks, one->answers, one->packets);
	if (one->questions)
		exam_evidence(x, "asked by %s (%s)", text_address(&one->asker.seen.from, from),
			      mac_text(one->asker.mac, mac));
}

static void saw_both(const struct wire *w, struct exam *x)
{
	saw(w, x, &w->served);
	saw(w, x, &w->fresh);
}

/* Tells that nothing came. */
static void tell_nothing(const struct wire *w, struct exam *x)
{
	char text[INET6_ADDRSTRLEN], mac[MAC_MAX];
	const struct wire_one *one = w->served.there ? &w->served : &w->fresh;

	text_address(&one->address, text);
	if (w->router_answers)
		exam_tell(x, FINDING_BROKEN,
			  "the router answers this host, but neither asks for %s nor sends it "
			  "anything: the provider does not have the range here, or filters by MAC "
			  "or address",
			  text);
	else
		exam_tell(x, FINDING_WARNING,
			  "nothing came for %s in %u s. If it was pinged from elsewhere meanwhile, "
			  "the provider does not have the range here, or filters by MAC or address",
			  text, w->seconds);
	saw_both(w, x);
	exam_remedy(x,
		    "ask the provider: is %s on-link or routed at this host's port, and is there a "
		    "filter on it that lets only some MACs or addresses pass?%s%s",
		    w->range, w->uplink->has_mac ? " Its MAC is " : "",
		    w->uplink->has_mac ? mac_text(w->uplink->mac, mac) : "");
}

void wire_tell_upstream(const struct wire *w, struct exam *x)
{
	const bool asked = was_asked(&w->fresh) || was_asked(&w->served);
	char text[INET6_ADDRSTRLEN];

	if (w->fresh.unasked) {
		exam_tell(x, w->routed ? FINDING_OK : FINDING_WARNING,
			  "packets for %s, which nobody has, come without a question: the provider "
			  "routes the range to this host%s",
			  text_address(&w->fresh.address, text),
			  w->routed ? ", as is configured" : "");
		saw_both(w, x);
		if (!w->routed)
			exam_remedy(x, "write \"upstream\": \"routed\" into the pool %s of %s",
				    w->pool, w->config_path);
	} else if (asked) {
		exam_tell(x, w->routed ? FINDING_BROKEN : FINDING_OK,
			  "the router asks who has an address: the range is on-link%s",
			  w->routed ? ", not routed, and this host does not answer for it"
				    : ", as is configured");
		saw_both(w, x);
		if (w->routed)
			exam_remedy(x, "take \"upstream\": \"routed\" out of the pool %s of %s",
				    w->pool, w->config_path);
	} else if (w->served.packets) {
		exam_tell(x, FINDING_OK, "what is sent to %s arrives",
			  text_address(&w->served.address, text));
		saw_both(w, x);
	} else {
		tell_nothing(w, x);
	}
}

/* Tells that this host's answers do not arrive, and all that the provider may want to know. */
static void tell_refused(const struct wire *w, struct exam *x)
{
	const struct wire_one *one = &w->served;
	const struct seen *answer = &one->answer.seen;
	char text[INET6_ADDRSTRLEN], source[INET6_ADDRSTRLEN], asker[INET6_ADDRSTRLEN];
	char mac[MAC_MAX], target[MAC_MAX];

	text_address(&one->address, text);
	text_address(&answer->from, source);
	mac_text(one->answer.mac, mac);
	exam_tell(x, FINDING_BROKEN,
		  "the router asks for %s again and again though this host answers: the provider "
		  "drops its advertisements",
		  text);
	saw(w, x, one);
	exam_evidence(x, "answers come from %s, MAC %s, target's MAC %s, router flag %s", source,
		      mac, answer->has_mac ? mac_text(answer->target, target) : "not given",
		      answer->router ? "set" : "not set");
	exam_remedy(
		x,
		"ask the provider to let neighbour advertisements for %s pass from MAC %s, sent "
		"by %s to %s with the router flag %s; or to route the range to this host",
		w->range, mac, source, text_address(&answer->to, asker),
		answer->router ? "set" : "not set");
}

void wire_tell_answer(const struct wire *w, struct exam *x)
{
	const struct wire_one *one = &w->served;
	char text[INET6_ADDRSTRLEN];

	text_address(&one->address, text);
	if (!one->there || w->routed) {
		exam_tell(x, FINDING_SKIPPED,
			  w->routed ? "a routed range needs no answers"
				    : "no container is attached there");
	} else if (is_refused(one)) {
		tell_refused(w, x);
	} else if (one->questions && !one->answers) {
		exam_tell(x, FINDING_BROKEN,
			  "the router asks for %s, and this host does not answer", text);
		saw(w, x, one);
		exam_remedy(x, "v6hook doctor %s", w->container ? w->container : "");
	} else if (one->packets) {
		exam_tell(x, FINDING_OK, "the router knows where %s is", text);
		saw(w, x, one);
	} else {
		exam_tell(x, FINDING_SKIPPED, "nothing that was sent to %s was seen", text);
	}
}

/* Tells of one address that another has, too. */
static void tell_other(const struct wire *w, struct exam *x, const struct wire_one *one)
{
	const bool router = one->questions && memcmp(one->asker.mac, one->other.mac, ETH_ALEN) == 0;
	char text[INET6_ADDRSTRLEN], mac[MAC_MAX];

	text_address(&one->address, text);
	mac_text(one->other.mac, mac);
	if (one->other.seen.what == SEEN_CLAIM)
		exam_tell(x, FINDING_BROKEN, "another host is about to take %s: its MAC is %s",
			  text, mac);
	else
		exam_tell(x, FINDING_BROKEN, "another host answers for %s, too: its MAC is %s%s",
			  text, mac, router ? ", and it is the one who asks" : "");
	saw(w, x, one);
	exam_remedy(x,
		    "find the host with MAC %s and take the address from it; or write \"exclude\": "
		    "[\"%s\"] into the pool %s of %s",
		    mac, text, w->pool, w->config_path);
}

void wire_tell_owner(const struct wire *w, struct exam *x)
{
	if (w->served.others)
		tell_other(w, x, &w->served);
	if (w->fresh.others)
		tell_other(w, x, &w->fresh);
	if (!w->served.others && !w->fresh.others)
		exam_tell(x, FINDING_OK, "nobody else answers");
}
