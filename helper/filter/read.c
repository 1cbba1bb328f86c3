/*
 * What the kernel has of a table of ours: the elements of its sets, and whether its rules are
 * whole.
 *
 * Theory of operation: the kernel lists sets, chains and rules in the order in which they were
 * made, and the attributes by which they were, besides others. So the messages that make the table
 * are built once more, and each must be found in what is listed at the same place.
 */
#include "filter/read.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdbool.h>
#include <string.h>

#include "base/list.h"
#include "filter/batch.h"
#include "filter/build.h"
#include "filter/making.h"

#define TRIES 4 /* of a list that changes while it is read */

int element_order(const void *a, const void *b)
{
	const struct filter_element *x = a, *y = b;
	int order = (int)x->set - (int)y->set;

	if (order == 0)
		order = (int)x->len - (int)y->len;
	return order ? order : memcmp(x->key, y->key, x->len);
}

int elements_add(struct elements *all, const struct filter_element *one)
{
	return list_add(&all->list, &all->count, one, sizeof(*one));
}

void elements_sort(struct elements *all)
{
	if (all->count)
		qsort(all->list, all->count, sizeof(*all->list), element_order);
}

const struct filter_element *elements_find(const struct elements *all,
					   const struct filter_element *like)
{
	return all->count ? bsearch(like, all->list, all->count, sizeof(*like), element_order)
			  : NULL;
}

static int on_generation(const struct nlmsghdr *h, void *arg)
{
	const struct nlattr *id =
		nlmsg_find_attr((struct nlmsghdr *)h, sizeof(struct nfgenmsg), NFTA_GEN_ID);

	if (!id || nla_len(id) != sizeof(uint32_t))
		return -EBADMSG;
	*(uint32_t *)arg = ntohl(nla_get_u32(id));
	return 0;
}

int read_generation(struct nl_sock *nl, uint32_t *ret)
{
	static const struct filter_table any = { .family = NFPROTO_UNSPEC };
	_nl_msg_ struct nl_msg *m = making_message(&any, NFT_MSG_GETGEN, 0);

	return nl_ask(nl, m, on_generation, ret);
}

/* The list of one set in the reading. */
struct reading {
	struct elements *into;
	uint8_t set;
	uint32_t len; /* of its keys: those of others are no elements of ours */
};

/* Copies the comment out of what nft(8) and we keep with an element: type, length, value. */
static void read_comment(const struct nlattr *userdata, char *out)
{
	const unsigned char *data = userdata ? nla_data(userdata) : NULL;
	size_t len = userdata ? (size_t)nla_len(userdata) : 0;

	*out = '\0';
	while (len >= 2 && len >= (size_t)2 + data[1]) {
		if (data[0] == 0 && data[1] && data[1] <= FILTER_COMMENT_MAX) {
			memcpy(out, data + 2, data[1]);
			out[data[1] - 1] = '\0';
			return;
		}
		len -= (size_t)2 + data[1];
		data += 2 + data[1];
	}
}

static int on_element(struct reading *r, struct nlattr *attr)
{
	struct nlattr *part[NFTA_SET_ELEM_MAX + 1], *data[NFTA_DATA_MAX + 1];
	struct filter_element one = { .set = r->set };

	if (nla_parse_nested(part, NFTA_SET_ELEM_MAX, attr, NULL) < 0 || !part[NFTA_SET_ELEM_KEY] ||
	    nla_parse_nested(data, NFTA_DATA_MAX, part[NFTA_SET_ELEM_KEY], NULL) < 0 ||
	    !data[NFTA_DATA_VALUE] || nla_len(data[NFTA_DATA_VALUE]) > FILTER_KEY_MAX)
		return -EBADMSG;
	one.len = (uint8_t)nla_len(data[NFTA_DATA_VALUE]);
	if (one.len != r->len)
		return 0;
	memcpy(one.key, nla_data(data[NFTA_DATA_VALUE]), one.len);
	read_comment(part[NFTA_SET_ELEM_USERDATA], one.comment);
	return elements_add(r->into, &one);
}

