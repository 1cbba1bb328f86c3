/* IPv6 routes that carry v6hook's mark, and look-ups in the routing table. */
#include "net/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "net/mark.h"
#include "wire/nl.h"

#define DEFAULT_METRIC 512

static struct nl_msg *route_message(int type, int flags, unsigned int length)
{
	const struct rtmsg msg = {
		.rtm_family = AF_INET6,
		.rtm_dst_len = (unsigned char)length,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = V6HOOK_PROTOCOL,
		.rtm_scope = type == RTM_DELROUTE ? RT_SCOPE_NOWHERE : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};

	return nl_new(type, flags, &msg, sizeof(msg));
}

static int put_address(struct nl_msg *m, int attribute, const struct in6_addr *address)
{
	return nla_put(m, attribute, sizeof(*address), address);
}

/* About the route to ADDRESS/128. @ifindex: 0 for wherever it leads; null without memory */
static struct nl_msg *host_message(int type, int flags, const struct in6_addr *address, int ifindex)
{
	_nl_msg_ struct nl_msg *m = route_message(type, flags, 128);

	if (!m || put_address(m, RTA_DST, address) < 0 ||
	    (ifindex && nla_put_u32(m, RTA_OIF, (uint32_t)ifindex) < 0))
		return NULL;
	return steal_ptr(&m);
}

struct nl_msg *route_wish(const struct in6_addr *address, int ifindex)
{
	return host_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, address, ifindex);
}

/* Removes one marked route to ADDRESS/128, wherever it leads. Returns 0 or -errno. */
static int remove_one(struct nl_sock *s, const struct in6_addr *address)
{
	_nl_msg_ struct nl_msg *m = host_message(RTM_DELROUTE, 0, address, 0);

	return nl_do(s, m);
}

int route_add_host(struct nl_sock *s, const struct in6_addr *address, int ifindex,
		   struct route *ret_before, bool *ret_new)
{
	_nl_msg_ struct nl_msg *m = NULL;
	struct route now = { 0 };
	int r = route_lookup(s, address, &now);

	*ret_before = now;
	*ret_new = false;
	/* asked first, and not left to NLM_F_EXCL: a route of another metric may win over ours */
	if (r == 0 && now.length == 128 && now.ifindex == ifindex)
		return 0;
	if (r == 0 && now.length == 128 && now.protocol != V6HOOK_PROTOCOL)
		return -EEXIST;
	/* one of ours that leads to a bridge of the past gives way */
	if (r == 0 && now.length == 128 && (r = route_remove_host(s, address)) < 0)
		return r;
	m = route_wish(address, ifindex);
	r = nl_do(s, m);
	*ret_new = r == 0;
	return r;
}

int route_remove_host(struct nl_sock *s, const struct in6_addr *address)
{
	int r, removed = 0;

	/* the kernel takes a protocol given with the request as a condition (fib6: ip6_route_del)
	 */
	while ((r = remove_one(s, address)) == 0)
		removed = 1;
	return r == -ESRCH || r == -ENOENT ? removed : r;
}

int route_default(struct nl_sock *s, const struct in6_addr *gateway, int ifindex, bool add,
		  bool *ret_changed)
{
	_nl_msg_ struct nl_msg *m = route_message(add ? RTM_NEWROUTE : RTM_DELROUTE,
						  add ? NLM_F_CREATE | NLM_F_EXCL : 0, 0);
	int r;

	if (!m || put_address(m, RTA_GATEWAY, gateway) < 0 ||
	    nla_put_u32(m, RTA_OIF, (uint32_t)ifindex) < 0 ||
	    nla_put_u32(m, RTA_PRIORITY, DEFAULT_METRIC) < 0)
		return -ENOMEM;
	r = nl_do(s, m);
	*ret_changed = r == 0;
	return r == (add ? -EEXIST : -ESRCH) ? 0 : r;
}

bool is_public(const struct in6_addr *a)
{
	return (a->s6_addr[0] & 0xe0) == 0x20;
}

bool in_prefix(const struct in6_addr *a, const struct in6_addr *prefix, unsigned int length)
{
	unsigned int bytes = length / 8, bits = length % 8;
	unsigned char mask = (unsigned char)(0xff00 >> bits);

	return length <= 128 && memcmp(a, prefix, bytes) == 0 &&
	       (bits == 0 || !((a->s6_addr[bytes] ^ prefix->s6_addr[bytes]) & mask));
}

