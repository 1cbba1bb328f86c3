/*
 * The messages that add a rule, term by term, or remove one.
 *
 * Theory of operation: as in build.c, a rule is written as the kernel lists it later. Registers are
 * numbered as it lists them, too (net/netfilter/nf_tables_api.c: nft_dump_register).
 */
#include "filter/build_rule.h"

#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/xt_comment.h>
#include <string.h>

#include "filter/making.h"

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

	making_number(k, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = making_open(k, NFTA_IMMEDIATE_DATA);
	verdict = making_open(k, NFTA_DATA_VERDICT);
	making_number(k, NFTA_VERDICT_CODE, term->op);
	if (term->op == (uint32_t)NFT_GOTO || term->op == (uint32_t)NFT_JUMP)
		making_text(k, NFTA_VERDICT_CHAIN, term->name);
	making_close(k, verdict);
	making_close(k, data);
}

static void put_mask(struct making *k, const struct term *term, const struct registers *r)
{
	static const char zero[FILTER_KEY_MAX];

	making_number(k, NFTA_BITWISE_SREG, register_number(r->last));
	making_number(k, NFTA_BITWISE_DREG, register_number(r->last));
	making_number(k, NFTA_BITWISE_LEN, term->len);
	making_value(k, NFTA_BITWISE_MASK, term->value, term->len);
	making_value(k, NFTA_BITWISE_XOR, zero, term->len);
}

/* iptables' comment (include/uapi/linux/netfilter/xt_comment.h). */
static void put_remark(struct making *k, const char *text)
{
	struct xt_comment_info info = { 0 };

	strncpy((char *)info.comment, text, sizeof(info.comment) - 1);
	making_text(k, NFTA_MATCH_NAME, "comment");
	making_number(k, NFTA_MATCH_REV, 0);
	making_put(k, NFTA_MATCH_INFO, &info, sizeof(info));
}

static void put_term(struct making *k, const struct term *term, struct registers *r)
{
	switch (term->what) {
	case TERM_META:
		making_number(k, NFTA_META_DREG, load_to(r, term->len));
		making_number(k, NFTA_META_KEY, term->key);
		break;
	case TERM_CT:
		making_number(k, NFTA_CT_DREG, load_to(r, term->len));
		making_number(k, NFTA_CT_KEY, term->key);
		break;
	case TERM_FIB:
		making_number(k, NFTA_FIB_DREG, load_to(r, term->len));
		making_number(k, NFTA_FIB_RESULT, term->key);
		making_number(k, NFTA_FIB_FLAGS, term->op);
		break;
	case TERM_PAYLOAD:
		making_number(k, NFTA_PAYLOAD_DREG, load_to(r, term->len));
		making_number(k, NFTA_PAYLOAD_BASE, term->base);
		making_number(k, NFTA_PAYLOAD_OFFSET, term->offset);
		making_number(k, NFTA_PAYLOAD_LEN, term->len);
		break;
	case TERM_EXTENSION:
		making_number(k, NFTA_EXTHDR_DREG, load_to(r, term->len));
		making_put(k, NFTA_EXTHDR_TYPE, &(uint8_t){ (uint8_t)term->key }, 1);
		making_number(k, NFTA_EXTHDR_OFFSET, term->offset);
		making_number(k, NFTA_EXTHDR_LEN, term->len);
		break;
	case TERM_MASK:
		put_mask(k, term, r);
		break;
	case TERM_COMPARE:
		making_number(k, NFTA_CMP_SREG, register_number(r->last));
		making_number(k, NFTA_CMP_OP, term->op);
		making_value(k, NFTA_CMP_DATA, term->value, term->len);
		r->used = true;
		break;
	case TERM_LOOKUP:
		making_text(k, NFTA_LOOKUP_SET, term->name);
		making_number(k, NFTA_LOOKUP_SREG, register_number(0));
		making_number(k, NFTA_LOOKUP_FLAGS, term->op);
		r->used = true;
		break;
	case TERM_COUNTER:
		making_wide(k, NFTA_COUNTER_BYTES, 0);
		making_wide(k, NFTA_COUNTER_PACKETS, 0);
		break;
	case TERM_REMARK:
		put_remark(k, term->value);
		break;
	case TERM_VERDICT:
		put_verdict(k, term);
		break;
	}
}

struct nl_msg *build_rule_at(const struct filter_table *t, const struct filter_chain *c,
			     const struct term *term, uint64_t before, const struct term **ret_next)
{
	struct making k = making_begin(t, NFT_MSG_NEWRULE,
				       NLM_F_CREATE | (before ? 0 : NLM_F_APPEND), NFTA_RULE_TABLE);
	struct registers registers = { 0 };
	struct nlattr *all, *one, *data;

	making_text(&k, NFTA_RULE_CHAIN, c->name);
	all = making_open(&k, NFTA_RULE_EXPRESSIONS);
	for (;; term++) {
		one = making_open(&k, NFTA_LIST_ELEM);
		making_text(&k, NFTA_EXPR_NAME, names[term->what]);
		data = making_open(&k, NFTA_EXPR_DATA);
		put_term(&k, term, &registers);
		making_close(&k, data);
		making_close(&k, one);
		if (term->what == TERM_VERDICT)
			break;
	}
	making_close(&k, all);
	making_comment(&k, NFTA_RULE_USERDATA, term->op == NF_DROP ? term->comment : NULL);
	if (before)
		making_wide(&k, NFTA_RULE_POSITION, before);
	*ret_next = term + 1;
	return making_end(&k);
}

struct nl_msg *build_rule(const struct filter_table *t, const struct filter_chain *c,
			  uint64_t before)
{
	const struct term *ignored;

	return build_rule_at(t, c, c->terms, before, &ignored);
}

struct nl_msg *build_rule_end(const struct filter_table *t, const struct filter_chain *c,
			      uint64_t handle)
{
	struct making k = making_begin(t, NFT_MSG_DELRULE, 0, NFTA_RULE_TABLE);

	making_text(&k, NFTA_RULE_CHAIN, c->name);
	making_wide(&k, NFTA_RULE_HANDLE, handle);
	return making_end(&k);
}
