/*
 * Fuzzes what the kernel answers: whoever has CAP_NET_ADMIN in a network namespace decides what is
 * in its links, addresses, routes, neighbours and filters.
 *
 * The first byte of the input says what is asked, the rest is what the kernel says (kernel.h).
 */
#include "fuzz.h"
#include "kernel.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/expose.h"
#include "filter/hear.h"
#include "filter/read.h"
#include "known/way.h"
#include "net/address.h"
#include "net/link.h"
#include "net/marked.h"
#include "net/neigh.h"
#include "net/port.h"
#include "net/route.h"
#include "net/uplink.h"
#include "runtime/lxc_socket.h"
#include "wire/nl.h"

static int count;

static int check_link(const struct link *l, void *arg)
{
	(void)arg;
	must(memchr(l->name, '\0', sizeof(l->name)) && memchr(l->kind, '\0', sizeof(l->kind)));
	return ++count > 20;
}

static int on_address(const struct address *a, void *arg)
{
	must(a->length <= 255 && arg);
	return ++count > 20;
}

static struct in6_addr address;
static struct in6_addr gateway;

static int ask_links(unsigned int what, struct nl_sock *s)
{
	struct link link;
	int nsid, r;

	switch (what) {
	case 0:
		r = link_by_index(s, 2, &link);
		break;
	case 1:
		r = link_by_name(s, "eth0", &link);
		break;
	case 2:
		return link_each_veth(s, check_link, NULL) > 0 ? 0 : -1;
	case 3:
		return link_nsid(s, 0, &nsid);
	default:
		return link_set_up(s, 2, true);
	}
	if (r == 0)
		check_link(&link, NULL);
	return r;
}

static int ask_addresses(unsigned int what, struct nl_sock *s)
{
	bool changed;

	switch (what) {
	case 5:
		return address_each(s, 2, on_address, &count) > 0 ? 0 : -1;
	case 6:
		return address_add(s, &address, 64, 2, &changed);
	case 7:
		return address_remove(s, &address, 2);
	default:
		return address_remove_marked(s, 2, &gateway);
	}
}

static int ask_routes(unsigned int what, struct nl_sock *s)
{
	struct route route, before;
	bool changed;

	switch (what) {
	case 9:
		return route_add_host(s, &address, 2, &before, &changed);
	case 10:
		return route_remove_host(s, &address);
	case 11:
		return route_default(s, &gateway, 2, true, &changed);
	case 12:
		return route_default(s, &gateway, 2, false, &changed);
	case 13:
		return left % 3 == 0   ? route_has_default(s, 2)
		       : left % 3 == 1 ? route_default_by(s, 2, &route)
				       : route_is_default(s, &gateway, 2);
	case 14:
		return route_lookup(s, &address, &route);
	default:
		return route_default_ipv4(s) > 0 ? 0 : -1;
	}
}

static int ask_neighbours(unsigned int what, struct nl_sock *s)
{
	static const unsigned char mac[6] = { 2, 0, 0, 0, 0, 1 };
	bool changed;

	switch (what) {
	case 16:
		return proxy_add(s, &address, 2, &changed);
	case 17:
		return proxy_remove(s, &address, 2);
	case 18:
		return proxy_exists(s, &address, 2);
	case 19:
		return proxy_is_marked(s, &address, 2);
	case 20:
		return neigh_add(s, &address, 2, mac, &changed);
	case 21:
		return neigh_remove(s, &address, 2);
	default:
		return neigh_is_permanent(s, &address, 2) + neigh_has_failed(s, &address, 2);
	}
}

static void on_prefix(const struct in6_addr *prefix, unsigned int length, void *arg)
{
	(void)prefix, (void)arg;
	must(length <= 128);
}

static void on_neighbour(const struct in6_addr *one, void *arg)
{
	(void)one, (void)arg;
}

/* What setup looks for, and what a repair relies on. */
static int ask_around(unsigned int what, struct nl_sock *s)
{
	unsigned char mac[6];

	switch (what) {
	case 41:
		return route_each_refused(s, on_prefix, NULL);
	case 42:
		return neigh_each_known(s, 2, on_neighbour, NULL);
	default:
		return neigh_is_marked(s, &address, 2, mac);
	}
}

static int ask_marked(unsigned int what, struct nl_sock *s)
{
	_marked_ struct marked all = { 0 };
	struct error e;
	int r;

	if (what == 23)
		return marked_remove_address(s, &address, &e);
	r = marked_read(s, &all, &e);
	for (size_t i = 1; r == 0 && i < all.count; i++)
		must(memcmp(&all.list[i - 1].address, &all.list[i].address, 16) <= 0);
	for (size_t i = 0; r == 0 && i < all.count; i++)
		must(marked_has(&all, &all.list[i].address));
	marked_has(&all, &gateway);
	return r;
}

static int ask_many(struct nl_sock *s)
{
	_nl_msg_ struct nl_msg *wish = proxy_wish(&address, 2);
	_nl_msg_ struct nl_msg *question = proxy_question(&address, 2);
	struct nl_msg *both[] = { wish, question };
	int result[] = { 1, 1 };
	int r = nl_do_all(s, both, 2, result);

	for (int i = 0; i < 2; i++)
		must(r == 0 ? result[i] <= 0 && result[i] > -4096 : result[i] == 1);
	return r;
}

