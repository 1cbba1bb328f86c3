/*
 * The messages that make a table, its sets, chains and rules, and the elements of its sets.
 *
 * Theory of operation: the attributes are those of include/uapi/linux/netfilter/nf_tables.h. What
 * is written here is what the kernel lists later, number by number, so that check.c can compare
 * both. Registers are numbered as the kernel lists them, too (net/netfilter/nf_tables_api.c:
 * nft_dump_register).
 */
#include "filter/build.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/xt_comment.h>
#include <string.h>

/* What nft(8) keeps with things, and reads: type, length, value (libnftnl's udata.h) */
#define COMMENT 0 /* NFTNL_UDATA_*_COMMENT, but that of a set: */
#define SET_COMMENT 7
#define SET_BYTEORDER 0 /* NFTNL_UDATA_SET_KEYBYTEORDER: */
#define HOST_ORDER 1
#define NETWORK_ORDER 2

/* One message in the making; without memory, or too long, it is none. */
struct making {
	struct nl_msg *m;
	bool failed;
};

static void put(struct making *k, int type, const void *data, size_t len)
{
	k->failed = k->failed || nla_put(k->m, type, (int)len, data) < 0;
}

static void put_text(struct making *k, int type, const char *text)
{
	put(k, type, text, strlen(text) + 1);
}

static void put_number(struct making *k, int type, uint32_t number)
{
	const uint32_t wire = htonl(number);

	put(k, type, &wire, sizeof(wire));
}

static struct nlattr *open_nest(struct making *k, int type)
{
	struct nlattr *nest = k->failed ? NULL : nla_nest_start(k->m, type | NLA_F_NESTED);

	k->failed = !nest;
	return nest;
}

static void close_nest(struct making *k, struct nlattr *nest)
{
	if (!k->failed)
		nla_nest_end(k->m, nest);
}

/* Data of one attribute, as it is nested. */
static void put_value(struct making *k, int type, const void *value, size_t len)
{
	struct nlattr *nest = open_nest(k, type);

	put(k, NFTA_DATA_VALUE, value, len);
	close_nest(k, nest);
}

/* Writes a comment, if there is one. Returns the end of it. */
static unsigned char *write_comment(unsigned char *out, unsigned char what, const char *comment)
{
	size_t len = comment ? strlen(comment) : 0;

	if (!len)
		return out;
	if (len >= FILTER_COMMENT_MAX)
		len = FILTER_COMMENT_MAX - 1;
	out[0] = what;
	out[1] = (unsigned char)(len + 1);
	memcpy(out + 2, comment, len);
	out[2 + len] = '\0';
	return out + 2 + len + 1;
}

/* What nft(8) shows behind "comment". */
static void put_comment(struct making *k, int type, const char *comment)
{
	unsigned char data[2 + FILTER_COMMENT_MAX];
	size_t len = (size_t)(write_comment(data, COMMENT, comment) - data);

	if (len)
		put(k, type, data, len);
}

/* The same of a set, and how it is to show numbers: those of interfaces are in this machine's
 * order. */
static void put_set_data(struct making *k, const struct filter_set *s)
{
	const uint32_t order = s->type == FILTER_INDEX ? HOST_ORDER : NETWORK_ORDER;
	unsigned char data[6 + 2 + FILTER_COMMENT_MAX] = { SET_BYTEORDER, sizeof(order) };

	memcpy(data + 2, &order, sizeof(order));
	put(k, NFTA_SET_USERDATA, data,
	    (size_t)(write_comment(data + 6, SET_COMMENT, s->comment) - data));
}

/* Begins a message that names the table by the attribute. */
static struct making begin(const struct filter_table *t, int type, int flags, int table_attribute)
{
	struct making k = { .m = build_message(t, type, flags) };

	k.failed = !k.m;
	put_text(&k, table_attribute, t->name);
	return k;
}

static struct nl_msg *end(struct making *k)
{
	if (!k->failed)
		return k->m;
	if (k->m)
		nlmsg_free(k->m);
	return NULL;
}

