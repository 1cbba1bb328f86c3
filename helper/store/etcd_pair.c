/* The two keys of a lease in etcd, which are changed at once or not at all. */
#include "store/etcd_pair.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/etcd_json.h"

/* Of one address and one container. */
struct keys {
	char address[ETCD_KEY_MAX];
	char holder[ETCD_KEY_MAX]; /* "": there is no container */
};

void etcd_pair_key(const struct config_store *c, const struct in6_addr *address, char *ret)
{
	char text[INET6_ADDRSTRLEN];

	snprintf(ret, ETCD_KEY_MAX, "%.*s" ETCD_LEASES "%s", STORE_PREFIX_MAX, c->prefix,
		 text_address(address, text));
}

void etcd_pair_holder(const struct config_store *c, const char *ident, char *ret)
{
	if (c->shared)
		snprintf(ret, ETCD_KEY_MAX, "%.*s" ETCD_SHARED "%.*s", STORE_PREFIX_MAX, c->prefix,
			 IDENT_TEXT_MAX, ident);
	else
		etcd_pair_unshared(c, ident, ret);
}

void etcd_pair_unshared(const struct config_store *c, const char *ident, char *ret)
{
	snprintf(ret, ETCD_KEY_MAX, "%.*s" ETCD_CONTAINERS "%.*s/%.*s", STORE_PREFIX_MAX, c->prefix,
		 STORE_HOST_MAX, c->host, IDENT_TEXT_MAX, ident);
}

static struct keys keys_of(const struct config_store *c, const struct in6_addr *address,
			   const char *ident)
{
	struct keys k;

	etcd_pair_key(c, address, k.address);
	k.holder[0] = '\0';
	if (*ident)
		etcd_pair_holder(c, ident, k.holder);
	return k;
}

/* The requests that look both up. Null without memory. */
static json_t *gets(const struct keys *k)
{
	json_t *list = json_array();

	json_array_append_new(list, etcd_get(k->address));
	if (*k->holder)
		json_array_append_new(list, etcd_get(k->holder));
	return list;
}

/* Reads what was found at both. Returns 0, or -EBADMSG if the answer makes no sense. */
static int read_pair(const json_t *answer, const struct keys *k, const struct in6_addr *address,
		     struct etcd_pair *ret)
{
	const json_t *at = etcd_response(answer, 0), *held = etcd_response(answer, 1);
	struct etcd_pair pair = { 0 };
	struct etcd_kv kv;
	int r = at ? etcd_found(at, 0, &kv) : -EBADMSG;

	if (r == 1) {
		pair.address_revision = kv.revision;
		pair.damaged = lease_decode(kv.value, kv.len, &pair.lease) < 0 ||
			       !*pair.lease.host ||
			       memcmp(&pair.lease.address, address, sizeof(*address)) != 0;
		r = strcmp(kv.key, k->address) == 0 ? 0 : -EBADMSG;
	}
	if (r == 0 && *k->holder)
		r = held ? etcd_found(held, 0, &kv) : -EBADMSG;
	if (r == 1) {
		pair.holder_revision = kv.revision;
		pair.has_address = inet_pton(AF_INET6, kv.value, &pair.address) == 1;
		r = strcmp(kv.key, k->holder) == 0 ? 0 : -EBADMSG;
	}
	if (r == 0)
		*ret = pair;
	return r;
}

static int make_no_sense(struct error *e)
{
	return error_set(e, STATUS_FAILED, -EIO, "cannot make sense of etcd's answer");
}

int etcd_pair_look(struct etcd_http *h, const struct config_store *c,
		   const struct in6_addr *address, const char *ident, struct etcd_pair *ret,
		   struct error *e)
{
	const struct keys k = keys_of(c, address, ident);
	_json_ json_t *answer = NULL;
	int r = etcd_ask(h, "kv/txn", json_pack("{s:o}", "success", gets(&k)), &answer, e);

	if (r < 0)
		return r;
	return read_pair(answer, &k, address, ret) < 0 ? make_no_sense(e) : 0;
}

/* Adds the requests that make the change. Returns 0 or -errno. */
static int puts_of(const struct keys *k, const struct in6_addr *address,
		   const struct config_store *c, const struct etcd_pair *known,
		   const struct etcd_change *change, json_t *list)
{
	_free_ char *value = NULL;
	char text[INET6_ADDRSTRLEN];
	struct lease lease;
	size_t len;
	int r = 0;

	if (change->lease) {
		lease = *change->lease;
		snprintf(lease.host, sizeof(lease.host), "%s", c->host);
		r = lease_encode(&lease, &value, &len);
	}
	if (r < 0)
		return r;
	json_array_append_new(list,
			      value ? etcd_put(k->address, value, len) : etcd_delete(k->address));
	if (change->holder)
		text_address(change->holder, text);
	if (*k->holder && change->holder)
		json_array_append_new(list, etcd_put(k->holder, text, strlen(text)));
	else if (*k->holder && known->has_address &&
		 memcmp(&known->address, address, sizeof(*address)) == 0)
		json_array_append_new(list, etcd_delete(k->holder));
	return 0;
}

int etcd_pair_change(struct etcd_http *h, const struct config_store *c,
		     const struct in6_addr *address, const char *ident, struct etcd_pair *known,
		     const struct etcd_change *change, struct error *e)
{
	const struct keys k = keys_of(c, address, ident);
	_json_ json_t *answer = NULL, *compare = json_array(), *puts = json_array();
	int r;

	json_array_append_new(compare, etcd_compare(k.address, known->address_revision));
	if (*k.holder)
		json_array_append_new(compare, etcd_compare(k.holder, known->holder_revision));
	r = puts_of(&k, address, c, known, change, puts);
	if (r < 0)
		return error_sys(e, r, "cannot write the lease for etcd");
	r = etcd_ask(h, "kv/txn",
		     json_pack("{s:O, s:O, s:o}", "compare", compare, "success", puts, "failure",
			       gets(&k)),
		     &answer, e);
	if (r < 0)
		return r;
	if (etcd_succeeded(answer))
		return 1;
	return read_pair(answer, &k, address, known) < 0 ? make_no_sense(e) : 0;
}
