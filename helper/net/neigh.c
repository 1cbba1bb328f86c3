/* Proxy entries and permanent neighbours that carry v6hook's mark. */
#include "net/neigh.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "net/mark.h"
#include "wire/nl.h"

/* A neighbour as the kernel tells it. */
struct neigh {
	bool found;
	int ifindex;
	struct in6_addr address;
	unsigned int state, flags, protocol;
	bool has_mac;
	unsigned char mac[6];
};

static struct nl_msg *neigh_message(int type, int message_flags, const struct in6_addr *address,
				    int ifindex, unsigned int flags)
{
	const struct ndmsg msg = {
		.ndm_family = AF_INET6,
		.ndm_ifindex = ifindex,
		.ndm_flags = (unsigned char)flags,
		.ndm_state = type == RTM_NEWNEIGH ? NUD_PERMANENT : 0,
	};
	_nl_msg_ struct nl_msg *m = nl_new(type, message_flags, &msg, sizeof(msg));

	if (!m || (address && nla_put(m, NDA_DST, sizeof(*address), address) < 0))
		return NULL;
	return steal_ptr(&m);
}

static int neigh_read(const struct nlmsghdr *h, void *arg)
{
	static const struct nla_policy policy[NDA_MAX + 1] = {
		[NDA_PROTOCOL] = { .type = NLA_U8 },
	};
	struct nlattr *attr[NDA_MAX + 1];
	const struct ndmsg *msg = nlmsg_data(h);
	struct neigh *ret = arg;

	if (h->nlmsg_type != RTM_NEWNEIGH ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*msg), attr, NDA_MAX, policy) < 0 ||
	    !attr[NDA_DST] || nla_len(attr[NDA_DST]) != sizeof(ret->address))
		return -EBADMSG;
	*ret = (struct neigh){
		.found = true,
		.ifindex = msg->ndm_ifindex,
		.state = msg->ndm_state,
		.flags = msg->ndm_flags,
		.protocol = attr[NDA_PROTOCOL] ? nla_get_u8(attr[NDA_PROTOCOL]) : 0,
	};
	memcpy(&ret->address, nla_data(attr[NDA_DST]), sizeof(ret->address));
	if (attr[NDA_LLADDR] && nla_len(attr[NDA_LLADDR]) == sizeof(ret->mac)) {
		memcpy(ret->mac, nla_data(attr[NDA_LLADDR]), sizeof(ret->mac));
		ret->has_mac = true;
	}
	return 0;
}

struct nl_msg *proxy_wish(const struct in6_addr *address, int ifindex)
{
	_nl_msg_ struct nl_msg *m =
		neigh_message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, address, ifindex, NTF_PROXY);

	return m && nla_put_u8(m, NDA_PROTOCOL, V6HOOK_PROTOCOL) == 0 ? steal_ptr(&m) : NULL;
}

struct nl_msg *proxy_question(const struct in6_addr *address, int ifindex)
{
	return neigh_message(RTM_GETNEIGH, 0, address, ifindex, NTF_PROXY);
}

struct nl_msg *neigh_wish(const struct in6_addr *address, int ifindex, const unsigned char mac[6])
{
	_nl_msg_ struct nl_msg *m =
		neigh_message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, address, ifindex, 0);

	return m && nla_put(m, NDA_LLADDR, 6, mac) == 0 &&
			       nla_put_u8(m, NDA_PROTOCOL, V6HOOK_PROTOCOL) == 0
		       ? steal_ptr(&m)
		       : NULL;
}

/* Asks for one entry. @flags: NTF_PROXY or 0. Returns 1, 0 if there is none, or -errno. */
static int get(struct nl_sock *s, const struct in6_addr *address, int ifindex, unsigned int flags,
	       struct neigh *ret)
{
	_nl_msg_ struct nl_msg *m = neigh_message(RTM_GETNEIGH, 0, address, ifindex, flags);
	struct neigh n = { 0 };
	int r = nl_ask(s, m, neigh_read, &n);

	if (r == -ENOENT || r == -ENODEV)
		return 0;
	if (r < 0)
		return r;
	*ret = n;
	return n.found;
}

/* Removes one entry if it is marked. Returns 1, 0 or -errno. */
static int remove_marked(struct nl_sock *s, const struct in6_addr *address, int ifindex,
			 unsigned int flags)
{
	_nl_msg_ struct nl_msg *m = NULL;
	struct neigh now;
	int r = get(s, address, ifindex, flags, &now);

	if (r <= 0 || now.protocol != V6HOOK_PROTOCOL)
		return r < 0 ? r : 0;
	m = neigh_message(RTM_DELNEIGH, 0, address, ifindex, flags);
	r = nl_do(s, m);
	return r == -ENOENT || r == -ENODEV ? 0 : r < 0 ? r : 1;
}

int proxy_add(struct nl_sock *s, const struct in6_addr *address, int ifindex, bool *ret_new)
{
	_nl_msg_ struct nl_msg *m = NULL;
	struct neigh now;
	int r = get(s, address, ifindex, NTF_PROXY, &now);

	*ret_new = false;
	if (r != 0)
		return r < 0 ? r : 0;
	m = proxy_wish(address, ifindex);
	r = nl_do(s, m);
	if (r < 0)
		return r;
	*ret_new = true;
	/* LXC has seen entries that "appear to be added successfully but then do not appear" */
	r = get(s, address, ifindex, NTF_PROXY, &now);
	return r < 0 ? r : r == 0 ? -EIO : 0;
}

