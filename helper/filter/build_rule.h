/* The messages that add a rule, term by term, or remove one. */
#ifndef V6HOOK_FILTER_BUILD_RULE_H
#define V6HOOK_FILTER_BUILD_RULE_H

#include "filter/table.h"
#include "wire/nl.h"

/*
 * The message for the rule that begins with the term. @before: as build_rule
 * @ret_next: the first of the next rule
 */
struct nl_msg *build_rule_at(const struct filter_table *t, const struct filter_chain *c,
			     const struct term *term, uint64_t before,
			     const struct term **ret_next);

/*
 * The message that adds a rule to a chain of somebody else's table, as iptables would.
 * @before: the handle of the rule before which it is to stand; 0: at the end. Null without memory.
 */
struct nl_msg *build_rule(const struct filter_table *t, const struct filter_chain *c,
			  uint64_t before);

/* The message that removes a rule from it. */
struct nl_msg *build_rule_end(const struct filter_table *t, const struct filter_chain *c,
			      uint64_t handle);

#endif
