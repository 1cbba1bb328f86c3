/* The messages that make a table, its sets, chains and rules, and the elements of its sets. */
#ifndef V6HOOK_FILTER_BUILD_H
#define V6HOOK_FILTER_BUILD_H

#include <stdbool.h>

#include "filter/table.h"
#include "wire/nl.h"

/*
 * Calls each for every message that makes the table, in the order in which they are to be sent,
 * and in which the kernel lists what is of one kind. @each: takes the message over
 */
void build_table(const struct filter_table *t, void (*each)(struct nl_msg *message, void *arg),
		 void *arg);

/* The length of such a message's attributes that the kernel lists, too. */
int build_listed_len(const struct nlmsghdr *message);

/* The message that removes the table, with all that is in it. */
struct nl_msg *build_end(const struct filter_table *t);

/* The message that adds elements of one set, or removes them. Null without memory. */
struct nl_msg *build_element(const struct filter_table *t, const struct filter_element *element,
			     bool add);

/* The message that adds one that goes by itself after so many milliseconds. Null without memory. */
struct nl_msg *build_element_for(const struct filter_table *t, const struct filter_element *element,
				 unsigned int ms);

/* The message that removes all elements of a set. Null without memory. */
struct nl_msg *build_empty(const struct filter_table *t, size_t set);

/* The message that asks for one element by its key. Null without memory. */
struct nl_msg *build_element_look(const struct filter_table *t,
				  const struct filter_element *element);

#endif
