/*
 * The guard: an attached container speaks for itself alone, and nobody else for it.
 *
 * Theory of operation: the rules are the same for all (guard_table.c) and are loaded once. A port
 * is guarded by elements of sets, so that nothing that is done for one container costs more for the
 * others, except the end of one: what others share with it is found out by reading all. Elements
 * carry the container's name as their comment. Each change is one transaction; one that rests on
 * what was read names the generation of that, and is begun anew if it is another by then.
 */
#include "filter/guard.h"

#include <errno.h>
#include <string.h>

#include "filter/bare_table.h"
#include "filter/batch.h"
#include "filter/build.h"
#include "filter/guard_mac.h"
#include "filter/guard_table.h"

#define TRIES 16 /* of what rests on a reading, while others are at work */

/* The tables, and of which one an element is. */
const char *const guard_names[GUARD_TABLES] = { "bridge v6hook", "ip6 v6hook", "inet v6hook" };

static const struct filter_table *const tables[GUARD_TABLES] = { &guard_table, &expose_table,
								 &bare_table };

/* The numbers of each table's sets begin where those of the one before end. */
static const uint8_t first_set[GUARD_TABLES] = { 0, GUARD_SETS, EXPOSE_END };

static size_t table_of(const struct filter_element *one)
{
	return one->set < GUARD_SETS ? 0 : one->set < EXPOSE_END ? 1 : 2;
}

/* Whether some are of that table. */
static bool has_of(const struct filter_element *list, size_t count, size_t table)
{
	for (size_t i = 0; i < count; i++)
		if (table_of(&list[i]) == table)
			return true;
	return false;
}

/* The message that adds an element to its table, or removes it. */
static struct nl_msg *element_message(const struct filter_element *one, bool add)
{
	struct filter_element own = *one;

	own.set = (uint8_t)(own.set - first_set[table_of(one)]);
	return build_element(tables[table_of(one)], &own, add);
}

/* Says what is to be done about it. */
static int fail(struct error *e, int r, const char *what)
{
	switch (r) {
	case -EPERM:
		return error_set(e, STATUS_FAILED, r,
				 "cannot %s: that needs CAP_NET_ADMIN, and no other program that "
				 "owns the table v6hook (nft list tables)",
				 what);
	case -ENOENT:
	case -EOPNOTSUPP:
	case -EPROTONOSUPPORT:
	case -EAFNOSUPPORT:
		return error_set(e, STATUS_FAILED, r,
				 "cannot %s: this kernel has no nf_tables for bridges "
				 "(CONFIG_NF_TABLES_BRIDGE): \"guard\": \"best-effort\" "
				 "does without",
				 what);
	case -ERESTART:
		return error_set(e, STATUS_FAILED, r,
				 "cannot %s: nf_tables is changed all the time: try again", what);
	default:
		return error_sys(e, r, "cannot %s", what);
	}
}

int guard_open(struct nl_sock **ret, struct error *e)
{
	int r = nl_open_filter(ret, e);

	return r == -EPROTONOSUPPORT ? fail(e, r, "guard its port") : r;
}

static void add_message(struct nl_msg *message, void *arg)
{
	batch_add(arg, message);
}

/* Reads the elements of one table, after those before. Returns 0 or -errno. */
static int read_list(struct nl_sock *nl, size_t table, struct elements *all)
{
	_elements_ struct elements list = { 0 };
	int r = read_elements(nl, tables[table], &list);

	for (size_t i = 0; r == 0 && i < list.count; i++) {
		list.list[i].set = (uint8_t)(list.list[i].set + first_set[table]);
		r = elements_add(all, &list.list[i]);
	}
	return r;
}

/* Reads what there is of one table. Returns 0 or -errno. */
static int read_one(struct nl_sock *nl, size_t table, bool all, struct guard_state *g)
{
	int r = read_is_there(nl, tables[table]);

	g->tables[table].there = r == 1;
	if (r != 1 || !all)
		return r < 0 ? r : 0;
	r = read_is_whole(nl, tables[table]);
	g->tables[table].whole = r == 1;
	if (r >= 0)
		r = read_list(nl, table, &g->elements);
	/* gone meanwhile, or another table of that name */
	if (r == -ENOENT) {
		g->tables[table].whole = false;
		r = 0;
	}
	return r;
}

int guard_read(struct nl_sock *nl, bool all, struct guard_state *ret, struct error *e)
{
	CLEANUP(guard_state_release) struct guard_state g = { 0 };
	int r = read_generation(nl, &g.generation);

	for (size_t t = 0; r == 0 && t < GUARD_TABLES; t++)
		r = read_one(nl, t, all, &g);
	/* no nf_tables: no table */
	if (r == -EOPNOTSUPP || r == -EPROTONOSUPPORT)
		r = 0;
	if (r < 0)
		return fail(e, r, "read the guard's table");
	*ret = g;
	g.elements = (struct elements){ 0 };
	return 0;
}

