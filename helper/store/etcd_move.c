/*
 * An address that follows its container from one host to another.
 *
 * Theory of operation: the new host writes itself into the lease, by a transaction that compares
 * the revisions of all it rests on. Of a host that etcd has not heard of for longer than its lease
 * runs nothing more need be known: its own kernel has stopped answering before (filter/fence.h). Of
 * one that lives, the same transaction writes that it is to give the address up; it hears of that,
 * stops to answer, and removes what was written, for which the new host waits. Until then that
 * host's container gets what is sent to it, and once the new one has announced itself, the new
 * one's: nothing is lost in between.
 *
 * Killed while it waits, the new host finds the lease its own, and what it waits for still written.
 */
#include "store/etcd_move.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/text.h"
#include "store/etcd_alive.h"
#include "store/etcd_json.h"
#include "store/etcd_pair.h"

#define WAIT_MS 4000
#define LOOK_MS 2 /* between two looks, at first */
#define LOOK_MOST_MS 100

/* What etcd holds of it. Revisions are 0 for what is not there. */
struct state {
	int64_t lease, holder, own, moving, other;
	bool damaged;
	struct lease known;
	char from[STORE_HOST_MAX + 1]; /* who is to give it up; else who has it */
};

struct keys {
	char lease[ETCD_KEY_MAX], holder[ETCD_KEY_MAX], own[ETCD_KEY_MAX], moving[ETCD_KEY_MAX],
		other[ETCD_KEY_MAX];
};

static int make_no_sense(struct error *e)
{
	return error_set(e, STATUS_FAILED, -EIO, "cannot make sense of etcd's answer");
}

/* Looks for a key in the answer. Returns whether that makes sense. */
static bool find(const json_t *answer, size_t n, struct etcd_kv *ret)
{
	const json_t *range = etcd_response(answer, n);
	int r = range ? etcd_found(range, 0, ret) : -EBADMSG;

	if (r == 0)
		*ret = (struct etcd_kv){ .revision = 0 };
	return r >= 0;
}

/* Looks at everything. Returns 0 or as etcd_ask. */
static int look(struct etcd_http *h, const struct config_store *c, struct keys *k,
		const struct in6_addr *address, struct state *ret, struct error *e)
{
	_json_ json_t *answer = NULL, *of_host = NULL;
	struct state s = { 0 };
	struct etcd_kv kv;
	int r = etcd_ask(h, "kv/txn",
			 json_pack("{s:[o, o, o, o]}", "success", etcd_get(k->lease),
				   etcd_get(k->holder), etcd_get(k->own), etcd_get(k->moving)),
			 &answer, e);

	if (r < 0)
		return r;
	if (!find(answer, 1, &kv))
		return make_no_sense(e);
	s.holder = kv.revision;
	if (!find(answer, 2, &kv))
		return make_no_sense(e);
	s.own = kv.revision;
	if (!find(answer, 0, &kv))
		return make_no_sense(e);
	s.lease = kv.revision;
	s.damaged = !s.lease || lease_decode(kv.value, kv.len, &s.known) < 0 || !*s.known.host ||
		    memcmp(&s.known.address, address, sizeof(*address)) != 0;
	if (!find(answer, 3, &kv))
		return make_no_sense(e);
	s.moving = kv.revision;
	snprintf(s.from, sizeof(s.from), "%.*s", STORE_HOST_MAX,
		 s.moving     ? kv.value
		 : !s.damaged ? s.known.host
			      : "");
	if (!s.damaged && strcmp(s.from, c->host) != 0) {
		etcd_host_key(c, s.from, k->other);
		r = etcd_ask(h, "kv/txn", json_pack("{s:[o]}", "success", etcd_get(k->other)),
			     &of_host, e);
		if (r < 0)
			return r;
		if (!find(of_host, 0, &kv))
			return make_no_sense(e);
		s.other = kv.revision;
	}
	*ret = s;
	return 0;
}

/* What the change rests on: all of it as it was seen. */
static json_t *as_seen(const struct keys *k, const struct state *s)
{
	return json_pack("[o, o, o, o, o]", etcd_compare(k->lease, s->lease),
			 etcd_compare(k->holder, s->holder), etcd_compare(k->own, s->own),
			 etcd_compare(k->moving, s->moving), etcd_compare(k->other, s->other));
}

