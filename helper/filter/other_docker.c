/*
 * Docker's place for others: the chain DOCKER-USER, which it makes and leaves alone.
 *
 * Theory of operation: an opening is two rules, for what comes and for what goes, as ip6tables on
 * nf_tables would have written them, so that ip6tables lists them, and whoever saves and restores
 * its rules keeps them. Their comment says which opening they are. They stand behind all that an
 * administrator has put there, so that what that drops is dropped, but before the RETURN with which
 * older versions of Docker end the chain (net/netfilter/nf_tables_api.c: nf_tables_newrule).
 */
#include "filter/other_docker.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "filter/batch.h"
#include "filter/build_rule.h"
#include "filter/making.h"
#include "filter/other_rule.h"
#include "filter/read.h"
#include "filter/table.h"
#include "wire/nl.h"

#define TRIES 8 /* of what rests on a reading, while others are at work */
#define RULES_MOST (2 * OPENINGS_MOST)

static const struct filter_table table = { .name = "filter", .family = NFPROTO_IPV6 };
static const struct filter_chain chain = { .name = "DOCKER-USER" };

/* What there is in the chain. */
struct found {
	struct {
		struct opening is;
		uint64_t handle;
		bool out;
	} list[RULES_MOST];
	size_t count;
	uint64_t end; /* the handle of a RETURN that ends it, or 0 */
};

/* "v6hook in br0 2001:db8:1::/112" */
static void put_remark(const struct opening *o, bool out, char *text, size_t size)
{
	char prefix[OPENING_TEXT_MAX];

	snprintf(text, size, OPENING_MARK " %s %s %s", out ? "from" : "to", o->bridge,
		 opening_prefix_text(o, prefix));
}

static bool read_remark(const char *text, struct opening *ret, bool *ret_out)
{
	char prefix[OPENING_TEXT_MAX], way[8];

	*ret = (struct opening){ .length = 0 };
	if (sscanf(text, OPENING_MARK " %7s %15s %79s", way, ret->bridge, prefix) != 3 ||
	    opening_prefix_read(prefix, ret) < 0)
		return false;
	*ret_out = strcmp(way, "from") == 0;
	return true;
}

/* The comment of a rule, or null. */
static const char *remark_of(struct nlattr *expressions)
{
	struct nlattr *attr[NFTA_EXPR_MAX + 1], *match[NFTA_MATCH_MAX + 1], *one;
	int left;

	nla_for_each_nested(one, expressions, left)
	{
		const char *text;

		if (nla_parse_nested(attr, NFTA_EXPR_MAX, one, NULL) < 0 || !attr[NFTA_EXPR_NAME] ||
		    !attr[NFTA_EXPR_DATA] || nla_strcmp(attr[NFTA_EXPR_NAME], "match") != 0 ||
		    nla_parse_nested(match, NFTA_MATCH_MAX, attr[NFTA_EXPR_DATA], NULL) < 0 ||
		    !match[NFTA_MATCH_NAME] || !match[NFTA_MATCH_INFO] ||
		    nla_strcmp(match[NFTA_MATCH_NAME], "comment") != 0)
			continue;
		text = nla_data(match[NFTA_MATCH_INFO]);
		return memchr(text, '\0', (size_t)nla_len(match[NFTA_MATCH_INFO])) ? text : NULL;
	}
	return NULL;
}

static int on_rule(const struct nlmsghdr *h, void *arg)
{
	struct nlattr *attr[NFTA_RULE_MAX + 1];
	static const struct other_way any = { .uplink = "", .bridge = "" };
	struct other_rule rule = { .way = &any };
	struct found *f = arg;
	const char *remark;
	uint64_t handle;

	if (nlmsg_parse((struct nlmsghdr *)h, sizeof(struct nfgenmsg), attr, NFTA_RULE_MAX, NULL) <
		    0 ||
	    !attr[NFTA_RULE_HANDLE] || !attr[NFTA_RULE_EXPRESSIONS])
		return -EBADMSG;
	handle = be64toh(nla_get_u64(attr[NFTA_RULE_HANDLE]));
	remark = remark_of(attr[NFTA_RULE_EXPRESSIONS]);
	if (remark && f->count < RULES_MOST &&
	    read_remark(remark, &f->list[f->count].is, &f->list[f->count].out))
		f->list[f->count++].handle = handle;
	other_rule_read(attr[NFTA_RULE_EXPRESSIONS], &rule);
	f->end = rule.returns && !rule.fails && !rule.partial && !rule.unsure ? handle : 0;
	return 0;
}

/* Reads the chain; it may not be there. Returns 0 or -errno. */
static int read_chain(struct nl_sock *nl, struct found *ret)
{
	_nl_msg_ struct nl_msg *m = making_message(&table, NFT_MSG_GETRULE, NLM_F_DUMP);
	int r;

	ret->count = 0;
	ret->end = 0;
	if (!m || nla_put_string(m, NFTA_RULE_TABLE, table.name) < 0 ||
	    nla_put_string(m, NFTA_RULE_CHAIN, chain.name) < 0)
		return -ENOMEM;
	r = nl_ask(nl, m, on_rule, ret);
	return r == -ENOENT || r == -EOPNOTSUPP ? 0 : r;
}

