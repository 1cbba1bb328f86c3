/* A veth pair of our own making, for a container that has no port yet. */
#include "net/veth.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>

#include "wire/nl.h"

/* Adds what the other end is to be. Returns 0 or -errno. */
static int put_inner(struct nl_msg *m, const struct veth_wish *w)
{
	const struct ifinfomsg none = { 0 };
	struct nlattr *peer = nla_nest_start(m, VETH_INFO_PEER);

	if (!peer || nlmsg_append(m, (void *)&none, sizeof(none), NLMSG_ALIGNTO) < 0 ||
	    nla_put_string(m, IFLA_IFNAME, w->inner) < 0 ||
	    nla_put_u32(m, IFLA_NET_NS_FD, (uint32_t)w->netns) < 0 ||
	    (w->mtu && nla_put_u32(m, IFLA_MTU, w->mtu) < 0))
		return -ENOMEM;
	return nla_nest_end(m, peer);
}

int veth_make(struct nl_sock *s, const struct veth_wish *w)
{
	const struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	_nl_msg_ struct nl_msg *m = nl_new(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &up, sizeof(up));
	struct nlattr *info, *data;

	if (!m || nla_put_string(m, IFLA_IFNAME, w->outer) < 0 ||
	    nla_put_u32(m, IFLA_MASTER, (uint32_t)w->bridge) < 0 ||
	    (w->mtu && nla_put_u32(m, IFLA_MTU, w->mtu) < 0))
		return -ENOMEM;
	info = nla_nest_start(m, IFLA_LINKINFO);
	if (!info || nla_put_string(m, IFLA_INFO_KIND, "veth") < 0)
		return -ENOMEM;
	data = nla_nest_start(m, IFLA_INFO_DATA);
	if (!data || put_inner(m, w) < 0)
		return -ENOMEM;
	nla_nest_end(m, data);
	nla_nest_end(m, info);
	return nl_do(s, m);
}

int veth_remove(struct nl_sock *s, const char *outer)
{
	_nl_msg_ struct nl_msg *m = NULL;
	struct ifinfomsg msg = { 0 };
	struct link link;
	int r = link_by_name(s, outer, &link);

	if (r == -ENODEV || (r == 0 && strcmp(link.kind, "veth") != 0))
		return 0;
	if (r < 0)
		return r;
	msg.ifi_index = link.ifindex;
	m = nl_new(RTM_DELLINK, 0, &msg, sizeof(msg));
	r = m ? nl_do(s, m) : -ENOMEM;
	return r == -ENODEV ? 0 : r < 0 ? r : 1;
}
