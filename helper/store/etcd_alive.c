/* A host that tells etcd that it lives, and hears which of its addresses are to become another's.
 */
#include "store/etcd_alive.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/etcd_json.h"

void etcd_host_key(const struct config_store *c, const char *host, char *ret)
{
	snprintf(ret, ETCD_KEY_MAX, "%.*s" ETCD_HOSTS "%.*s", STORE_PREFIX_MAX, c->prefix,
		 STORE_HOST_MAX, host);
}

void etcd_moving_key(const struct config_store *c, const struct in6_addr *address, char *ret)
{
	char text[INET6_ADDRSTRLEN];

	snprintf(ret, ETCD_KEY_MAX, "%.*s" ETCD_MOVING "%s", STORE_PREFIX_MAX, c->prefix,
		 text_address(address, text));
}

void etcd_moving_keys(const struct config_store *c, char *ret_from, char *ret_end)
{
	snprintf(ret_from, ETCD_KEY_MAX, "%.*s" ETCD_MOVING, STORE_PREFIX_MAX, c->prefix);
	/* '0' comes after '/' */
	snprintf(ret_end, ETCD_KEY_MAX, "%.*s0", (int)strlen(ret_from) - 1, ret_from);
}

static int make_no_sense(struct error *e)
{
	return error_set(e, STATUS_FAILED, -EIO, "cannot make sense of etcd's answer");
}

/* One transaction that compares nothing. @requests: taken */
static int ask(struct etcd_http *h, json_t *requests, json_t **ret, struct error *e)
{
	return etcd_ask(h, "kv/txn", json_pack("{s:o}", "success", requests), ret, e);
}

/* Takes the number of a lease of etcd's. Returns whether it is one. */
static bool take_id(struct etcd_alive *a, const char *id)
{
	if (!id || strlen(id) >= sizeof(a->id) || strspn(id, "0123456789") != strlen(id))
		return false;
	strcpy(a->id, id);
	return true;
}

int etcd_alive_begin(struct etcd_http *h, const struct config_store *c, struct etcd_alive *ret,
		     struct error *e)
{
	_json_ json_t *granted = NULL, *answer = NULL;
	char ttl[16], key[ETCD_KEY_MAX];
	struct etcd_alive a;
	int r;

	snprintf(ttl, sizeof(ttl), "%u", c->ttl_s);
	r = etcd_ask(h, "lease/grant", json_pack("{s:s}", "TTL", ttl), &granted, e);
	if (r < 0)
		return r;
	if (!take_id(&a, json_text(granted, "ID")))
		return make_no_sense(e);
	etcd_host_key(c, c->host, key);
	r = ask(h, json_pack("[o]", etcd_put_leased(key, a.id, a.id)), &answer, e);
	if (r < 0)
		return r;
	if (!etcd_succeeded(answer))
		return make_no_sense(e);
	*ret = a;
	return 0;
}

int etcd_alive_known(struct etcd_http *h, const struct config_store *c, struct etcd_alive *ret,
		     struct error *e)
{
	_json_ json_t *answer = NULL;
	char key[ETCD_KEY_MAX];
	const json_t *own;
	struct etcd_kv kv;
	int r;

	etcd_host_key(c, c->host, key);
	r = ask(h, json_pack("[o]", etcd_get(key)), &answer, e);
	if (r < 0)
		return r;
	own = etcd_response(answer, 0);
	if (!own || etcd_found(own, 0, &kv) != 1 || !take_id(ret, kv.value))
		return error_set(e, STATUS_FAILED, -ESTALE, "etcd knows this host no more");
	return 0;
}

int etcd_alive_on(struct etcd_http *h, const struct etcd_alive *a, struct error *e)
{
	_json_ json_t *answer = NULL;
	int64_t left;
	int r = etcd_ask(h, "lease/keepalive", json_pack("{s:s}", "ID", a->id), &answer, e);

	if (r < 0)
		return r;
	/* of one that has run out it has no such member */
	if (!etcd_number(json_object_get(answer, "result"), "TTL", &left) || left <= 0)
		return error_set(e, STATUS_FAILED, -ESTALE,
				 "etcd has not heard of this host for too long");
	return 0;
}

int etcd_alive_moving(struct etcd_http *h, const struct config_store *c, const struct etcd_alive *a,
		      etcd_each_moving each, void *arg, struct error *e)
{
	char host[ETCD_KEY_MAX], from[ETCD_KEY_MAX], end[ETCD_KEY_MAX];
	_json_ json_t *answer = NULL;
	const json_t *own, *moving;
	struct etcd_kv kv;
	int r;

	etcd_host_key(c, c->host, host);
	etcd_moving_keys(c, from, end);
	r = ask(h, json_pack("[o, o]", etcd_get(host), etcd_get_all(from, end)), &answer, e);
	if (r < 0)
		return r;
	own = etcd_response(answer, 0);
	moving = etcd_response(answer, 1);
	if (!own || !moving)
		return make_no_sense(e);
	if (etcd_found(own, 0, &kv) != 1 || strcmp(kv.value, a->id) != 0)
		return error_set(e, STATUS_FAILED, -ESTALE,
				 "etcd knows another host by the name %s, or this one no more",
				 c->host);
	for (size_t n = 0; (r = etcd_found(moving, n, &kv)) == 1; n++) {
		struct in6_addr address;

		if (strlen(kv.key) < strlen(from) ||
		    inet_pton(AF_INET6, kv.key + strlen(from), &address) != 1)
			continue;
		r = each(&address, strcmp(kv.value, c->host) == 0, kv.revision, arg);
		if (r != 0)
			return r;
	}
	return r < 0 ? make_no_sense(e) : 0;
}

int etcd_alive_moved(struct etcd_http *h, const struct config_store *c,
		     const struct in6_addr *address, int64_t revision, struct error *e)
{
	_json_ json_t *answer = NULL;
	char key[ETCD_KEY_MAX];

	etcd_moving_key(c, address, key);
	return etcd_ask(h, "kv/txn",
			json_pack("{s:[o], s:[o]}", "compare", etcd_compare(key, revision),
				  "success", etcd_delete(key)),
			&answer, e);
}
