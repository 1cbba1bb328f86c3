/* Interfaces as the kernel describes them: one by index or name, or all of a kind. */
#ifndef V6HOOK_LINK_H
#define V6HOOK_LINK_H

#include <net/if.h>
#include <netlink/netlink.h>
#include <stdbool.h>

#include "base/error.h"

/*
 * IPv6's settings of an interface (IFLA_INET6_CONF), which its sysctls show, too. By their files
 * each costs more the more network namespaces there are: net/sysctl.c says why. -1: unknown, or
 * IPv6 has nothing to do with the interface.
 */
struct link_conf {
	int forwarding, accept_ra, accept_redirects, disable_ipv6;
};

struct link {
	int ifindex;
	char name[IF_NAMESIZE];
	char kind[16]; /* IFLA_INFO_KIND: "veth", "bridge", ...; "" for a physical one */
	int master;    /* ifindex, or 0 */
	int peer;      /* IFLA_LINK: the other end's ifindex, in its own namespace; or 0 */
	int peer_nsid; /* IFLA_LINK_NETNSID: that namespace, or -1 for this one */
	bool has_mac;
	unsigned char mac[6];
	bool up;
	bool carrier;		  /* and running: IFF_LOWER_UP */
	unsigned int carrier_ups; /* how many times it began to run */
	bool learns; /* a bridge that learns MACs also of frames that no filter sees, as of LLDP */
	bool solicits;	  /* Neighbour Discovery is done there: not so on a tunnel or lo */
	bool multicast;	  /* it takes multicasts, as solicitations are */
	unsigned int mtu; /* bytes */
	struct link_conf conf;
};

/* Reads what the kernel tells of one. Returns 0 or -EBADMSG. */
int link_read(const struct nlmsghdr *h, struct link *ret);

/* Asks for one interface. Returns 0, -ENODEV or -errno; no message. */
int link_by_index(struct nl_sock *s, int ifindex, struct link *ret);
int link_by_name(struct nl_sock *s, const char *name, struct link *ret);

/* Calls each for every veth of the socket's namespace, as nl_ask does. Returns 0 or -errno. */
int link_each_veth(struct nl_sock *s, int (*each)(const struct link *link, void *arg), void *arg);

/* Reads all.forwarding and all.proxy_ndp (RTM_GETNETCONF). Returns 0 or -errno. */
int link_conf_all(struct nl_sock *s, int *ret_forwarding, int *ret_proxy_ndp);

/* Sets the interface up or down. Returns 0 or -errno. */
int link_set_up(struct nl_sock *s, int ifindex, bool up);

/* Gives the interface this MAC, as its own. Returns 0 or -errno. */
int link_set_mac(struct nl_sock *s, int ifindex, const unsigned char mac[6]);

/*
 * Has a bridge learn no MACs of frames that are for itself alone (BR_BOOLOPT_NO_LL_LEARN): spanning
 * tree and LLDP go past every chain. Returns 0 or -errno.
 */
int link_learn_less(struct nl_sock *s, int ifindex);

/*
 * The number by which the socket's namespace knows the one of the descriptor; assigns one if there
 * is none yet, as the kernel does too when it shows a veth that leads there.
 * Returns 0 or -errno.
 */
int link_nsid(struct nl_sock *s, int netns_fd, int *ret);

#endif
