/* What the kernel has of a table of ours: the elements of its sets, and whether its rules are
 * whole. */
#ifndef V6HOOK_FILTER_READ_H
#define V6HOOK_FILTER_READ_H

#include <stdlib.h>

#include "base/cleanup.h"
#include "filter/table.h"
#include "wire/nl.h"

/* Sorted by set, then key. */
struct elements {
	struct filter_element *list;
	size_t count;
};

static inline void elements_release(struct elements *all)
{
	free(all->list);
	*all = (struct elements){ 0 };
}
#define _elements_ CLEANUP(elements_release)

/* The generation of nf_tables: it is another after each change, whoever makes it. 0 or -errno */
int read_generation(struct nl_sock *nl, uint32_t *ret);

/* Reads all elements of all sets that there are. Returns 0, -ENOENT if there are none, or -errno.
 */
int read_elements(struct nl_sock *nl, const struct filter_table *t, struct elements *ret);

/*
 * Reads the one element that has this set and key, with its comment. Returns 0, -ENOENT if there is
 * none, or -errno.
 */
int read_element(struct nl_sock *nl, const struct filter_table *t,
		 const struct filter_element *like, struct filter_element *ret);

/*
 * Whether the table has the sets, chains and rules that it must have, in their order, and no
 * others. Returns 1, 0 (there is none, or it is another), or -errno.
 */
int read_is_whole(struct nl_sock *nl, const struct filter_table *t);

/*
 * Whether the table is there and has as many rules as it must in its first chain, to which nothing
 * leads: that costs one question, and tells of a table that was emptied, or is another's. Returns
 * 1, 0 or -errno.
 */
int read_has_rules(struct nl_sock *nl, const struct filter_table *t);

/* Whether there is a table of that name. Returns 1, 0 or -errno. */
int read_is_there(struct nl_sock *nl, const struct filter_table *t);

/* For qsort: by set and key. */
int element_order(const void *a, const void *b);

/* Adds one to the end of the list. Returns 0 or -ENOMEM. */
int elements_add(struct elements *all, const struct filter_element *one);

/* Sorts them. */
void elements_sort(struct elements *all);

/* The one of that set and key, or null. @all: sorted */
const struct filter_element *elements_find(const struct elements *all,
					   const struct filter_element *like);

#endif