static int ask_port(struct nl_sock *s)
{
	static const unsigned char mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct netns netns = { .fd = 0 };
	struct port port;
	struct error e;
	int r = left % 4 > 1 ? port_find_on(s, s, &netns, "br0", &port, &e)
			     : port_find(s, s, &netns, left % 2 ? mac : NULL, &port, &e);

	if (r < 0)
		must(*e.text);
	else
		must(port.outer > 0 && strlen(port.inner_name) < sizeof(port.inner_name) &&
		     strlen(port.via_name) < sizeof(port.via_name));
	if (r == 0) {
		int gone = port_check(s, &port, &e);

		must(gone == 0 || (gone == -EAGAIN && *e.text));
	}
	return r;
}

static int ask_conf(unsigned int what, struct nl_sock *s)
{
	int forwarding, proxies;
	struct link link;

	return what == 31   ? link_by_index(s, 2, &link)
	       : what == 32 ? link_by_name(s, "eth0", &link)
			    : link_conf_all(s, &forwarding, &proxies);
}

static int ask_uplink(struct nl_sock *s)
{
	_host_addresses_ struct host_addresses host = { 0 };
	struct in6_addr source;
	struct uplink uplink;
	struct error e;
	const struct way way = {
		.name = left % 2 ? "eth0" : NULL,
		.now = left % 4 ? "eth0" : NULL,
		.first = address,
		.last = address,
		.address = address,
		.via = 3,
	};
	int r = 0;

	/* as a list does, or as an attach */
	if (left % 3 == 0)
		r = host_addresses_read(s, &host, &e);
	else
		host_addresses_begin(s, &host);
	if (r < 0)
		return r;
	host_addresses_have(&host, &address, NULL);
	r = way_find(s, &host, &way, &uplink, &e);
	must(r == 0 || *e.text);
	if (r == 0)
		r = uplink_source(s, &host, uplink.ifindex, left % 2, &source);
	return r;
}

static int ask_sockets(void)
{
	const struct process me = { .pid = getpid(), .uid = getuid() };
	char name[LXC_SOCKET_MAX];
	int r = lxc_socket_find(&me, name);

	must(r < 0 || (memchr(name, '\0', sizeof(name)) && lxc_socket_read(name)));
	return r;
}

static int ask_filter(unsigned int what, struct nl_sock *s)
{
	_elements_ struct elements all = { 0 };
	_close_ int fd = -1;
	uint32_t generation;
	int r = -1;

	switch (what) {
	case 35:
		return read_generation(s, &generation);
	case 36:
		r = read_elements(s, &expose_table, &all);
		break;
	case 37:
		return read_is_whole(s, &expose_table);
	case 38:
		return read_is_there(s, &expose_table);
	case 40:
		return read_has_rules(s, &expose_table);
	default:
		fd = hear_open();
		return hear_take(fd) != 0;
	}
	must(r == 0 || !all.list);
	for (size_t i = 0; i < all.count; i++) {
		const struct filter_element *one = &all.list[i];

		must(one->set < expose_table.set_count && one->len <= sizeof(one->key));
		must(memchr(one->comment, '\0', sizeof(one->comment)));
		must(!i || element_order(&all.list[i - 1], one) <= 0);
		must(elements_find(&all, one));
	}
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct nl_sock *s;
	static int mine = -1;
	struct error e;
	struct address found;
	struct stat st;
	unsigned int what;
	int r;

	if (mine < 0) {
		mine = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		must(mine >= 0 && fstat(mine, &st) == 0);
		socket_inode = (uint32_t)st.st_ino;
		must(inet_pton(AF_INET6, "2001:db8::5", &address) == 1);
		must(inet_pton(AF_INET6, "fe80::1", &gateway) == 1);
	}
	if (size == 0)
		return 0;
	next = data + 1;
	left = size - 1;
	count = 0;
	/* one that is left of the former input would answer this one's questions */
	must(nl_open(&s, &e) == 0);
	what = data[0] % 44;
	r = what < 5	? ask_links(what, s)
	    : what < 9	? ask_addresses(what, s)
	    : what < 16 ? ask_routes(what, s)
	    : what < 23 ? ask_neighbours(what, s)
	    : what < 25 ? ask_marked(what, s)
	    : what < 26 ? (left % 3 ? ask_port(s) : ask_uplink(s))
	    : what < 27 ? ask_sockets()
	    : what < 28 ? link_set_mac(s, 2, (const unsigned char *)"\2\0\0\0\0\1")
	    : what < 29 ? route_is_on_link(s, 2, &address)
	    : what < 30 ? ask_many(s)
	    : what < 31 ? address_get(s, &address, 2, &found)
	    : what < 34 ? ask_conf(what, s)
	    : what < 35 ? link_learn_less(s, 2)
	    : what < 41 ? ask_filter(what, s)
			: ask_around(what, s);
	must(r <= 1 && r > -4096);
	nl_socket_free(s);
	return 0;
}
