/*
 * What other firewalls on this host do with what is forwarded: looked at here, never changed.
 *
 * Theory of operation: the chains of nf_tables are listed, and for each base chain that filters at
 * prerouting or at the forward hook the rules are read, then those of the chains to which they
 * jump; once for what comes to the container, once for what goes from it. What a rule says that is
 * not understood (other_rule.c) is taken to hold where the rule accepts, and not to hold where it
 * drops, so that in doubt nothing is said.
 *
 * Whose chains they are is told by their names: those of ufw begin with "ufw6-", those of Docker
 * with "DOCKER", firewalld has a table of its own.
 */
#include "filter/other_look.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "filter/guard_table.h"
#include "wire/nl.h"

#define CHAINS_MOST 64 /* that are followed from one base chain */
#define NAME_MAX_LEN 256
#define FIREWALLD_LOADS "firewalld_policy_drop" /* its table while it loads its own anew */

struct chain {
	unsigned int family;
	bool early;  /* at prerouting */
	bool closed; /* its policy is drop */
	char table[NAME_MAX_LEN], name[NAME_MAX_LEN];
};

/* The base chains that filter. */
struct bases {
	bool asked; /* what asks for an address meets them: wanted instead of the forward hook's */
	struct chain list[16];
	size_t count;
};

/* The chains that a packet may come through, and what becomes of it. */
struct walk {
	const struct other_way *way;
	bool out;   /* what goes from the container; else what comes to it */
	bool asked; /* or what asks for it on the uplink */
	struct {
		char name[NAME_MAX_LEN];
		bool unsure; /* whether it is led here */
	} chains[CHAINS_MOST];
	size_t count, at;
	bool accepted; /* by one of their rules */
	bool dropped;
	bool drops;		  /* one drops something, whatever it is */
	bool meant;		  /* what drops is a rule that somebody has made for it, */
	bool docker;		  /* or one of Docker's own */
	bool has_docker, has_ufw; /* the way leads through their chains */
};

static uint32_t number(const struct nlattr *a)
{
	return a && nla_len(a) >= (int)sizeof(uint32_t) ? ntohl(nla_get_u32(a)) : 0;
}

static struct nl_msg *message(int type, unsigned int family)
{
	const struct nfgenmsg msg = { .nfgen_family = (uint8_t)family, .version = NFNETLINK_V0 };

	return nl_new(NFNL_SUBSYS_NFTABLES << 8 | type, NLM_F_DUMP, &msg, sizeof(msg));
}

/* Keeps a base chain that filters at prerouting or at the forward hook. */
static int on_chain(const struct nlmsghdr *h, void *arg)
{
	struct nlattr *attr[NFTA_CHAIN_MAX + 1], *hook[NFTA_HOOK_MAX + 1];
	const struct nfgenmsg *msg = nlmsg_data(h);
	struct bases *b = arg;
	struct chain *c;
	uint32_t at;

	/* most are of others: what guards bridges has many */
	if (msg->nfgen_family != NFPROTO_IPV6 && msg->nfgen_family != NFPROTO_INET)
		return 0;
	if (nlmsg_parse((struct nlmsghdr *)h, sizeof(*msg), attr, NFTA_CHAIN_MAX, NULL) < 0)
		return -EBADMSG;
	if (!attr[NFTA_CHAIN_HOOK] || !attr[NFTA_CHAIN_POLICY] || !attr[NFTA_CHAIN_TABLE] ||
	    !attr[NFTA_CHAIN_NAME] || !attr[NFTA_CHAIN_TYPE] ||
	    nla_strcmp(attr[NFTA_CHAIN_TYPE], "filter") != 0 ||
	    nla_strcmp(attr[NFTA_CHAIN_TABLE], guard_table.name) == 0 ||
	    nla_strcmp(attr[NFTA_CHAIN_TABLE], FIREWALLD_LOADS) == 0 ||
	    nla_parse_nested(hook, NFTA_HOOK_MAX, attr[NFTA_CHAIN_HOOK], NULL) < 0 ||
	    b->count == sizeof(b->list) / sizeof(b->list[0]))
		return 0;
	at = number(hook[NFTA_HOOK_HOOKNUM]);
	if (at != NF_INET_PRE_ROUTING && at != (b->asked ? NF_INET_LOCAL_IN : NF_INET_FORWARD))
		return 0;
	c = &b->list[b->count++];
	c->family = msg->nfgen_family;
	c->early = at == NF_INET_PRE_ROUTING;
	c->closed = number(attr[NFTA_CHAIN_POLICY]) == NF_DROP;
	nla_strlcpy(c->table, attr[NFTA_CHAIN_TABLE], sizeof(c->table));
	nla_strlcpy(c->name, attr[NFTA_CHAIN_NAME], sizeof(c->name));
	return 0;
}

static bool begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

static bool ends(const char *name, const char *with)
{
	size_t len = strlen(name), of = strlen(with);

	return len >= of && strcmp(name + len - of, with) == 0;
}

/* Notes in whose chain what drops is: one for what all owners drop, or for what somebody has said.
 */
static void note_dropped(struct walk *w)
{
	const char *chain = w->chains[w->at].name;

	w->dropped = true;
	if (begins(chain, "DOCKER") && strcmp(chain, "DOCKER-USER") != 0)
		w->docker = true;
	else if (!begins(chain, "ufw6-") || begins(chain, "ufw6-user-"))
		/* of firewalld's, which are in a table of their own */
		w->meant |= !begins(chain, "filter_") || ends(chain, "_deny");
}