int proxy_remove(struct nl_sock *s, const struct in6_addr *address, int ifindex)
{
	return remove_marked(s, address, ifindex, NTF_PROXY);
}

int proxy_exists(struct nl_sock *s, const struct in6_addr *address, int ifindex)
{
	struct neigh now;

	return get(s, address, ifindex, NTF_PROXY, &now);
}

int proxy_is_marked(struct nl_sock *s, const struct in6_addr *address, int ifindex)
{
	struct neigh now;
	int r = get(s, address, ifindex, NTF_PROXY, &now);

	return r <= 0 ? r : now.protocol == V6HOOK_PROTOCOL;
}

struct each_marked {
	unsigned int flags; /* NTF_PROXY or 0 */
	int (*each)(const struct in6_addr *address, int ifindex, void *arg);
	void *arg;
};

static int on_marked(const struct nlmsghdr *h, void *arg)
{
	struct each_marked *m = arg;
	struct neigh n;
	int r = neigh_read(h, &n);

	/* one that somebody has made an ordinary one is the kernel's to forget */
	if (r < 0 || (n.flags & NTF_PROXY) != m->flags || n.protocol != V6HOOK_PROTOCOL ||
	    !(m->flags || n.state & NUD_PERMANENT))
		return r;
	return m->each(&n.address, n.ifindex, m->arg);
}

static int each_marked(struct nl_sock *s, struct each_marked *m)
{
	/* the kernel wants a full ndmsg with this flag, or shows no proxy entries */
	_nl_msg_ struct nl_msg *dump = neigh_message(RTM_GETNEIGH, NLM_F_DUMP, NULL, 0, m->flags);

	return nl_ask(s, dump, on_marked, m);
}

int proxy_each_marked(struct nl_sock *s,
		      int (*each)(const struct in6_addr *address, int ifindex, void *arg),
		      void *arg)
{
	struct each_marked m = { NTF_PROXY, each, arg };

	return each_marked(s, &m);
}

int neigh_each_marked(struct nl_sock *s,
		      int (*each)(const struct in6_addr *address, int ifindex, void *arg),
		      void *arg)
{
	struct each_marked m = { 0, each, arg };

	return each_marked(s, &m);
}

int neigh_check(struct nl_sock *s, const struct in6_addr *address, int ifindex,
		const unsigned char mac[6])
{
	struct neigh now;
	int r = get(s, address, ifindex, 0, &now);

	if (r <= 0 || !(now.state & NUD_PERMANENT))
		return r < 0 ? r : 0;
	if (now.has_mac && memcmp(now.mac, mac, sizeof(now.mac)) == 0)
		return 1;
	return now.protocol == V6HOOK_PROTOCOL ? 0 : -EEXIST;
}

int neigh_add(struct nl_sock *s, const struct in6_addr *address, int ifindex,
	      const unsigned char mac[6], bool *ret_changed)
{
	_nl_msg_ struct nl_msg *m = NULL;
	int r = neigh_check(s, address, ifindex, mac);

	*ret_changed = false;
	if (r != 0)
		return r < 0 ? r : 0;
	m = neigh_wish(address, ifindex, mac);
	r = nl_do(s, m);
	*ret_changed = r == 0;
	return r;
}

int neigh_remove(struct nl_sock *s, const struct in6_addr *address, int ifindex)
{
	return remove_marked(s, address, ifindex, 0);
}

int neigh_is_permanent(struct nl_sock *s, const struct in6_addr *address, int ifindex)
{
	struct neigh now;
	int r = get(s, address, ifindex, 0, &now);

	return r <= 0 ? r : (now.state & NUD_PERMANENT) != 0;
}

int neigh_has_failed(struct nl_sock *s, const struct in6_addr *address, int ifindex)
{
	struct neigh now;
	int r = get(s, address, ifindex, 0, &now);

	return r <= 0 ? r : (now.state & NUD_FAILED) != 0;
}

int neigh_is_marked(struct nl_sock *s, const struct in6_addr *address, int ifindex,
		    unsigned char ret_mac[6])
{
	struct neigh now;
	int r = get(s, address, ifindex, 0, &now);

	if (r <= 0 || !(now.state & NUD_PERMANENT) || now.protocol != V6HOOK_PROTOCOL ||
	    !now.has_mac)
		return r < 0 ? r : 0;
	memcpy(ret_mac, now.mac, sizeof(now.mac));
	return 1;
}

struct each_known {
	int ifindex;
	void (*each)(const struct in6_addr *address, void *arg);
	void *arg;
};

static int on_known(const struct nlmsghdr *h, void *arg)
{
	const struct each_known *k = arg;
	struct neigh n;
	int r = neigh_read(h, &n);

	if (r == 0 && n.has_mac && n.ifindex == k->ifindex)
		k->each(&n.address, k->arg);
	return r;
}

int neigh_each_known(struct nl_sock *s, int ifindex,
		     void (*each)(const struct in6_addr *address, void *arg), void *arg)
{
	_nl_msg_ struct nl_msg *dump = neigh_message(RTM_GETNEIGH, NLM_F_DUMP, NULL, 0, 0);
	struct each_known k = { ifindex, each, arg };

	return nl_ask(s, dump, on_known, &k);
}
