/* IPv6 addresses on interfaces: listed, and added or removed with v6hook's mark. */
#include "net/address.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "net/mark.h"
#include "wire/nl.h"

struct each_address {
	int ifindex;
	int (*each)(const struct address *address, void *arg);
	void *arg;
};

/* What is read of an answer has at least its size. */
static const struct nla_policy address_policy[IFA_MAX + 1] = {
	[IFA_FLAGS] = { .type = NLA_U32 },
	[IFA_PROTO] = { .type = NLA_U8 },
};

static int on_address(const struct nlmsghdr *h, void *arg)
{
	struct nlattr *attr[IFA_MAX + 1], *which;
	const struct ifaddrmsg *msg = nlmsg_data(h);
	const struct each_address *e = arg;
	struct address a;

	if (h->nlmsg_type != RTM_NEWADDR ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*msg), attr, IFA_MAX, address_policy) < 0)
		return -EBADMSG;
	/* a pair with a peer: the address itself is IFA_LOCAL */
	which = attr[IFA_LOCAL] ? attr[IFA_LOCAL] : attr[IFA_ADDRESS];
	if (!which || nla_len(which) != sizeof(a.address) || (int)msg->ifa_index <= 0 ||
	    (e->ifindex && (int)msg->ifa_index != e->ifindex))
		return 0;
	a = (struct address){
		.length = msg->ifa_prefixlen,
		.ifindex = (int)msg->ifa_index,
		.flags = attr[IFA_FLAGS] ? nla_get_u32(attr[IFA_FLAGS]) : msg->ifa_flags,
		.ours = attr[IFA_PROTO] && nla_get_u8(attr[IFA_PROTO]) == V6HOOK_PROTOCOL,
	};
	memcpy(&a.address, nla_data(which), sizeof(a.address));
	return e->each(&a, e->arg);
}

int address_each(struct nl_sock *s, int ifindex,
		 int (*each)(const struct address *address, void *arg), void *arg)
{
	const struct ifaddrmsg msg = { .ifa_family = AF_INET6, .ifa_index = (uint32_t)ifindex };
	struct each_address e = { ifindex, each, arg };
	_nl_msg_ struct nl_msg *m = nl_new(RTM_GETADDR, NLM_F_DUMP, &msg, sizeof(msg));

	return nl_ask(s, m, on_address, &e);
}

static int keep(const struct address *address, void *arg)
{
	*(struct address *)arg = *address;
	return 0;
}

int address_get(struct nl_sock *s, const struct in6_addr *address, int ifindex, struct address *ret)
{
	const struct ifaddrmsg msg = { .ifa_family = AF_INET6, .ifa_index = (uint32_t)ifindex };
	_nl_msg_ struct nl_msg *m = nl_new(RTM_GETADDR, 0, &msg, sizeof(msg));
	struct each_address e = { ifindex, keep, ret };
	int r;

	if (!m || nla_put(m, IFA_LOCAL, sizeof(*address), address) < 0)
		return -ENOMEM;
	r = nl_ask(s, m, on_address, &e);
	return r == -EADDRNOTAVAIL || r == -ENODEV ? 0 : r < 0 ? r : 1;
}

static struct nl_msg *address_message(int type, int flags, const struct in6_addr *address,
				      unsigned int length, int ifindex)
{
	const struct ifaddrmsg msg = {
		.ifa_family = AF_INET6,
		.ifa_prefixlen = (unsigned char)length,
		.ifa_flags = IFA_F_NODAD | IFA_F_PERMANENT,
		.ifa_scope = IN6_IS_ADDR_LINKLOCAL(address) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.ifa_index = (uint32_t)ifindex,
	};
	_nl_msg_ struct nl_msg *m = nl_new(type, flags, &msg, sizeof(msg));

	if (!m || nla_put(m, IFA_LOCAL, sizeof(*address), address) < 0)
		return NULL;
	return steal_ptr(&m);
}

int address_add(struct nl_sock *s, const struct in6_addr *address, unsigned int length, int ifindex,
		bool *ret_new)
{
	_nl_msg_ struct nl_msg *m =
		address_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address, length, ifindex);
	int r;

	if (!m || nla_put_u8(m, IFA_PROTO, V6HOOK_PROTOCOL) < 0)
		return -ENOMEM;
	r = nl_do(s, m);
	*ret_new = r == 0;
	return r == -EEXIST ? 0 : r;
}

struct find_marked {
	const struct in6_addr *address;
	unsigned int length;
	bool found;
};

static int on_marked(const struct address *a, void *arg)
{
	struct find_marked *f = arg;

	if (a->ours && memcmp(&a->address, f->address, sizeof(a->address)) == 0) {
		f->found = true;
		f->length = a->length;
	}
	return 0;
}

/* Returns 1, 0 if it is gone already, or -errno. */
static int delete (struct nl_sock *s, const struct in6_addr *address, unsigned int length,
		   int ifindex)
{
	_nl_msg_ struct nl_msg *m = address_message(RTM_DELADDR, 0, address, length, ifindex);
	int r = nl_do(s, m);

	return r == -EADDRNOTAVAIL || r == -ENODEV ? 0 : r < 0 ? r : 1;
}

int address_remove(struct nl_sock *s, const struct in6_addr *address, int ifindex)
{
	struct find_marked f = { .address = address };
	int r = address_each(s, ifindex, on_marked, &f);

	return r < 0 || !f.found ? r : delete (s, address, f.length, ifindex);
}

#define MARKED_MOST 16 /* removed in one go: there are two, or what killed runs left */

struct marked_addresses {
	const struct in6_addr *keep;
	int ifindex;
	struct address list[MARKED_MOST];
	int count;
};

static int collect_marked(const struct address *a, void *arg)
{
	struct marked_addresses *m = arg;

	if (a->ours && (a->ifindex == m->ifindex || a->ifindex == LOOPBACK_IFINDEX) &&
	    !IN6_IS_ADDR_LINKLOCAL(&a->address) && m->count < MARKED_MOST &&
	    !(m->keep && memcmp(&a->address, m->keep, sizeof(a->address)) == 0))
		m->list[m->count++] = *a;
	return 0;
}

int address_remove_marked(struct nl_sock *s, int ifindex, const struct in6_addr *keep)
{
	struct marked_addresses m = { .keep = keep, .ifindex = ifindex };
	int r = address_each(s, 0, collect_marked, &m);

	for (int i = 0; r >= 0 && i < m.count; i++)
		r = delete (s, &m.list[i].address, m.list[i].length, m.list[i].ifindex);
	return r < 0 ? r : 0;
}
