/* Which addresses are taken in etcd by anybody, as of one moment: what need not be tried. */
#include "store/etcd_taken.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "store/etcd_pair.h"

#define PAGE 500 /* leases in one answer */

struct etcd_taken {
	struct in6_addr *list; /* sorted */
	size_t count;
};

/* Reads one key. Returns whether it is a lease's by its name. */
static bool read_one(const struct etcd_kv *kv, size_t begin, bool keys_only, struct lease *ret)
{
	struct lease lease = { 0 };
	struct in6_addr address;

	if (strlen(kv->key) < begin || inet_pton(AF_INET6, kv->key + begin, &address) != 1)
		return false;
	if (!keys_only && (lease_decode(kv->value, kv->len, &lease) < 0 || !*lease.host ||
			   memcmp(&lease.address, &address, sizeof(address)) != 0)) {
		lease = (struct lease){ 0 };
		snprintf(lease.trouble, sizeof(lease.trouble), "what etcd holds of it is damaged");
	}
	lease.address = address;
	*ret = lease;
	return true;
}

int etcd_each_key(struct etcd_http *h, const struct config_store *c, const char *under,
		  bool keys_only, int (*each)(const struct etcd_kv *kv, size_t begin, void *arg),
		  void *arg, struct error *e)
{
	char from[ETCD_KEY_MAX], end[ETCD_KEY_MAX];
	const size_t begin = strlen(c->prefix) + strlen(under);
	int64_t at = 0;

	snprintf(from, sizeof(from), "%s%s", c->prefix, under);
	/* '0' comes after '/' */
	snprintf(end, sizeof(end), "%.*s0", (int)(begin - 1), from);
	for (;;) {
		_json_ json_t *answer = NULL;
		struct etcd_kv kv = { .key = "" };
		size_t n = 0;
		int r = etcd_ask(h, "kv/range", etcd_range(from, end, PAGE, keys_only, at), &answer,
				 e);

		if (r < 0)
			return r;
		if (at == 0)
			at = etcd_revision(answer);
		while ((r = etcd_found(answer, n, &kv)) == 1) {
			n++;
			r = each(&kv, begin, arg);
			if (r != 0)
				return r;
		}
		/* the next page begins after the last key of this one */
		if (r < 0 || at < 0 || (n > 0 && strcmp(kv.key, from) < 0))
			return error_set(e, STATUS_FAILED, -EIO,
					 "cannot make sense of etcd's answer");
		if (n < PAGE)
			return 0;
		snprintf(from, sizeof(from), "%.*s!", (int)sizeof(from) - 2, kv.key);
	}
}

/* For whom leases are read. */
struct reader {
	bool keys_only;
	int (*each)(const struct lease *lease, void *arg);
	void *arg;
};

static int on_key(const struct etcd_kv *kv, size_t begin, void *arg)
{
	const struct reader *r = arg;
	struct lease lease;

	return read_one(kv, begin, r->keys_only, &lease) ? r->each(&lease, r->arg) : 0;
}

int etcd_each_lease(struct etcd_http *h, const struct config_store *c, bool keys_only,
		    int (*each)(const struct lease *lease, void *arg), void *arg, struct error *e)
{
	struct reader r = { keys_only, each, arg };

	return etcd_each_key(h, c, ETCD_LEASES, keys_only, on_key, &r, e);
}

static int add(const struct lease *lease, void *arg)
{
	struct etcd_taken *t = arg;

	return list_add(&t->list, &t->count, &lease->address, sizeof(lease->address));
}

static int by_address(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct in6_addr));
}

void etcd_taken_read(struct etcd_http *h, const struct config_store *c, struct etcd_taken **ret)
{
	struct etcd_taken *t = calloc(1, sizeof(*t));
	struct error ignored;

	if (!t)
		return;
	if (etcd_each_lease(h, c, true, add, t, &ignored) < 0) {
		etcd_taken_free(t);
		return;
	}
	if (t->count)
		qsort(t->list, t->count, sizeof(*t->list), by_address);
	*ret = t;
}

void etcd_taken_free(struct etcd_taken *t)
{
	free(t->list);
	free(t);
}

bool etcd_taken_has(const struct etcd_taken *t, const struct in6_addr *address)
{
	return t->count && bsearch(address, t->list, t->count, sizeof(*t->list), by_address);
}