/* Writes this host into the lease, and that the other is to give it up if it lives. 0 or -errno */
static int take_over(struct etcd_http *h, const struct config_store *c, const struct keys *k,
		     const struct state *s, struct error *e)
{
	_json_ json_t *answer = NULL, *puts = json_array();
	_free_ char *value = NULL;
	char text[INET6_ADDRSTRLEN];
	struct lease lease = s->known;
	size_t len;
	int r;

	snprintf(lease.host, sizeof(lease.host), "%s", c->host);
	r = lease_encode(&lease, &value, &len);
	if (r < 0)
		return error_sys(e, r, "cannot write the lease for etcd");
	text_address(&lease.address, text);
	json_array_append_new(puts, etcd_put(k->lease, value, len));
	json_array_append_new(puts, etcd_put(k->holder, text, strlen(text)));
	if (s->other)
		json_array_append_new(puts, etcd_put(k->moving, s->from, strlen(s->from)));
	return etcd_ask(h, "kv/txn",
			json_pack("{s:o, s:O}", "compare", as_seen(k, s), "success", puts), &answer,
			e);
}

/* The host that was to give it up is gone: says it in its place. Returns 0 or -errno. */
static int give_up_for(struct etcd_http *h, const struct keys *k, const struct state *s,
		       struct error *e)
{
	_json_ json_t *answer = NULL;

	return etcd_ask(h, "kv/txn",
			json_pack("{s:o, s:[o]}", "compare", as_seen(k, s), "success",
				  etcd_delete(k->moving)),
			&answer, e);
}

/* Why it is not had yet. Returns -EBUSY. */
static int refuse(const struct config_store *c, const struct in6_addr *address,
		  const struct state *s, struct error *e)
{
	char text[INET6_ADDRSTRLEN];

	if (!s->own)
		return error_set(e, STATUS_FAILED, -EBUSY,
				 "it has %s on host %s, and this host is unknown to etcd: does "
				 "v6hook watch run?",
				 text_address(address, text), s->from);
	return error_set(
		e, STATUS_FAILED, -EBUSY,
		"it has %s on host %s, which does not give it up: if that host is gone, it is "
		"had %u s after its last word",
		text_address(address, text), s->from, c->ttl_s);
}

int etcd_move(struct etcd_http *h, const struct config_store *c, const struct in6_addr *address,
	      const char *ident, bool take, struct lease *ret, struct error *e)
{
	const int64_t end = clock_ms() + deadline_cap(WAIT_MS);
	struct keys k = { .other = "" };
	struct state s;

	etcd_pair_key(c, address, k.lease);
	etcd_pair_holder(c, ident, k.holder);
	etcd_host_key(c, c->host, k.own);
	etcd_moving_key(c, address, k.moving);
	for (int wait = LOOK_MS;; wait = wait * 2 < LOOK_MOST_MS ? wait * 2 : LOOK_MOST_MS) {
		int r = look(h, c, &k, address, &s, e);

		if (r < 0)
			return r;
		if (s.damaged || s.known.freed || strcmp(s.known.ident, ident) != 0)
			return 0;
		if (strcmp(s.known.host, c->host) == 0 && !s.moving) {
			*ret = s.known;
			ret->host[0] = '\0';
			return 1;
		}
		if (!take && strcmp(s.known.host, c->host) != 0)
			return 0;
		if (!s.own)
			return refuse(c, address, &s, e);
		/* it was this host's a moment ago, and has to be given up by it first */
		if (s.moving && strcmp(s.from, c->host) == 0)
			r = 0;
		else if (s.moving && !s.other)
			r = give_up_for(h, &k, &s, e);
		else if (!s.moving)
			r = take_over(h, c, &k, &s, e);
		if (r < 0)
			return r;
		if (clock_ms() >= end)
			return refuse(c, address, &s, e);
		if (s.moving && (s.other || strcmp(s.from, c->host) == 0))
			poll(NULL, 0, wait);
	}
}