static int read_openings(struct openings *ret, struct error *e)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	_free_ struct found *f = malloc(sizeof(*f));
	int r = f ? nl_open_filter(&nl, e) : -ENOMEM;

	/* a kernel without nf_tables keeps nothing in it */
	if (r == -EPROTONOSUPPORT)
		return 0;
	if (r == 0)
		r = read_chain(nl, f);
	if (r < 0)
		return error_sys(e, r, "cannot read the chain %s", chain.name);
	for (size_t i = 0; i < f->count; i++)
		openings_add(ret, &f->list[i].is);
	return 0;
}

/* The message for one of the two rules. */
static struct nl_msg *rule_of(const struct opening *o, bool out, uint64_t before)
{
	struct in6_addr mask = { 0 };
	char remark[IF_NAMESIZE + OPENING_TEXT_MAX + 32];
	struct term terms[8];
	struct filter_chain c = chain;
	size_t n = 0;

	for (unsigned int i = 0; i < o->length; i++)
		mask.s6_addr[i / 8] |= (uint8_t)(0x80 >> i % 8);
	put_remark(o, out, remark, sizeof(remark));
	terms[n++] = (struct term){ .what = TERM_META,
				    .key = out ? NFT_META_IIFNAME : NFT_META_OIFNAME,
				    .len = IF_NAMESIZE };
	terms[n++] = (struct term){ .what = TERM_COMPARE,
				    .op = NFT_CMP_EQ,
				    .value = o->bridge,
				    .len = (uint32_t)strlen(o->bridge) + 1 };
	terms[n++] = (struct term){ .what = TERM_PAYLOAD,
				    .base = NFT_PAYLOAD_NETWORK_HEADER,
				    .offset = out ? 8 : 24, /* RFC 8200, 3 */
				    .len = sizeof(mask) };
	if (o->length < 128)
		terms[n++] = (struct term){ .what = TERM_MASK,
					    .value = (const char *)&mask,
					    .len = sizeof(mask) };
	terms[n++] = (struct term){ .what = TERM_COMPARE,
				    .op = NFT_CMP_EQ,
				    .value = (const char *)&o->prefix,
				    .len = sizeof(o->prefix) };
	terms[n++] = (struct term){ .what = TERM_REMARK, .value = remark };
	terms[n++] = (struct term){ .what = TERM_COUNTER };
	terms[n++] = (struct term)ACCEPT;
	c.terms = terms;
	c.count = n;
	return build_rule(&table, &c, before);
}

/* One try of what follows. */
static int try_change(struct nl_sock *nl, const struct opening *o, bool opens, struct found *f)
{
	bool has[2] = { false, false };
	uint32_t generation = 0;
	_batch_ struct batch b;
	int r = read_generation(nl, &generation);

	if (r == 0)
		r = read_chain(nl, f);
	/* not before: what is asked between two of its messages would be numbered among them */
	batch_begin(&b, nl, generation);
	if (r < 0)
		return r;
	for (size_t i = 0; i < f->count; i++) {
		bool own = opening_is_same(&f->list[i].is, o);

		/* one that is there twice once only */
		if (own && (!opens || has[f->list[i].out]))
			batch_add(&b, build_rule_end(&table, &chain, f->list[i].handle));
		if (own)
			has[f->list[i].out] = true;
	}
	for (int out = 0; opens && out < 2; out++)
		if (!has[out])
			batch_add(&b, rule_of(o, out, f->end));
	return batch_is_empty(&b) ? 0 : batch_commit(&b);
}

static int change(const struct opening *o, bool opens, struct error *e)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	_free_ struct found *f = malloc(sizeof(*f));
	int r = f ? nl_open_filter(&nl, e) : -ENOMEM;

	if (r == 0) {
		r = -ERESTART;
		for (int tries = 0; tries < TRIES && r == -ERESTART; tries++)
			r = try_change(nl, o, opens, f);
	}
	return r < 0 ? error_sys(e, r, "cannot change the chain %s", chain.name) : 0;
}

static int open_it(const struct opening *o, struct error *e)
{
	return change(o, true, e);
}

static int close_it(const struct opening *o, struct error *e)
{
	return change(o, false, e);
}

static void tell(const struct opening *o, bool kept, char *out, size_t size)
{
	char prefix[OPENING_TEXT_MAX];

	(void)kept;
	opening_prefix_text(o, prefix);
	snprintf(out, size,
		 "ip6tables -I DOCKER-USER -o %s -d %s -j ACCEPT; "
		 "ip6tables -I DOCKER-USER -i %s -s %s -j ACCEPT",
		 o->bridge, prefix, o->bridge, prefix);
}

const struct opening_ops other_docker = {
	.name = "Docker",
	.read = read_openings,
	.open = open_it,
	.close = close_it,
	.tell = tell,
};
