/* Fuzzes what etcd's gateway answers: to a look, a change, a walk over all leases, with a password.
 */
#include "fuzz.h"

#include "base/cleanup.h"
#include "base/deadline.h"
#include "fake_curl.h"
#include "store/etcd_alive.h"
#include "store/etcd_listen.h"
#include "store/etcd_move.h"
#include "store/etcd_pair.h"
#include "store/etcd_taken.h"

static void check_lease(const struct lease *l)
{
	must(strlen(l->ident) < sizeof(l->ident));
	must(strlen(l->host) < sizeof(l->host));
}

static void check_pair(const struct etcd_pair *p)
{
	must(p->address_revision >= 0 && p->holder_revision >= 0);
	if (!p->address_revision || p->damaged)
		return;
	check_lease(&p->lease);
	must(*p->lease.host);
}

static int on_each(const struct lease *lease, void *arg)
{
	check_lease(lease);
	must(*lease->trouble || *lease->host);
	return ++*(int *)arg > 2000;
}

static int on_key(const struct lease *lease, void *arg)
{
	(void)lease;
	return ++*(int *)arg > 2000;
}

static int on_moving(const struct in6_addr *address, bool own, int64_t revision, void *arg)
{
	(void)address, (void)own;
	must(revision > 0);
	return ++*(int *)arg > 2000;
}

/* What a host asks that shares its containers with others. */
static void ask_alive(struct etcd_http *h, const struct config_store *c, const uint8_t *data,
		      size_t size)
{
	const struct in6_addr address = { .s6_addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 5 } };
	struct etcd_alive alive = { "7587848390335277822" };
	struct etcd_listen *listens;
	struct lease lease;
	struct error e;
	int count = 0;

	fake_curl(data, size);
	if (etcd_alive_begin(h, c, &alive, &e) == 0)
		must(strlen(alive.id) < sizeof(alive.id));
	fake_curl(data, size);
	if (etcd_alive_known(h, c, &alive, &e) == 0)
		must(strlen(alive.id) < sizeof(alive.id));
	fake_curl(data, size);
	if (etcd_alive_on(h, &alive, &e) < 0)
		must(strlen(e.text) > 0);
	fake_curl(data, size);
	etcd_alive_moving(h, c, &alive, on_moving, &count, &e);
	if (etcd_listen(h, "a", "b", &listens, &e) == 0)
		etcd_listen_free(listens);
	/* nobody is waited for */
	deadline_start(0);
	fake_curl(data, size);
	if (etcd_move(h, c, &address, "lxc:web1", false, &lease, &e) == 1)
		check_lease(&lease);
}

/* Asks all that is ever asked, each with the same answers from the beginning. */
static void ask_all(const struct config_store *c, const uint8_t *data, size_t size)
{
	const struct in6_addr address = { .s6_addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 5 } };
	const struct lease_store store = { .network = NULL };
	const struct lease lease = lease_new(&store, "lxc:web1", &address, false);
	const struct etcd_change put = { &lease, &address }, removal = { NULL, NULL };
	struct etcd_pair pair = { 0 };
	struct etcd_taken *taken = NULL;
	struct etcd_http *h;
	struct error e;
	int count = 0;

	must(etcd_http_new(c, &h, &e) == 0);
	fake_curl(data, size);
	if (etcd_pair_look(h, c, &address, "lxc:web1", &pair, &e) == 0) {
		check_pair(&pair);
		etcd_pair_change(h, c, &address, "lxc:web1", &pair, &removal, &e);
	}
	fake_curl(data, size);
	if (etcd_pair_change(h, c, &address, "lxc:web1", &pair, &put, &e) == 0)
		check_pair(&pair);
	fake_curl(data, size);
	if (etcd_each_lease(h, c, false, on_each, &count, &e) < 0)
		must(strlen(e.text) > 0);
	fake_curl(data, size);
	etcd_each_lease(h, c, true, on_key, &count, &e);
	fake_curl(data, size);
	etcd_taken_read(h, c, &taken);
	if (taken) {
		etcd_taken_has(taken, &address);
		etcd_taken_free(taken);
	}
	ask_alive(h, c, data, size);
	etcd_http_free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char one[] = "http://10.0.0.1:2379", two[] = "https://10.0.0.2:2379/";
	static char *members[] = { one, two };
	static char prefix[] = "/v6hook/", host[] = "east", user[] = "v6hook", file[] = "/ca.pem";
	struct config_store c = { .etcd = { members, 2 }, .prefix = prefix, .host = host };

	ask_all(&c, data, size);
	c.etcd.count = 1;
	c.user = c.password = user;
	c.ca = c.cert = c.key = file;
	ask_all(&c, data, size);
	return 0;
}