struct nl_msg *build_message(const struct filter_table *t, int type, int flags)
{
	const struct nfgenmsg msg = { .nfgen_family = t->family, .version = NFNETLINK_V0 };

	return nl_new(NFNL_SUBSYS_NFTABLES << 8 | type, flags, &msg, sizeof(msg));
}

static struct nl_msg *table_message(const struct filter_table *t)
{
	struct making k = begin(t, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, NFTA_TABLE_NAME);

	put_number(&k, NFTA_TABLE_FLAGS, 0);
	put_comment(&k, NFTA_TABLE_USERDATA, t->comment);
	return end(&k);
}

struct nl_msg *build_end(const struct filter_table *t)
{
	struct making k = begin(t, NFT_MSG_DELTABLE, 0, NFTA_TABLE_NAME);

	return end(&k);
}

static struct nl_msg *set_message(const struct filter_table *t, size_t at)
{
	const struct filter_set *s = &t->sets[at];
	struct making k = begin(t, NFT_MSG_NEWSET, NLM_F_CREATE | NLM_F_EXCL, NFTA_SET_TABLE);

	put_text(&k, NFTA_SET_NAME, s->name);
	put_number(&k, NFTA_SET_KEY_TYPE, s->type);
	put_number(&k, NFTA_SET_KEY_LEN, s->len);
	put_set_data(&k, s);
	/* by which the rules of the same batch could name it; it is not listed, and stands last */
	put_number(&k, NFTA_SET_ID, (uint32_t)at + 1);
	return end(&k);
}

int build_listed_len(const struct nlmsghdr *message)
{
	int len = nlmsg_attrlen(message, sizeof(struct nfgenmsg));

	return (message->nlmsg_type & 0xff) == NFT_MSG_NEWSET
		       ? len - nla_total_size(sizeof(uint32_t))
		       : len;
}

static struct nl_msg *chain_message(const struct filter_table *t, const struct filter_chain *c)
{
	struct making k = begin(t, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL, NFTA_CHAIN_TABLE);
	struct nlattr *nest;

	put_text(&k, NFTA_CHAIN_NAME, c->name);
	if (c->is_base) {
		nest = open_nest(&k, NFTA_CHAIN_HOOK);
		put_number(&k, NFTA_HOOK_HOOKNUM, c->hook);
		put_number(&k, NFTA_HOOK_PRIORITY, (uint32_t)c->priority);
		close_nest(&k, nest);
		put_number(&k, NFTA_CHAIN_POLICY, NF_ACCEPT);
		put_text(&k, NFTA_CHAIN_TYPE, "filter");
	}
	return end(&k);
}

/* Where values are while a rule is read: in words of four bytes. */
struct registers {
	uint32_t last; /* where the last load went, */
	uint32_t next; /* and where the next goes, if it is of the same key */
	bool used;     /* the key is compared: the next load begins another */
};

static uint32_t register_number(uint32_t word)
{
	return word % 4 ? NFT_REG32_00 + word : NFT_REG_1 + word / 4;
}

/* Where the term's load goes. */
static uint32_t load_to(struct registers *r, uint32_t len)
{
	if (r->used)
		*r = (struct registers){ 0 };
	r->last = r->next;
	r->next += (len + 3) / 4;
	return register_number(r->last);
}

static const char *const names[] = {
	[TERM_META] = "meta",	  [TERM_PAYLOAD] = "payload",	[TERM_EXTENSION] = "exthdr",
	[TERM_CT] = "ct",	  [TERM_MASK] = "bitwise",	[TERM_COMPARE] = "cmp",
	[TERM_LOOKUP] = "lookup", [TERM_VERDICT] = "immediate", [TERM_COUNTER] = "counter",
	[TERM_REMARK] = "match",  [TERM_FIB] = "fib",
};