int guard_read_elements(struct nl_sock *nl, struct guard_state *ret, struct error *e)
{
	CLEANUP(guard_state_release) struct guard_state g = { 0 };
	int r = read_generation(nl, &g.generation);

	for (size_t t = 0; r == 0 && t < GUARD_TABLES; t++) {
		r = read_list(nl, t, &g.elements);
		g.tables[t].there = g.tables[t].whole = r == 0;
		if (r == -ENOENT || r == -EOPNOTSUPP)
			r = 0;
	}
	if (r < 0)
		return fail(e, r, "read the guard's table");
	*ret = g;
	g.elements = (struct elements){ 0 };
	return 0;
}

int guard_end(struct nl_sock *nl, bool ended[GUARD_TABLES], struct error *e)
{
	int r = -ENOENT;

	/* another may remove one meanwhile */
	for (int tries = 0; tries < TRIES && r == -ENOENT; tries++) {
		CLEANUP(guard_state_release) struct guard_state g = { 0 };
		_batch_ struct batch b;

		r = guard_read(nl, false, &g, e);
		if (r < 0)
			return r;
		batch_begin(&b, nl, 0);
		for (size_t t = 0; t < GUARD_TABLES; t++) {
			ended[t] = g.tables[t].there;
			if (ended[t])
				batch_add(&b, build_end(tables[t]));
		}
		r = batch_is_empty(&b) ? 0 : batch_commit(&b);
	}
	return r < 0 ? fail(e, r, "remove the guard's tables") : 0;
}

bool guard_fits(const struct guard_state *g, const struct elements *must)
{
	for (size_t t = 0; t < GUARD_TABLES; t++)
		if (g->tables[t].there != has_of(must->list, must->count, t) ||
		    (g->tables[t].there && !g->tables[t].whole))
			return false;
	return true;
}

bool guard_holds(const struct guard_state *g, const struct guard_port *p)
{
	struct filter_element list[GUARD_ELEMENTS];
	const size_t count = guard_elements(p, list);

	for (size_t i = 0; i < count; i++)
		if (!g->tables[table_of(&list[i])].whole || !elements_find(&g->elements, &list[i]))
			return false;
	return true;
}

int guard_make(struct nl_sock *nl, const struct guard_state *g, struct elements *must,
	       struct error *e)
{
	const struct elements *have = &g->elements;
	bool wanted[GUARD_TABLES], stays[GUARD_TABLES];
	_batch_ struct batch b;
	size_t i = 0, k = 0;
	int r;

	elements_sort(must);
	batch_begin(&b, nl, g->generation);
	for (size_t t = 0; t < GUARD_TABLES; t++) {
		const bool whole = g->tables[t].whole;

		wanted[t] = has_of(must->list, must->count, t);
		if (g->tables[t].there && (!whole || !wanted[t]))
			batch_add(&b, build_end(tables[t]));
		if (!whole && wanted[t])
			build_table(tables[t], add_message, &b);
		stays[t] = whole && wanted[t];
	}
	while (i < must->count || k < have->count) {
		int order = i == must->count   ? 1
			    : k == have->count ? -1
					       : element_order(&must->list[i], &have->list[k]);
		/* what is of a table that goes, or is made anew, went with it */
		bool anew = order == 0 && !stays[table_of(&must->list[i])];

		/* the same may be wanted by several */
		if ((order < 0 || anew) &&
		    (!i || element_order(&must->list[i], &must->list[i - 1]) != 0))
			batch_add(&b, element_message(&must->list[i], true));
		if (order > 0 && stays[table_of(&have->list[k])])
			batch_add(&b, element_message(&have->list[k], false));
		i += order <= 0;
		k += order >= 0;
	}
	if (batch_is_empty(&b))
		return 0;
	r = batch_commit(&b);
	if (r < 0)
		return fail(e, r, "put the guard's table right");
	return 1;
}

/* How elements are added. */
enum adding {
	ADD_NEW,  /* -EEXIST if the MAC is kept for somebody already */
	ADD_ALSO, /* beside what is there */
	ADD_OVER, /* the MAC is kept for this port henceforth */
};

/* Adds elements to the tables as they are. @generation: as batch_begin. Returns 0 or the kernel's
 * -errno. */
static int add(struct nl_sock *nl, const struct filter_element *list, size_t count, enum adding how,
	       uint32_t generation)
{
	_batch_ struct batch b;

	batch_begin(&b, nl, generation);
	for (size_t i = 0; i < count; i++) {
		const bool is_mac = list[i].set == GUARD_TAKEN_MACS;
		struct nl_msg *m;

		if (is_mac && how == ADD_OVER)
			batch_add(&b, element_message(&list[i], false));
		m = element_message(&list[i], true);
		if (m && is_mac && how == ADD_NEW)
			nlmsg_hdr(m)->nlmsg_flags |= NLM_F_EXCL;
		batch_add(&b, m);
	}
	return batch_commit(&b);
}

/*
 * Adds the elements of a port whose MAC is kept for somebody: for itself, as a rule; or for one
 * that is gone. Returns 0 or -errno; -EADDRINUSE with a message.
 */
