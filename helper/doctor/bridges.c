/* Each bridge that containers are on: its gateway address, its MAC, what it floods and filters. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <stdio.h>
#include <string.h>

#include "doctor/checks.h"

#include <linux/netdevice.h> /* after those of the C library, which it does not go before */

#define PORTS_MOST 1023 /* net/bridge/br_private.h: BR_MAX_PORTS, less number 0 */
#define PORTS_MANY 900
#define FORWARDS 3 /* linux/if_bridge.h: BR_STATE_FORWARDING */

/* Calls look for each bridge on which nothing is told to be lost yet. */
static void each(struct exam *x, void (*look)(struct exam *x, struct scene_link *b))
{
	for (size_t i = 0; i < x->scene->bridges.count; i++)
		if (!x->scene->bridges.list[i].dead)
			look(x, &x->scene->bridges.list[i]);
}

/* The path of a file of the interface below /sys. Returns out. */
static const char *path_of(const struct scene_link *b, const char *file, char out[96])
{
	snprintf(out, 96, "/sys/class/net/%.15s/%s", b->name, file);
	return out;
}

static void look_up(struct exam *x, struct scene_link *b)
{
	if (b->link.ifindex && b->link.up)
		return;
	b->dead = true;
	exam_tell(x, FINDING_BROKEN, "%u attached containers are cut off, as %s is %s", b->attached,
		  b->name, b->link.ifindex ? "down" : "gone");
	exam_evidence(x, "ip link show %s: %s", b->name,
		      b->link.ifindex ? "not UP" : "no such interface");
	if (b->link.ifindex)
		exam_remedy(x, "ip link set %s up && v6hook reconcile", b->name);
	else
		exam_remedy(x,
			    "systemctl restart lxc-net docker # whichever made %s; then v6hook "
			    "reconcile",
			    b->name);
}

void check_bridge_up(struct exam *x)
{
	each(x, look_up);
}

static void look_at_ipv6(struct exam *x, struct scene_link *b)
{
	if (b->link.conf.disable_ipv6 != 1)
		return;
	b->dead = true;
	exam_tell(x, FINDING_BROKEN, "IPv6 is off on %s", b->name);
	exam_saw_sysctl(x, "conf", b->name, "disable_ipv6", 1);
	exam_remedy(x, "v6hook reconcile");
}

void check_bridge_ipv6(struct exam *x)
{
	each(x, look_at_ipv6);
}

struct find_gateway {
	const struct in6_addr *gateway;
	bool found, duplicate;
};

static int on_address(const struct address *a, void *arg)
{
	struct find_gateway *f = arg;

	if (memcmp(&a->address, f->gateway, sizeof(a->address)) != 0)
		return 0;
	f->found = true;
	f->duplicate = a->flags & IFA_F_DADFAILED;
	return 0;
}

static void look_at_gateway(struct exam *x, struct scene_link *b)
{
	const struct in6_addr *gateway = &x->scene->config->gateway;
	struct find_gateway f = { .gateway = gateway };
	char text[INET6_ADDRSTRLEN];

	if (address_each(x->scene->host, b->link.ifindex, on_address, &f) < 0 ||
	    (f.found && !f.duplicate))
		return;
	inet_ntop(AF_INET6, gateway, text, sizeof(text));
	exam_tell(x, FINDING_BROKEN,
		  f.found ? "another on %s has the gateway's address"
			  : "the containers on %s have no gateway",
		  b->name);
	exam_evidence(x, "ip -6 addr show dev %s: %s%s", b->name, f.found ? text : "no ",
		      f.found ? " dadfailed" : text);
	if (f.found)
		exam_remedy(x, "${EDITOR:-vi} %s # another \"gateway\", link-local",
			    x->scene->config_path);
	else
		exam_remedy(x, "v6hook reconcile");
}

void check_bridge_gateway(struct exam *x)
{
	each(x, look_at_gateway);
}

static void look_at_mac(struct exam *x, struct scene_link *b)
{
	char path[96];
	int type;

	if (strcmp(b->link.kind, "bridge") != 0 ||
	    !exam_number(x, path_of(b, "addr_assign_type", path), &type) || type == NET_ADDR_SET)
		return;
	exam_tell(x, FINDING_WARNING,
		  "the MAC of %s changes as containers come and go, and cuts the others off",
		  b->name);
	exam_evidence(x, "%s = %d: not set", path, type);
	exam_remedy(x, "v6hook reconcile");
}

void check_bridge_mac(struct exam *x)
{
	each(x, look_at_mac);
}