static int on_elements(const struct nlmsghdr *h, void *arg)
{
	struct nlattr *list = nlmsg_find_attr((struct nlmsghdr *)h, sizeof(struct nfgenmsg),
					      NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *one;
	int left, r = 0;

	if (!list)
		return 0;
	nla_for_each_nested(one, list, left)
	{
		r = on_element(arg, one);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_set(struct nl_sock *nl, const struct filter_table *t, size_t at,
		    struct elements *into)
{
	_nl_msg_ struct nl_msg *m = making_message(t, NFT_MSG_GETSETELEM, NLM_F_DUMP);
	struct reading r = { .into = into, .set = (uint8_t)at, .len = t->sets[at].len };

	if (!m || nla_put_string(m, NFTA_SET_ELEM_LIST_TABLE, t->name) < 0 ||
	    nla_put_string(m, NFTA_SET_ELEM_LIST_SET, t->sets[at].name) < 0)
		return -ENOMEM;
	return nl_ask(nl, m, on_elements, &r);
}

int read_elements(struct nl_sock *nl, const struct filter_table *t, struct elements *ret)
{
	_elements_ struct elements all = { 0 };
	int r = -EAGAIN;
	size_t sets = 0;

	for (int tries = 0; tries < TRIES && r == -EAGAIN; tries++) {
		elements_release(&all);
		r = sets = 0;
		for (size_t i = 0; r == 0 && i < t->set_count; i++) {
			r = read_set(nl, t, i, &all);
			sets += r == 0;
			if (r == -ENOENT)
				r = 0;
		}
	}
	if (r < 0 || !sets)
		return r < 0 ? r : -ENOENT;
	elements_sort(&all);
	*ret = all;
	all = (struct elements){ 0 };
	return 0;
}

int read_element(struct nl_sock *nl, const struct filter_table *t,
		 const struct filter_element *like, struct filter_element *ret)
{
	_elements_ struct elements found = { 0 };
	struct reading reading = { .into = &found, .set = like->set, .len = like->len };
	_nl_msg_ struct nl_msg *m = build_element_look(t, like);
	int r = m ? nl_ask(nl, m, on_elements, &reading) : -ENOMEM;

	if (r == 0 && !found.count)
		r = -ENOENT;
	if (r == 0)
		*ret = *found.list;
	return r;
}

/* What must be there: one message after the other. */
struct wanted {
	struct batch all; /* never sent */
	size_t at;	  /* where the next is in there */
	const struct filter_table *table;
	bool differs;
};

static void wanted_release(struct wanted *w)
{
	batch_release(&w->all);
}

static void want(struct nl_msg *message, void *arg)
{
	struct wanted *w = arg;

	batch_add(&w->all, message);
}

static bool contains(struct nlattr *have, int have_len, struct nlattr *wanted, int wanted_len);

/* Whether one attribute is the other, or contains it. */
static bool is_like(const struct nlattr *have, const struct nlattr *wanted)
{
	if (nla_len(have) == nla_len(wanted) &&
	    memcmp(nla_data(have), nla_data(wanted), (size_t)nla_len(have)) == 0)
		return true;
	return wanted->nla_type & NLA_F_NESTED &&
	       contains(nla_data(have), nla_len(have), nla_data(wanted), nla_len(wanted));
}

/* The n-th attribute of a type, or null. */
static struct nlattr *nth(struct nlattr *list, int len, int type, int n)
{
	struct nlattr *one;
	int left;

	nla_for_each_attr(one, list, len, left) if (nla_type(one) == type && n-- == 0) return one;
	return NULL;
}

/* Whether all that is wanted is had, each as often. */
static bool contains(struct nlattr *have, int have_len, struct nlattr *wanted, int wanted_len)
{
	int count[NFTA_RULE_MAX + NFTA_SET_MAX + 1] = { 0 }, left;
	struct nlattr *one, *found;

	nla_for_each_attr(one, wanted, wanted_len, left)
	{
		int type = nla_type(one);

		if (type >= (int)ARRAY_SIZE(count))
			return false;
		found = nth(have, have_len, type, count[type]++);
		if (!found || !is_like(found, one))
			return false;
	}
	/* of a list, no more */
	return !count[NFTA_LIST_ELEM] ||
	       !nth(have, have_len, NFTA_LIST_ELEM, count[NFTA_LIST_ELEM]);
}

/* Compares one that the kernel lists with the next that is wanted, if it is of the table. */
static int on_listed(const struct nlmsghdr *h, void *arg)
{
	struct wanted *w = arg;
	const struct nfgenmsg *msg = nlmsg_data(h);
	/* NFTA_TABLE_NAME and all its like are 1 */
	struct nlattr *name = nlmsg_find_attr((struct nlmsghdr *)h, sizeof(*msg), NFTA_RULE_TABLE);
	const struct nlmsghdr *next =
		w->at < w->all.len ? (const struct nlmsghdr *)(w->all.bytes + w->at) : NULL;

	if (!nlmsg_valid_hdr(h, sizeof(*msg)))
		return -EBADMSG;
	if (msg->nfgen_family != w->table->family || !name || nla_strcmp(name, w->table->name) != 0)
		return 0;
	w->at += next ? NLMSG_ALIGN(next->nlmsg_len) : 0;
	if (!next || next->nlmsg_type != h->nlmsg_type ||
	    !contains(nlmsg_attrdata(h, sizeof(*msg)), nlmsg_attrlen(h, sizeof(*msg)),
		      nlmsg_attrdata(next, sizeof(*msg)), build_listed_len(next)))
		w->differs = true;
	return 0;
}

/* Compares all of one kind. Returns 0 or -errno. */
static int compare(struct nl_sock *nl, struct wanted *w, int get)
{
	const size_t from = w->at;
	int r = -EAGAIN;

	for (int tries = 0; tries < TRIES && r == -EAGAIN; tries++) {
		_nl_msg_ struct nl_msg *m = making_message(w->table, get, NLM_F_DUMP);

		w->at = from;
		if (m && nla_put_string(m, NFTA_RULE_TABLE, w->table->name) < 0)
			return -ENOMEM;
		r = nl_ask(nl, m, on_listed, w);
	}
	return r == -ENOENT ? 0 : r;
}

int read_is_whole(struct nl_sock *nl, const struct filter_table *t)
{
	static const int gets[] = { NFT_MSG_GETTABLE, NFT_MSG_GETSET, NFT_MSG_GETCHAIN,
				    NFT_MSG_GETRULE };
	CLEANUP(wanted_release) struct wanted w = { .all = { .nl = nl }, .table = t };
	int r;

	build_table(t, want, &w);
	r = w.all.error;
	for (size_t i = 0; r == 0 && !w.differs && i < ARRAY_SIZE(gets); i++)
		r = compare(nl, &w, gets[i]);
	return r < 0 ? r : !w.differs && w.at == w.all.len;
}

static int on_table(const struct nlmsghdr *h, void *arg)
{
	(void)h;
	(void)arg;
	return 0;
}

int read_is_there(struct nl_sock *nl, const struct filter_table *t)
{
	_nl_msg_ struct nl_msg *m = making_message(t, NFT_MSG_GETTABLE, 0);
	int r;

	if (m && nla_put_string(m, NFTA_TABLE_NAME, t->name) < 0)
		return -ENOMEM;
	r = nl_ask(nl, m, on_table, NULL);
	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

/* How often a chain is used: by its rules, and by those that lead to it. */
static int on_chain(const struct nlmsghdr *h, void *arg)
{
	const struct nlattr *use =
		nlmsg_find_attr((struct nlmsghdr *)h, sizeof(struct nfgenmsg), NFTA_CHAIN_USE);

	if (use && nla_len(use) == sizeof(uint32_t))
		*(uint32_t *)arg = ntohl(nla_get_u32(use));
	return 0;
}

int read_has_rules(struct nl_sock *nl, const struct filter_table *t)
{
	const struct filter_chain *first = t->chains;
	_nl_msg_ struct nl_msg *m = making_message(t, NFT_MSG_GETCHAIN, 0);
	uint32_t uses = 0, rules = 0;
	int r;

	if (m && (nla_put_string(m, NFTA_CHAIN_TABLE, t->name) < 0 ||
		  nla_put_string(m, NFTA_CHAIN_NAME, first->name) < 0))
		return -ENOMEM;
	r = nl_ask(nl, m, on_chain, &uses);
	for (size_t i = 0; i < first->count; i++)
		rules += first->terms[i].what == TERM_VERDICT;
	return r == -ENOENT ? 0 : r < 0 ? r : uses == rules;
}