static int add_kept(struct nl_sock *nl, const struct guard_port *p,
		    const struct filter_element *list, size_t count, struct error *e)
{
	CLEANUP(guard_state_release) struct guard_state g = { 0 };
	struct filter_element kept;
	size_t at = 0;
	int r;

	while (list[at].set != GUARD_TAKEN_MACS)
		at++;
	if (read_element(nl, &guard_table, &list[at], &kept) == 0 &&
	    strcmp(kept.comment, list[at].comment) == 0)
		return add(nl, list, count, ADD_ALSO, 0);
	r = guard_read_elements(nl, &g, e);
	if (r == 0)
		r = guard_mac_check(&g.elements, p, e);
	if (r < 0)
		return r;
	if (guard_mac_look(&g.elements, p, NULL) == GUARD_MAC_OWN)
		return add(nl, list, count, ADD_ALSO, g.generation);
	return add(nl, list, count, elements_find(&g.elements, &list[at]) ? ADD_OVER : ADD_NEW,
		   g.generation);
}

/* Makes the tables anew, with what they have and these elements besides. Returns 0 or -errno. */
static int make_with(struct nl_sock *nl, const struct guard_port *p,
		     const struct filter_element *list, size_t count, struct error *e)
{
	CLEANUP(guard_state_release) struct guard_state g = { 0 };
	_elements_ struct elements must = { 0 };
	int r = guard_read(nl, true, &g, e);

	if (r == 0)
		r = guard_mac_check(&g.elements, p, e);
	for (size_t i = 0; r == 0 && i < g.elements.count; i++)
		r = elements_add(&must, &g.elements.list[i]);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = elements_add(&must, &list[i]);
	if (r == 0)
		r = guard_make(nl, &g, &must, e);
	return r < 0 ? r : 0;
}

int guard_set(struct nl_sock *nl, const struct guard_port *p, struct error *e)
{
	struct filter_element list[GUARD_ELEMENTS];
	const size_t count = guard_elements(p, list);
	int r = 1;

	/* without their rules elements keep nothing out */
	for (size_t t = 0; r == 1 && t < GUARD_TABLES; t++)
		if (has_of(list, count, t))
			r = read_has_rules(nl, tables[t]);
	if (r == 1)
		r = add(nl, list, count, ADD_NEW, 0);
	else if (r == 0)
		r = -ENOENT;
	for (int tries = 0; tries < TRIES && (r == -EEXIST || (tries && r == -ERESTART)); tries++)
		r = add_kept(nl, p, list, count, e);
	/* there is none, or one that another has made or emptied */
	for (int tries = 0; tries < TRIES && (r == -ENOENT || r == -EINVAL || r == -ERESTART);
	     tries++) {
		r = make_with(nl, p, list, count, e);
		/* it cannot be made */
		if (r == -ENOENT)
			break;
	}
	return r == -EADDRINUSE ? r : r < 0 ? fail(e, r, "guard its port") : 0;
}

/* What one container leaves, and keeps of it. */
struct leaving {
	char comment[FILTER_COMMENT_MAX];
	struct filter_element keeps[GUARD_ELEMENTS];
	size_t keep_count;
};

/* Whether it is left. */
static bool is_left(const struct leaving *l, const struct filter_element *one)
{
	if (strcmp(one->comment, l->comment) != 0)
		return false;
	for (size_t i = 0; i < l->keep_count; i++)
		if (element_order(&l->keeps[i], one) == 0)
			return false;
	return true;
}

/* One try of guard_leave. */
static int leave(struct nl_sock *nl, const struct leaving *l, struct error *e)
{
	CLEANUP(guard_state_release) struct guard_state g = { 0 };
	_elements_ struct elements must = { 0 };
	int r = guard_read_elements(nl, &g, e);
	bool others = false;

	/* what is for all ports on bridges goes with the last of them */
	for (size_t i = 0; i < g.elements.count; i++)
		others |= table_of(&g.elements.list[i]) == 0 && !is_left(l, &g.elements.list[i]) &&
			  strcmp(g.elements.list[i].comment, GUARD_HOST) != 0;
	for (size_t i = 0; r == 0 && i < g.elements.count; i++)
		if (!is_left(l, &g.elements.list[i]) &&
		    (others || strcmp(g.elements.list[i].comment, GUARD_HOST) != 0))
			r = elements_add(&must, &g.elements.list[i]);
	return r < 0 ? r : guard_make(nl, &g, &must, e);
}

int guard_leave(struct nl_sock *nl, const char *name, const struct guard_port *but, struct error *e)
{
	struct leaving l = { .keep_count = 0 };
	int r = -ERESTART;

	if (but)
		l.keep_count = guard_elements(but, l.keeps);
	guard_comment(name, l.comment);
	for (int tries = 0; tries < TRIES && (r == -ERESTART || r == -ENOENT); tries++)
		r = leave(nl, &l, e);
	return r < 0 ? r : 0;
}
