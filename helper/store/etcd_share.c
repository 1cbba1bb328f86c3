/*
 * A container of one host alone that becomes one that is the same on all.
 *
 * Theory of operation: its key under the host's name goes, and one under no host's comes, by one
 * transaction that compares the revisions of both, of the lease, and of this host's own key: of
 * two hosts that have a container of one name one is first, and the other finds that. From then on
 * another host may take the address, which asks this one first as long as etcd knows it; so it must
 * be known, and its kernel hold the address back when it is not any more (filter/fence.h).
 */
#include "store/etcd_share.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/etcd_alive.h"
#include "store/etcd_change.h"
#include "store/etcd_json.h"

enum { LEASE, SHARED, UNSHARED, HOST, KEYS };

struct found {
	int64_t revision[KEYS];
	bool own;		      /* it is a lease of this container's, on this host */
	bool shared, former;	      /* that key says that it has this address */
	char other[INET6_ADDRSTRLEN]; /* which the shared one says, or "" */
};

/* Reads what was found at all keys. Returns 0, or -EBADMSG if the answer makes no sense. */
static int read_all(const json_t *answer, const struct config_store *c, const struct lease *lease,
		    struct found *ret)
{
	struct found f = { .own = false };

	for (size_t n = 0; n < KEYS; n++) {
		const json_t *range = etcd_response(answer, n);
		struct in6_addr address;
		struct lease there;
		struct etcd_kv kv;
		int r = range ? etcd_found(range, 0, &kv) : -EBADMSG;

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		f.revision[n] = kv.revision;
		if (n == LEASE)
			f.own = lease_decode(kv.value, kv.len, &there) >= 0 && !there.freed &&
				strcmp(there.host, c->host) == 0 &&
				strcmp(there.ident, lease->ident) == 0;
		else if (n != HOST && inet_pton(AF_INET6, kv.value, &address) == 1)
			*(n == SHARED ? &f.shared : &f.former) =
				memcmp(&address, &lease->address, sizeof(address)) == 0;
		if (n == SHARED)
			snprintf(f.other, sizeof(f.other), "%.*s", INET6_ADDRSTRLEN - 1, kv.value);
	}
	*ret = f;
	return 0;
}

/* Makes the change if all is as it was found. Returns 1, 0 if it is not, or as etcd_ask. */
static int change_keys(struct etcd_http *h, char keys[KEYS][ETCD_KEY_MAX], const struct found *f,
		       const struct in6_addr *address, struct error *e)
{
	_json_ json_t *answer = NULL, *compare = json_array(), *puts = json_array();
	char text[INET6_ADDRSTRLEN];
	int r;

	text_address(address, text);
	for (size_t n = 0; n < KEYS; n++)
		json_array_append_new(compare, etcd_compare(keys[n], f->revision[n]));
	json_array_append_new(puts, etcd_put(keys[SHARED], text, strlen(text)));
	if (f->former)
		json_array_append_new(puts, etcd_delete(keys[UNSHARED]));
	r = etcd_ask(h, "kv/txn", json_pack("{s:O, s:O}", "compare", compare, "success", puts),
		     &answer, e);
	return r < 0 ? r : etcd_succeeded(answer);
}

/* Hosts share another container of that name. Returns -EEXIST. */
static int refuse(const struct lease *lease, const struct found *f, struct error *e)
{
	char text[INET6_ADDRSTRLEN];

	return error_set(e, STATUS_FAILED, -EEXIST,
			 "%s has %s on this host alone, as hosts share another of that name, "
			 "which has %s: v6hook detach --release, and attach it anew to take that",
			 lease->ident, text_address(&lease->address, text), f->other);
}

int etcd_share(struct etcd_http *h, const struct config_store *c, const struct lease *lease,
	       bool change, struct error *e)
{
	char keys[KEYS][ETCD_KEY_MAX];

	etcd_pair_key(c, &lease->address, keys[LEASE]);
	etcd_pair_holder(c, lease->ident, keys[SHARED]);
	etcd_pair_unshared(c, lease->ident, keys[UNSHARED]);
	etcd_host_key(c, c->host, keys[HOST]);
	for (int tries = 0; tries < ETCD_TRIES; tries++) {
		_json_ json_t *answer = NULL, *gets = json_array();
		struct found f;
		int r;

		for (size_t n = 0; n < KEYS; n++)
			json_array_append_new(gets, etcd_get(keys[n]));
		r = etcd_ask(h, "kv/txn", json_pack("{s:O}", "success", gets), &answer, e);
		if (r < 0)
			return r;
		if (read_all(answer, c, lease, &f) < 0)
			return error_set(e, STATUS_FAILED, -EIO,
					 "cannot make sense of etcd's answer");
		if (!f.own || f.shared)
			return 0;
		if (f.revision[SHARED])
			return refuse(lease, &f, e);
		if (!change)
			return 1;
		if (!f.revision[HOST])
			return error_set(e, STATUS_FAILED, -EBUSY,
					 "this host is unknown to etcd: does v6hook watch run?");
		r = change_keys(h, keys, &f, &lease->address, e);
		if (r != 0)
			return r;
	}
	return etcd_overtaken(e);
}