/* A rule that accepts ends the walk, one that jumps makes it longer. */
static int on_rule(const struct nlmsghdr *h, void *arg)
{
	struct nlattr *attr[NFTA_RULE_MAX + 1];
	struct walk *w = arg;
	struct other_rule r = { .way = w->way, .out = w->out, .unsure = w->chains[w->at].unsure };
	char name[NAME_MAX_LEN];

	if (nlmsg_parse((struct nlmsghdr *)h, sizeof(struct nfgenmsg), attr, NFTA_RULE_MAX, NULL) <
	    0)
		return -EBADMSG;
	if (!attr[NFTA_RULE_EXPRESSIONS])
		return 0;
	other_rule_read(attr[NFTA_RULE_EXPRESSIONS], &r);
	w->drops |= r.drops;
	if (r.fails || (w->asked && r.protocol && r.protocol != IPPROTO_ICMPV6))
		return 0;
	/* what asks is ICMPv6, and of no connection */
	w->accepted |= r.accepts && !(w->asked ? r.answers : r.partial);
	if (r.drops && !r.partial && !r.unsure)
		note_dropped(w);
	if (!r.jump || w->count == CHAINS_MOST)
		return 0;
	nla_strlcpy(name, r.jump, sizeof(name));
	w->has_docker |= strcmp(name, "DOCKER-USER") == 0;
	w->has_ufw |= begins(name, "ufw6-");
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->chains[i].name, name) == 0)
			return 0;
	w->chains[w->count].unsure = r.partial || r.unsure;
	memcpy(w->chains[w->count++].name, name, sizeof(name));
	return 0;
}

/* Reads the base chain and those that it leads to, as long as none accepts. Returns 0 or -errno. */
static int walk(struct nl_sock *s, const struct chain *base, struct walk *w)
{
	int r = 0;

	memcpy(w->chains[0].name, base->name, sizeof(base->name));
	w->count = 1;
	for (w->at = 0; r == 0 && w->at < w->count && !w->accepted; w->at++) {
		_nl_msg_ struct nl_msg *m = message(NFT_MSG_GETRULE, base->family);

		if (!m || nla_put_string(m, NFTA_RULE_TABLE, base->table) < 0 ||
		    nla_put_string(m, NFTA_RULE_CHAIN, w->chains[w->at].name) < 0)
			return -ENOMEM;
		r = nl_ask(s, m, on_rule, w);
	}
	return r;
}

/* Who is to be told what to let through, of those through whose chains a dropped way leads. */
static enum other_owner owner_of(const struct chain *c, const struct walk *w)
{
	if (w->meant || c->early)
		return OTHER_OWNERS;
	if (c->family == NFPROTO_INET)
		return strcmp(c->table, "firewalld") == 0 ? OTHER_FIREWALLD : OTHER_OWNERS;
	if (strcmp(c->table, "filter") != 0 || strcmp(c->name, "FORWARD") != 0)
		return OTHER_OWNERS;
	/* Docker's chains come first, and what they drop ufw does not see */
	if (w->has_ufw && !w->docker)
		return OTHER_UFW;
	return w->has_docker ? OTHER_DOCKER : OTHER_OWNERS;
}

/* Writes which it is, as nft(8) names it. */
static void name_chain(const struct chain *c, char *out, size_t size)
{
	snprintf(out, size, "%s %.60s %.60s", c->family == NFPROTO_INET ? "inet" : "ip6", c->table,
		 c->name);
}

/* Adds what a base chain does in one direction. */
static void look_at(struct nl_sock *s, const struct chain *c, const struct other_way *way, bool out,
		    struct other_wall *ret)
{
	struct walk w = { .way = way, .out = out };
	bool drops = walk(s, c, &w) == 0 && !w.accepted && (w.dropped || c->closed);

	ret->any |= w.drops || c->closed;
	if (!drops || ret->early || (ret->drops && !c->early))
		return;
	ret->drops = true;
	ret->early = c->early;
	ret->owner = owner_of(c, &w);
	ret->passed = 1U << ret->owner | (w.has_ufw ? 1U << OTHER_UFW : 0);
	name_chain(c, ret->chain, sizeof(ret->chain));
}

/* Opens a socket and lists the base chains. Returns 0 or -errno. */
static int list_bases(struct nl_sock **s, bool asked, struct bases *ret)
{
	_nl_msg_ struct nl_msg *m = NULL;
	struct error ignored;
	int r = nl_open_filter(s, &ignored);

	if (r < 0)
		return r;
	ret->asked = asked;
	ret->count = 0;
	m = message(NFT_MSG_GETCHAIN, AF_UNSPEC);
	return nl_ask(*s, m, on_chain, ret);
}

bool other_look_asked(const char *uplink, char *chain, size_t size)
{
	/* the group of those who may have the address (RFC 4291, 2.7.1) */
	const struct other_way way = {
		.uplink = uplink,
		.bridge = "",
		.address = { .s6_addr = { 0xff, 0x02, [11] = 1, 0xff } },
	};
	_nl_sock_ struct nl_sock *s = NULL;
	struct bases bases;

	if (list_bases(&s, true, &bases) < 0)
		return false;
	for (size_t i = 0; i < bases.count; i++) {
		const struct chain *c = &bases.list[i];
		struct walk w = { .way = &way, .asked = true };

		if (walk(s, c, &w) < 0 || w.accepted || (!w.dropped && !c->closed))
			continue;
		name_chain(c, chain, size);
		return true;
	}
	return false;
}

void other_look(const struct other_way *way, struct other_wall *ret)
{
	_nl_sock_ struct nl_sock *s = NULL;
	struct bases bases;

	*ret = (struct other_wall){ .owner = OTHER_OWNERS };
	if (list_bases(&s, false, &bases) < 0)
		return;
	for (size_t i = 0; i < bases.count; i++) {
		look_at(s, &bases.list[i], way, false, ret);
		look_at(s, &bases.list[i], way, true, ret);
	}
}
