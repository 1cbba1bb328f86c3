/* Interfaces as the kernel describes them: one by index or name, or all of a kind. */
#include "net/link.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/net_namespace.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "wire/nl.h"

#ifndef IFF_LOWER_UP
#define IFF_LOWER_UP 0x10000 /* include/uapi/linux/if.h, which <net/if.h> does not go with */
#endif

#ifndef RTEXT_FILTER_SKIP_STATS
#define RTEXT_FILTER_SKIP_STATS (1 << 3)
#endif

/* What is read of an answer has at least its size. */
static const struct nla_policy link_policy[IFLA_MAX + 1] = {
	[IFLA_IFNAME] = { .type = NLA_STRING },	   [IFLA_MTU] = { .type = NLA_U32 },
	[IFLA_MASTER] = { .type = NLA_U32 },	   [IFLA_LINK] = { .type = NLA_U32 },
	[IFLA_LINK_NETNSID] = { .type = NLA_U32 }, [IFLA_CARRIER_UP_COUNT] = { .type = NLA_U32 },
};

/* IPv6's settings, as the message tells them; unknown where it does not. */
static struct link_conf read_conf(struct nlattr *spec)
{
	const struct link_conf unknown = { -1, -1, -1, -1 };
	struct nlattr *family[AF_MAX], *inet6[IFLA_INET6_MAX + 1];
	const int32_t *values;

	if (!spec || nla_parse_nested(family, AF_MAX - 1, spec, NULL) < 0 || !family[AF_INET6] ||
	    nla_parse_nested(inet6, IFLA_INET6_MAX, family[AF_INET6], NULL) < 0 ||
	    !inet6[IFLA_INET6_CONF] ||
	    nla_len(inet6[IFLA_INET6_CONF]) < (DEVCONF_DISABLE_IPV6 + 1) * (int)sizeof(*values))
		return unknown;
	values = nla_data(inet6[IFLA_INET6_CONF]);
	return (struct link_conf){
		.forwarding = values[DEVCONF_FORWARDING],
		.accept_ra = values[DEVCONF_ACCEPT_RA],
		.accept_redirects = values[DEVCONF_ACCEPT_REDIRECTS],
		.disable_ipv6 = values[DEVCONF_DISABLE_IPV6],
	};
}

/* Whether what a bridge tells of itself says that it learns of all frames; old kernels do not say.
 */
static bool bridge_learns(struct nlattr *data)
{
	const struct nlattr *options =
		nla_find(nla_data(data), nla_len(data), IFLA_BR_MULTI_BOOLOPT);
	struct br_boolopt_multi have;

	if (!options || nla_len(options) < (int)sizeof(have))
		return false;
	memcpy(&have, nla_data(options), sizeof(have));
	return have.optmask & 1U << BR_BOOLOPT_NO_LL_LEARN &&
	       !(have.optval & 1U << BR_BOOLOPT_NO_LL_LEARN);
}

int link_read(const struct nlmsghdr *h, struct link *ret)
{
	struct nlattr *attr[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	const struct ifinfomsg *msg = nlmsg_data(h);
	struct link l = { .peer_nsid = -1 };

	if ((h->nlmsg_type != RTM_NEWLINK && h->nlmsg_type != RTM_DELLINK) ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*msg), attr, IFLA_MAX, link_policy) < 0 ||
	    !attr[IFLA_IFNAME] || msg->ifi_index <= 0)
		return -EBADMSG;
	l.ifindex = msg->ifi_index;
	l.up = msg->ifi_flags & IFF_UP;
	l.carrier = msg->ifi_flags & IFF_LOWER_UP;
	/* net/ipv6/ndisc.c: ndisc_constructor */
	l.solicits = !(msg->ifi_flags & (IFF_NOARP | IFF_LOOPBACK));
	l.multicast = msg->ifi_flags & IFF_MULTICAST;
	snprintf(l.name, sizeof(l.name), "%s", nla_get_string(attr[IFLA_IFNAME]));
	if (attr[IFLA_CARRIER_UP_COUNT])
		l.carrier_ups = nla_get_u32(attr[IFLA_CARRIER_UP_COUNT]);
	if (attr[IFLA_MTU])
		l.mtu = nla_get_u32(attr[IFLA_MTU]);
	if (attr[IFLA_MASTER])
		l.master = (int)nla_get_u32(attr[IFLA_MASTER]);
	if (attr[IFLA_LINK])
		l.peer = (int)nla_get_u32(attr[IFLA_LINK]);
	if (attr[IFLA_LINK_NETNSID])
		l.peer_nsid = nla_get_s32(attr[IFLA_LINK_NETNSID]);
	if (attr[IFLA_ADDRESS] && nla_len(attr[IFLA_ADDRESS]) == sizeof(l.mac)) {
		memcpy(l.mac, nla_data(attr[IFLA_ADDRESS]), sizeof(l.mac));
		l.has_mac = true;
	}
	if (attr[IFLA_LINKINFO] &&
	    nla_parse_nested(info, IFLA_INFO_MAX, attr[IFLA_LINKINFO], NULL) == 0 &&
	    info[IFLA_INFO_KIND])
		nla_strlcpy(l.kind, info[IFLA_INFO_KIND], sizeof(l.kind));
	l.conf = read_conf(attr[IFLA_AF_SPEC]);
	if (strcmp(l.kind, "bridge") == 0 && info[IFLA_INFO_DATA])
		l.learns = bridge_learns(info[IFLA_INFO_DATA]);
	*ret = l;
	return 0;
}