/* Reads one RTM_NEWROUTE; dst may be null. */
static int route_read(const struct nlmsghdr *h, struct route *ret, struct in6_addr *dst)
{
	static const struct nla_policy policy[RTA_MAX + 1] = {
		[RTA_OIF] = { .type = NLA_U32 },
		[RTA_TABLE] = { .type = NLA_U32 },
	};
	struct nlattr *attr[RTA_MAX + 1];
	const struct rtmsg *msg = nlmsg_data(h);
	struct route route = { 0 };

	if (h->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*msg), attr, RTA_MAX, policy) < 0)
		return -EBADMSG;
	route.length = msg->rtm_dst_len;
	route.protocol = msg->rtm_protocol;
	route.anycast = msg->rtm_type == RTN_ANYCAST;
	route.local = msg->rtm_type == RTN_LOCAL || route.anycast;
	route.table = attr[RTA_TABLE] ? nla_get_u32(attr[RTA_TABLE]) : msg->rtm_table;
	if (attr[RTA_OIF] && (msg->rtm_type == RTN_UNICAST || route.local))
		route.ifindex = (int)nla_get_u32(attr[RTA_OIF]);
	if (attr[RTA_MULTIPATH] && nla_len(attr[RTA_MULTIPATH]) >= (int)sizeof(struct rtnexthop))
		route.ifindex = ((struct rtnexthop *)nla_data(attr[RTA_MULTIPATH]))->rtnh_ifindex;
	/* no interface has such a number */
	if (route.ifindex < 0)
		return -EBADMSG;
	if (attr[RTA_GATEWAY] && nla_len(attr[RTA_GATEWAY]) == sizeof(route.gateway)) {
		route.has_gateway = true;
		memcpy(&route.gateway, nla_data(attr[RTA_GATEWAY]), sizeof(route.gateway));
	}
	if (dst && attr[RTA_DST] && nla_len(attr[RTA_DST]) == sizeof(*dst))
		memcpy(dst, nla_data(attr[RTA_DST]), sizeof(*dst));
	*ret = route;
	return 0;
}

static int on_route(const struct nlmsghdr *h, void *arg)
{
	return route_read(h, arg, NULL);
}

static int look_up(struct nl_sock *s, const struct in6_addr *destination,
		   const struct in6_addr *source, int ifindex, struct route *ret)
{
	const struct rtmsg msg = {
		.rtm_family = AF_INET6,
		.rtm_dst_len = 128,
		.rtm_src_len = source ? 128 : 0,
		.rtm_flags = RTM_F_FIB_MATCH,
	};
	_nl_msg_ struct nl_msg *m = nl_new(RTM_GETROUTE, 0, &msg, sizeof(msg));
	struct route route = { 0 };
	int r;

	if (!m || put_address(m, RTA_DST, destination) < 0 ||
	    (source && put_address(m, RTA_SRC, source) < 0) ||
	    (ifindex && nla_put_u32(m, RTA_IIF, (uint32_t)ifindex) < 0))
		return -ENOMEM;
	r = nl_ask(s, m, on_route, &route);
	if (r == 0 && route.ifindex == 0)
		r = -ENETUNREACH;
	if (r == 0)
		*ret = route;
	return r;
}

int route_lookup(struct nl_sock *s, const struct in6_addr *destination, struct route *ret)
{
	return look_up(s, destination, NULL, 0, ret);
}

int route_out(struct nl_sock *s, const struct in6_addr *source, int ifindex, struct route *ret)
{
	/* any address that is surely elsewhere: the look-up sends nothing */
	const struct in6_addr anywhere = { .s6_addr = { 0x20 } };

	int r = look_up(s, &anywhere, source, ifindex, ret);

	/* a route of the types unreachable, prohibit or blackhole leads nowhere either */
	return r == -EHOSTUNREACH || r == -EACCES || r == -EINVAL ? -ENETUNREACH : r;
}

/* Dumps the routes that are like these; a kernel without strict checking sends every route. */
static int dump(struct nl_sock *s, const struct rtmsg *like, int ifindex,
		int (*each)(const struct nlmsghdr *h, void *arg), void *arg)
{
	_nl_msg_ struct nl_msg *m = nl_new(RTM_GETROUTE, NLM_F_DUMP, like, sizeof(*like));

	if (!m || (ifindex && nla_put_u32(m, RTA_OIF, (uint32_t)ifindex) < 0))
		return -ENOMEM;
	return nl_ask(s, m, each, arg);
}

struct find_default {
	int ifindex; /* 0: any */
	struct route found;
};

static int on_default(const struct nlmsghdr *h, void *arg)
{
	struct find_default *f = arg;
	struct route route;
	int r = route_read(h, &route, NULL);

	if (r == 0 && route.length == 0 && route.ifindex && !route.local &&
	    (!f->ifindex || route.ifindex == f->ifindex) && !f->found.ifindex)
		f->found = route;
	return r;
}

int route_default_by(struct nl_sock *s, int ifindex, struct route *ret)
{
	const struct rtmsg like = { .rtm_family = AF_INET6 };
	struct find_default f = { .ifindex = ifindex };
	int r = dump(s, &like, ifindex, on_default, &f);

	if (r < 0 || !f.found.ifindex)
		return r;
	*ret = f.found;
	return 1;
}