static void look_at_advertisements(struct exam *x, struct scene_link *b)
{
	if (b->link.conf.accept_ra <= 0)
		return;
	exam_tell(x, FINDING_WARNING, "a container on %s can make itself the host's router",
		  b->name);
	exam_saw_sysctl(x, "conf", b->name, "accept_ra", b->link.conf.accept_ra);
	exam_remedy(x, "sysctl -w net.ipv6.conf.%s.accept_ra=0", b->name);
}

void check_bridge_accept_ra(struct exam *x)
{
	each(x, look_at_advertisements);
}

/* The ports of a bridge, and those of which a value is not what it must be. */
struct ports {
	size_t count, wrong;
	char one[IF_NAMESIZE]; /* such a port, and what it has */
	int value;
};

/* Whether it has a carrier: the bridge passes over one that has none, and doctor NAME tells why. */
static bool is_plugged(struct exam *x, const char *port)
{
	struct link link;

	return link_by_name(x->scene->host, port, &link) < 0 || link.carrier;
}

/* Reads them. @file: of a port's, with a number; or null: they are only counted */
static void read_ports(struct exam *x, const struct scene_link *b, const char *file, int must,
		       struct ports *ret)
{
	char path[96], of_port[400];
	_closedir_ DIR *dir = opendir(path_of(b, "brif", path));
	struct dirent *entry;
	int value;

	*ret = (struct ports){ 0 };
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		ret->count++;
		snprintf(of_port, sizeof(of_port), "%s/%s/%s", path, entry->d_name, file);
		if (!file || !exam_number(x, of_port, &value) || value == must ||
		    !is_plugged(x, entry->d_name))
			continue;
		ret->wrong++;
		ret->value = value;
		snprintf(ret->one, sizeof(ret->one), "%.15s", entry->d_name);
	}
}

static void look_at_ports(struct exam *x, struct scene_link *b)
{
	struct ports ports;

	read_ports(x, b, NULL, 0, &ports);
	if (ports.count < PORTS_MANY)
		return;
	exam_tell(x, ports.count < PORTS_MOST ? FINDING_WARNING : FINDING_BROKEN,
		  "%s is %s: a bridge has %d ports at most", b->name,
		  ports.count < PORTS_MOST ? "almost full" : "full", PORTS_MOST);
	exam_evidence(x, "/sys/class/net/%s/brif: %zu ports", b->name, ports.count);
	exam_remedy(x,
		    "ip link add br1 up type bridge # for the next containers, or docker network "
		    "create");
}

void check_bridge_ports(struct exam *x)
{
	each(x, look_at_ports);
}

static void look_at_blocked(struct exam *x, struct scene_link *b)
{
	struct ports ports;

	read_ports(x, b, "state", FORWARDS, &ports);
	if (!ports.wrong)
		return;
	exam_tell(x, FINDING_BROKEN, "%s lets nothing through at %zu of its ports", b->name,
		  ports.wrong);
	exam_evidence(x, "/sys/class/net/%s/brif/%s/state = %d", b->name, ports.one, ports.value);
	exam_remedy(x, "bridge link set dev %s state %d", ports.one, FORWARDS);
}

void check_bridge_blocked(struct exam *x)
{
	each(x, look_at_blocked);
}

/*
 * A bridge that looks for who listens to what, and has nobody who asks for that, floods what is
 * sent to many (net/bridge/br_multicast.c: br_multicast_querier_exists), but not to ports that are
 * kept out of it.
 */
static void look_at_snooping(struct exam *x, struct scene_link *b)
{
	struct ports ports;
	char path[96];
	int on, asks;

	if (strcmp(b->link.kind, "bridge") != 0 ||
	    !exam_number(x, path_of(b, "bridge/multicast_snooping", path), &on) || !on ||
	    !exam_number(x, path_of(b, "bridge/multicast_querier", path), &asks) || asks)
		return;
	read_ports(x, b, "multicast_flood", 1, &ports);
	if (!ports.wrong)
		return;
	exam_tell(x, FINDING_WARNING,
		  "no multicast, so no Neighbour Discovery, gets to %zu of the ports of %s",
		  ports.wrong, b->name);
	exam_evidence(x, "/sys/class/net/%s/brif/%s/multicast_flood = 0; %s = 0", b->name,
		      ports.one, path);
	exam_remedy(x, "ip link set %s type bridge mcast_querier 1", b->name);
}

void check_bridge_snooping(struct exam *x)
{
	each(x, look_at_snooping);
}