static int on_link(const struct nlmsghdr *h, void *arg)
{
	return link_read(h, arg);
}

static int ask_one(struct nl_sock *s, int ifindex, const char *name, struct link *ret)
{
	const struct ifinfomsg msg = { .ifi_index = ifindex };
	_nl_msg_ struct nl_msg *m = nl_new(RTM_GETLINK, 0, &msg, sizeof(msg));

	if (!m || nla_put_u32(m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS) < 0 ||
	    (name && nla_put_string(m, IFLA_IFNAME, name) < 0))
		return -ENOMEM;
	return nl_ask(s, m, on_link, ret);
}

int link_by_index(struct nl_sock *s, int ifindex, struct link *ret)
{
	return ask_one(s, ifindex, NULL, ret);
}

int link_by_name(struct nl_sock *s, const char *name, struct link *ret)
{
	if (strlen(name) >= IF_NAMESIZE)
		return -ENODEV;
	return ask_one(s, 0, name, ret);
}

static int on_netconf(const struct nlmsghdr *h, void *arg)
{
	static const struct nla_policy policy[NETCONFA_MAX + 1] = {
		[NETCONFA_FORWARDING] = { .type = NLA_U32 },
		[NETCONFA_PROXY_NEIGH] = { .type = NLA_U32 },
	};
	struct nlattr *attr[NETCONFA_MAX + 1];
	int *ret = arg;

	if (h->nlmsg_type != RTM_NEWNETCONF ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(struct netconfmsg), attr, NETCONFA_MAX,
			policy) < 0 ||
	    !attr[NETCONFA_FORWARDING] || !attr[NETCONFA_PROXY_NEIGH])
		return -EBADMSG;
	ret[0] = nla_get_s32(attr[NETCONFA_FORWARDING]);
	ret[1] = nla_get_s32(attr[NETCONFA_PROXY_NEIGH]);
	return 0;
}

int link_conf_all(struct nl_sock *s, int *ret_forwarding, int *ret_proxy_ndp)
{
	const struct netconfmsg msg = { .ncm_family = AF_INET6 };
	_nl_msg_ struct nl_msg *m = nl_new(RTM_GETNETCONF, 0, &msg, sizeof(msg));
	int values[2], r;

	if (!m || nla_put_s32(m, NETCONFA_IFINDEX, NETCONFA_IFINDEX_ALL) < 0)
		return -ENOMEM;
	r = nl_ask(s, m, on_netconf, values);
	if (r == 0) {
		*ret_forwarding = values[0];
		*ret_proxy_ndp = values[1];
	}
	return r;
}

struct each_veth {
	int (*each)(const struct link *link, void *arg);
	void *arg;
};

static int on_veth(const struct nlmsghdr *h, void *arg)
{
	struct each_veth *v = arg;
	struct link link;
	int r = link_read(h, &link);

	if (r < 0)
		return r;
	return strcmp(link.kind, "veth") == 0 ? v->each(&link, v->arg) : 0;
}

