/* What verbs found, as people and programs read it. */
#ifndef V6HOOK_OUTPUT_H
#define V6HOOK_OUTPUT_H

#include <stdio.h>

#include "ops/verbs.h"

/* The result of an attach: the address alone, or one JSON object. Returns 0 or -ENOMEM. */
int output_attached(const struct listing *l, bool json, FILE *out);

/*
 * What reconcile did, a line an action, or one JSON array. Has the type that op_reconcile wants.
 * @arg: struct output_actions
 */
struct output_actions {
	FILE *out;
	bool json;
	bool begun;  /* one was printed */
	bool failed; /* any of them did */
};
int output_action(const struct reconcile_action *a, void *arg);

/* After the last one. */
void output_actions_end(const struct output_actions *actions);

/*
 * A list in the making: one JSON array, printed as it comes, or a table whose columns are as wide
 * as they need be, of which the text alone is kept until its end.
 * output_list_add has the type that op_list wants; @arg: the list
 */
struct output_list;
struct output_list *output_list_new(bool json, FILE *out);
int output_list_add(const struct listing *l, void *arg);

/* Prints what has not been printed yet. Returns 0 or -ENOMEM. */
int output_list_print(struct output_list *list);
void output_list_free(struct output_list *list);

#endif