static void put_verdict(struct making *k, const struct term *term)
{
	struct nlattr *data, *verdict;

	put_number(k, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = open_nest(k, NFTA_IMMEDIATE_DATA);
	verdict = open_nest(k, NFTA_DATA_VERDICT);
	put_number(k, NFTA_VERDICT_CODE, term->op);
	if (term->op == (uint32_t)NFT_GOTO || term->op == (uint32_t)NFT_JUMP)
		put_text(k, NFTA_VERDICT_CHAIN, term->name);
	close_nest(k, verdict);
	close_nest(k, data);
}

static void put_mask(struct making *k, const struct term *term, const struct registers *r)
{
	static const char zero[FILTER_KEY_MAX];

	put_number(k, NFTA_BITWISE_SREG, register_number(r->last));
	put_number(k, NFTA_BITWISE_DREG, register_number(r->last));
	put_number(k, NFTA_BITWISE_LEN, term->len);
	put_value(k, NFTA_BITWISE_MASK, term->value, term->len);
	put_value(k, NFTA_BITWISE_XOR, zero, term->len);
}

static void put_wide(struct making *k, int type, uint64_t number)
{
	const uint64_t wire = htobe64(number);

	put(k, type, &wire, sizeof(wire));
}

/* iptables' comment (include/uapi/linux/netfilter/xt_comment.h). */
static void put_remark(struct making *k, const char *text)
{
	struct xt_comment_info info = { 0 };

	strncpy((char *)info.comment, text, sizeof(info.comment) - 1);
	put_text(k, NFTA_MATCH_NAME, "comment");
	put_number(k, NFTA_MATCH_REV, 0);
	put(k, NFTA_MATCH_INFO, &info, sizeof(info));
}

static void put_term(struct making *k, const struct term *term, struct registers *r)
{
	switch (term->what) {
	case TERM_META:
		put_number(k, NFTA_META_DREG, load_to(r, term->len));
		put_number(k, NFTA_META_KEY, term->key);
		break;
	case TERM_CT:
		put_number(k, NFTA_CT_DREG, load_to(r, term->len));
		put_number(k, NFTA_CT_KEY, term->key);
		break;
	case TERM_FIB:
		put_number(k, NFTA_FIB_DREG, load_to(r, term->len));
		put_number(k, NFTA_FIB_RESULT, term->key);
		put_number(k, NFTA_FIB_FLAGS, term->op);
		break;
	case TERM_PAYLOAD:
		put_number(k, NFTA_PAYLOAD_DREG, load_to(r, term->len));
		put_number(k, NFTA_PAYLOAD_BASE, term->base);
		put_number(k, NFTA_PAYLOAD_OFFSET, term->offset);
		put_number(k, NFTA_PAYLOAD_LEN, term->len);
		break;
	case TERM_EXTENSION:
		put_number(k, NFTA_EXTHDR_DREG, load_to(r, term->len));
		put(k, NFTA_EXTHDR_TYPE, &(uint8_t){ (uint8_t)term->key }, 1);
		put_number(k, NFTA_EXTHDR_OFFSET, term->offset);
		put_number(k, NFTA_EXTHDR_LEN, term->len);
		break;
	case TERM_MASK:
		put_mask(k, term, r);
		break;
	case TERM_COMPARE:
		put_number(k, NFTA_CMP_SREG, register_number(r->last));
		put_number(k, NFTA_CMP_OP, term->op);
		put_value(k, NFTA_CMP_DATA, term->value, term->len);
		r->used = true;
		break;
	case TERM_LOOKUP:
		put_text(k, NFTA_LOOKUP_SET, term->name);
		put_number(k, NFTA_LOOKUP_SREG, register_number(0));
		put_number(k, NFTA_LOOKUP_FLAGS, term->op);
		r->used = true;
		break;
	case TERM_COUNTER:
		put_wide(k, NFTA_COUNTER_BYTES, 0);
		put_wide(k, NFTA_COUNTER_PACKETS, 0);
		break;
	case TERM_REMARK:
		put_remark(k, term->value);
		break;
	case TERM_VERDICT:
		put_verdict(k, term);
		break;
	}
}

/*
 * The message for the rule that begins with the term. @before: as build_rule
 * @ret_next: the first of the next rule
 */
static struct nl_msg *rule_message(const struct filter_table *t, const struct filter_chain *c,
				   const struct term *term, uint64_t before,
				   const struct term **ret_next)
{
	struct making k = begin(t, NFT_MSG_NEWRULE, NLM_F_CREATE | (before ? 0 : NLM_F_APPEND),
				NFTA_RULE_TABLE);
	struct registers registers = { 0 };
	struct nlattr *all, *one, *data;

	put_text(&k, NFTA_RULE_CHAIN, c->name);
	all = open_nest(&k, NFTA_RULE_EXPRESSIONS);
	for (;; term++) {
		one = open_nest(&k, NFTA_LIST_ELEM);
		put_text(&k, NFTA_EXPR_NAME, names[term->what]);
		data = open_nest(&k, NFTA_EXPR_DATA);
		put_term(&k, term, &registers);
		close_nest(&k, data);
		close_nest(&k, one);
		if (term->what == TERM_VERDICT)
			break;
	}
	close_nest(&k, all);
	put_comment(&k, NFTA_RULE_USERDATA, term->op == NF_DROP ? term->comment : NULL);
	if (before)
		put_wide(&k, NFTA_RULE_POSITION, before);
	*ret_next = term + 1;
	return end(&k);
}

void build_table(const struct filter_table *t, void (*each)(struct nl_msg *message, void *arg),
		 void *arg)
{
	each(table_message(t), arg);
	for (size_t i = 0; i < t->set_count; i++)
		each(set_message(t, i), arg);
	for (size_t i = 0; i < t->chain_count; i++)
		each(chain_message(t, &t->chains[i]), arg);
	for (size_t i = 0; i < t->chain_count; i++) {
		const struct filter_chain *c = &t->chains[i];

		for (const struct term *term = c->terms; term < c->terms + c->count;)
			each(rule_message(t, c, term, 0, &term), arg);
	}
}

struct nl_msg *build_rule(const struct filter_table *t, const struct filter_chain *c,
			  uint64_t before)
{
	const struct term *ignored;

	return rule_message(t, c, c->terms, before, &ignored);
}

struct nl_msg *build_rule_end(const struct filter_table *t, const struct filter_chain *c,
			      uint64_t handle)
{
	struct making k = begin(t, NFT_MSG_DELRULE, 0, NFTA_RULE_TABLE);

	put_text(&k, NFTA_RULE_CHAIN, c->name);
	put_wide(&k, NFTA_RULE_HANDLE, handle);
	return end(&k);
}

/* A message of one element. @comment: to be kept with it, or null */
static struct nl_msg *element_message(const struct filter_table *t,
				      const struct filter_element *element, int type, int flags,
				      const char *comment)
{
	struct making k = begin(t, type, flags, NFTA_SET_ELEM_LIST_TABLE);
	struct nlattr *all, *one;

	put_text(&k, NFTA_SET_ELEM_LIST_SET, t->sets[element->set].name);
	all = open_nest(&k, NFTA_SET_ELEM_LIST_ELEMENTS);
	one = open_nest(&k, NFTA_LIST_ELEM);
	put_value(&k, NFTA_SET_ELEM_KEY, element->key, element->len);
	put_comment(&k, NFTA_SET_ELEM_USERDATA, comment);
	close_nest(&k, one);
	close_nest(&k, all);
	return end(&k);
}

struct nl_msg *build_element(const struct filter_table *t, const struct filter_element *element,
			     bool add)
{
	return add ? element_message(t, element, NFT_MSG_NEWSETELEM, NLM_F_CREATE, element->comment)
		   : element_message(t, element, NFT_MSG_DELSETELEM, 0, NULL);
}

struct nl_msg *build_element_look(const struct filter_table *t,
				  const struct filter_element *element)
{
	return element_message(t, element, NFT_MSG_GETSETELEM, 0, NULL);
}
