/*
 * The messages that make a table, its sets, chains and rules, and the elements of its sets.
 *
 * Theory of operation: the attributes are those of include/uapi/linux/netfilter/nf_tables.h. What
 * is written here is what the kernel lists later, number by number, so that read.c can compare
 * both.
 */
#include "filter/build.h"

#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "filter/build_rule.h"
#include "filter/making.h"

/* What nft(8) keeps with a set, and reads (libnftnl's udata.h) */
#define SET_COMMENT 7
#define SET_BYTEORDER 0 /* NFTNL_UDATA_SET_KEYBYTEORDER: */
#define HOST_ORDER 1
#define NETWORK_ORDER 2

static struct nl_msg *table_message(const struct filter_table *t)
{
	struct making k =
		making_begin(t, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, NFTA_TABLE_NAME);

	making_number(&k, NFTA_TABLE_FLAGS, 0);
	making_comment(&k, NFTA_TABLE_USERDATA, t->comment);
	return making_end(&k);
}

struct nl_msg *build_end(const struct filter_table *t)
{
	struct making k = making_begin(t, NFT_MSG_DELTABLE, 0, NFTA_TABLE_NAME);

	return making_end(&k);
}

/* The comment of a set, and how it is to show numbers: those of interfaces are in this machine's
 * order. */
static void put_set_data(struct making *k, const struct filter_set *s)
{
	const uint32_t order = s->type == FILTER_INDEX ? HOST_ORDER : NETWORK_ORDER;
	unsigned char data[6 + 2 + FILTER_COMMENT_MAX] = { SET_BYTEORDER, sizeof(order) };

	memcpy(data + 2, &order, sizeof(order));
	making_put(k, NFTA_SET_USERDATA, data,
		   (size_t)(making_write_comment(data + 6, SET_COMMENT, s->comment) - data));
}

static struct nl_msg *set_message(const struct filter_table *t, size_t at)
{
	const struct filter_set *s = &t->sets[at];
	struct making k =
		making_begin(t, NFT_MSG_NEWSET, NLM_F_CREATE | NLM_F_EXCL, NFTA_SET_TABLE);

	making_text(&k, NFTA_SET_NAME, s->name);
	if (t->expiring >> at & 1)
		making_number(&k, NFTA_SET_FLAGS, NFT_SET_TIMEOUT);
	making_number(&k, NFTA_SET_KEY_TYPE, s->type);
	making_number(&k, NFTA_SET_KEY_LEN, s->len);
	put_set_data(&k, s);
	/* by which the rules of the same batch could name it; it is not listed, and stands last */
	making_number(&k, NFTA_SET_ID, (uint32_t)at + 1);
	return making_end(&k);
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
	struct making k =
		making_begin(t, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL, NFTA_CHAIN_TABLE);
	struct nlattr *nest;

	making_text(&k, NFTA_CHAIN_NAME, c->name);
	if (c->is_base) {
		nest = making_open(&k, NFTA_CHAIN_HOOK);
		making_number(&k, NFTA_HOOK_HOOKNUM, c->hook);
		making_number(&k, NFTA_HOOK_PRIORITY, (uint32_t)c->priority);
		making_close(&k, nest);
		making_number(&k, NFTA_CHAIN_POLICY, NF_ACCEPT);
		making_text(&k, NFTA_CHAIN_TYPE, "filter");
	}
	return making_end(&k);
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
			each(build_rule_at(t, c, term, 0, &term), arg);
	}
}

/* A message of one element. @comment: to be kept with it, or null; @ms: it goes after them, if not
 * 0
 */
static struct nl_msg *element_message(const struct filter_table *t,
				      const struct filter_element *element, int type, int flags,
				      const char *comment, unsigned int ms)
{
	struct making k = making_begin(t, type, flags, NFTA_SET_ELEM_LIST_TABLE);
	struct nlattr *all, *one;

	making_text(&k, NFTA_SET_ELEM_LIST_SET, t->sets[element->set].name);
	all = making_open(&k, NFTA_SET_ELEM_LIST_ELEMENTS);
	one = making_open(&k, NFTA_LIST_ELEM);
	making_value(&k, NFTA_SET_ELEM_KEY, element->key, element->len);
	if (ms)
		making_wide(&k, NFTA_SET_ELEM_TIMEOUT, ms);
	making_comment(&k, NFTA_SET_ELEM_USERDATA, comment);
	making_close(&k, one);
	making_close(&k, all);
	return making_end(&k);
}

struct nl_msg *build_element(const struct filter_table *t, const struct filter_element *element,
			     bool add)
{
	return add ? element_message(t, element, NFT_MSG_NEWSETELEM, NLM_F_CREATE, element->comment,
				     0)
		   : element_message(t, element, NFT_MSG_DELSETELEM, 0, NULL, 0);
}

struct nl_msg *build_element_for(const struct filter_table *t, const struct filter_element *element,
				 unsigned int ms)
{
	return element_message(t, element, NFT_MSG_NEWSETELEM, NLM_F_CREATE, NULL, ms);
}

struct nl_msg *build_empty(const struct filter_table *t, size_t set)
{
	struct making k = making_begin(t, NFT_MSG_DELSETELEM, 0, NFTA_SET_ELEM_LIST_TABLE);

	making_text(&k, NFTA_SET_ELEM_LIST_SET, t->sets[set].name);
	return making_end(&k);
}

struct nl_msg *build_element_look(const struct filter_table *t,
				  const struct filter_element *element)
{
	return element_message(t, element, NFT_MSG_GETSETELEM, 0, NULL, 0);
}