int link_each_veth(struct nl_sock *s, int (*each)(const struct link *link, void *arg), void *arg)
{
	const struct ifinfomsg msg = { 0 };
	struct each_veth v = { each, arg };
	_nl_msg_ struct nl_msg *m = nl_new(RTM_GETLINK, NLM_F_DUMP, &msg, sizeof(msg));
	struct nlattr *info;

	if (!m || nla_put_u32(m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS) < 0 ||
	    !(info = nla_nest_start(m, IFLA_LINKINFO)) ||
	    nla_put_string(m, IFLA_INFO_KIND, "veth") < 0)
		return -ENOMEM;
	nla_nest_end(m, info);
	return nl_ask(s, m, on_veth, &v);
}

int link_set_up(struct nl_sock *s, int ifindex, bool up)
{
	const struct ifinfomsg msg = {
		.ifi_index = ifindex,
		.ifi_flags = up ? IFF_UP : 0,
		.ifi_change = IFF_UP,
	};
	_nl_msg_ struct nl_msg *m = nl_new(RTM_NEWLINK, 0, &msg, sizeof(msg));

	return nl_do(s, m);
}

int link_set_mac(struct nl_sock *s, int ifindex, const unsigned char mac[6])
{
	const struct ifinfomsg msg = { .ifi_index = ifindex };
	_nl_msg_ struct nl_msg *m = nl_new(RTM_NEWLINK, 0, &msg, sizeof(msg));

	if (!m || nla_put(m, IFLA_ADDRESS, 6, mac) < 0)
		return -ENOMEM;
	return nl_do(s, m);
}

int link_learn_less(struct nl_sock *s, int ifindex)
{
	const struct ifinfomsg msg = { .ifi_index = ifindex };
	const struct br_boolopt_multi less = { .optval = 1U << BR_BOOLOPT_NO_LL_LEARN,
					       .optmask = 1U << BR_BOOLOPT_NO_LL_LEARN };
	_nl_msg_ struct nl_msg *m = nl_new(RTM_NEWLINK, 0, &msg, sizeof(msg));
	struct nlattr *info = m ? nla_nest_start(m, IFLA_LINKINFO) : NULL, *data;

	if (!info || nla_put_string(m, IFLA_INFO_KIND, "bridge") < 0)
		return -ENOMEM;
	data = nla_nest_start(m, IFLA_INFO_DATA);
	if (!data || nla_put(m, IFLA_BR_MULTI_BOOLOPT, sizeof(less), &less) < 0)
		return -ENOMEM;
	nla_nest_end(m, data);
	nla_nest_end(m, info);
	return nl_do(s, m);
}

static int on_nsid(const struct nlmsghdr *h, void *arg)
{
	static const struct nla_policy policy[NETNSA_MAX + 1] = {
		[NETNSA_NSID] = { .type = NLA_U32 },
	};
	struct nlattr *attr[NETNSA_MAX + 1];

	if (nlmsg_parse((struct nlmsghdr *)h, sizeof(struct rtgenmsg), attr, NETNSA_MAX, policy) <
		    0 ||
	    !attr[NETNSA_NSID])
		return -EBADMSG;
	*(int *)arg = nla_get_s32(attr[NETNSA_NSID]);
	return 0;
}

static struct nl_msg *nsid_message(int type, int netns_fd)
{
	const struct rtgenmsg msg = { .rtgen_family = AF_UNSPEC };
	_nl_msg_ struct nl_msg *m = nl_new(type, 0, &msg, sizeof(msg));

	if (!m || nla_put_u32(m, NETNSA_FD, (uint32_t)netns_fd) < 0)
		return NULL;
	return steal_ptr(&m);
}

int link_nsid(struct nl_sock *s, int netns_fd, int *ret)
{
	_nl_msg_ struct nl_msg *get = nsid_message(RTM_GETNSID, netns_fd);
	_nl_msg_ struct nl_msg *assign = NULL, *again = NULL;
	int nsid = NETNSA_NSID_NOT_ASSIGNED;
	int r = nl_ask(s, get, on_nsid, &nsid);

	if (r == 0 && nsid == NETNSA_NSID_NOT_ASSIGNED) {
		assign = nsid_message(RTM_NEWNSID, netns_fd);
		if (!assign || nla_put_s32(assign, NETNSA_NSID, NETNSA_NSID_NOT_ASSIGNED) < 0)
			return -ENOMEM;
		r = nl_do(s, assign);
		if (r < 0 && r != -EEXIST)
			return r;
		again = nsid_message(RTM_GETNSID, netns_fd);
		r = nl_ask(s, again, on_nsid, &nsid);
	}
	if (r == 0)
		*ret = nsid;
	return r;
}