int route_has_default(struct nl_sock *s, int ifindex)
{
	const struct rtmsg like = { .rtm_family = AF_INET6, .rtm_table = RT_TABLE_MAIN };
	struct find_default f = { .ifindex = ifindex };
	int r = dump(s, &like, ifindex, on_default, &f);

	return r < 0 ? r : f.found.ifindex != 0;
}

struct find_ours {
	const struct in6_addr *gateway;
	int ifindex;
	bool found;
};

static bool is_ours(const struct route *route, const struct find_ours *f)
{
	return route->length == 0 && route->protocol == V6HOOK_PROTOCOL &&
	       route->ifindex == f->ifindex && route->has_gateway &&
	       memcmp(&route->gateway, f->gateway, sizeof(route->gateway)) == 0;
}

static int on_marked_default(const struct nlmsghdr *h, void *arg)
{
	struct find_ours *f = arg;
	struct route route;
	int r = route_read(h, &route, NULL);

	f->found |= r == 0 && is_ours(&route, f);
	return r;
}

int route_is_default(struct nl_sock *s, const struct in6_addr *gateway, int ifindex)
{
	const struct rtmsg like = { .rtm_family = AF_INET6,
				    .rtm_protocol = V6HOOK_PROTOCOL,
				    .rtm_table = RT_TABLE_MAIN };
	struct find_ours f = { gateway, ifindex, false };
	struct route route;
	int r;

	/* mostly that is all; a dump goes through as many routes as there are */
	if (route_lookup(s, &(struct in6_addr){ .s6_addr = { 0x20 } }, &route) == 0 &&
	    is_ours(&route, &f))
		return 1;
	r = dump(s, &like, ifindex, on_marked_default, &f);
	return r < 0 ? r : f.found;
}

struct find_on_link {
	int ifindex;
	const struct in6_addr *address;
	bool found;
};

static int on_link_route(const struct nlmsghdr *h, void *arg)
{
	struct find_on_link *f = arg;
	struct in6_addr dst = { 0 };
	struct route route;
	int r = route_read(h, &route, &dst);

	if (r == 0 && route.ifindex == f->ifindex && !route.has_gateway &&
	    route.protocol != V6HOOK_PROTOCOL && in_prefix(f->address, &dst, route.length))
		f->found = true;
	return r;
}

int route_is_on_link(struct nl_sock *s, int ifindex, const struct in6_addr *address)
{
	const struct rtmsg like = { .rtm_family = AF_INET6, .rtm_table = RT_TABLE_MAIN };
	struct find_on_link f = { ifindex, address, false };
	int r = dump(s, &like, ifindex, on_link_route, &f);

	return r < 0 ? r : f.found;
}

int route_default_ipv4(struct nl_sock *s)
{
	const struct rtmsg like = { .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN };
	struct find_default f = { 0 };

	return dump(s, &like, 0, on_default, &f) < 0 ? 0 : f.found.ifindex;
}

struct each_marked {
	int (*each)(const struct in6_addr *address, int ifindex, void *arg);
	void *arg;
};

static int on_marked(const struct nlmsghdr *h, void *arg)
{
	struct each_marked *m = arg;
	struct in6_addr dst;
	struct route route;
	int r = route_read(h, &route, &dst);

	if (r < 0 || route.length != 128 || route.protocol != V6HOOK_PROTOCOL)
		return r;
	return m->each(&dst, route.ifindex, m->arg);
}

int route_each_marked(struct nl_sock *s,
		      int (*each)(const struct in6_addr *address, int ifindex, void *arg),
		      void *arg)
{
	const struct rtmsg like = {
		.rtm_family = AF_INET6,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = V6HOOK_PROTOCOL,
	};
	struct each_marked m = { each, arg };

	return dump(s, &like, 0, on_marked, &m);
}

struct each_refused {
	void (*each)(const struct in6_addr *prefix, unsigned int length, void *arg);
	void *arg;
};

static int on_refused(const struct nlmsghdr *h, void *arg)
{
	const struct rtmsg *msg = nlmsg_data(h);
	const struct each_refused *f = arg;
	struct in6_addr dst = { 0 };
	struct route route;
	int r = route_read(h, &route, &dst);

	if (r == 0 && (msg->rtm_type == RTN_UNREACHABLE || msg->rtm_type == RTN_BLACKHOLE ||
		       msg->rtm_type == RTN_PROHIBIT))
		f->each(&dst, route.length, f->arg);
	return r;
}

int route_each_refused(struct nl_sock *s,
		       void (*each)(const struct in6_addr *prefix, unsigned int length, void *arg),
		       void *arg)
{
	const struct rtmsg like = { .rtm_family = AF_INET6, .rtm_table = RT_TABLE_MAIN };
	struct each_refused f = { each, arg };

	return dump(s, &like, 0, on_refused, &f);
}
