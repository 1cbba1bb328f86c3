/* One value of a strict JSON file: taken as what it must be, or refused with the way to its key. */
#ifndef V6HOOK_CONFIG_VALUE_H
#define V6HOOK_CONFIG_VALUE_H

#include <stdbool.h>

#include "base/config.h"
#include "base/error.h"
#include "base/json.h"

struct value {
	json_t *json;
	const char *where; /* the way to it: "pools[0].uplink" */
	struct error *e;
};

/* One key that an object may have; a table of them ends with a null name. */
struct key {
	const char *name;
	int (*read)(const struct value *v, void *into);
};

/* All of these return 0, or -EINVAL (-ENOMEM) with STATUS_USAGE and a message that begins with
 * `where`. */

/* Refuses the value, saying what it must be. */
int value_bad(const struct value *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Reads every member of an object through the table: an unknown key is an error by construction. */
int value_object(const struct value *v, const struct key *keys, void *into);

/* A host's name (base/hostname.h), in lower case; replaces what ret holds. */
int value_hostname(const struct value *v, char **ret);

/* A string with something in it; replaces what ret holds. A path must be absolute. */
int value_string(const struct value *v, char **ret);
int value_path(const struct value *v, char **ret);

int value_bool(const struct value *v, bool *ret);

/* A whole number from 0 to most. */
int value_number(const struct value *v, unsigned int most, unsigned int *ret);

/* One of the words, which end with a null; ret becomes its place among them. */
int value_word(const struct value *v, const char *const *words, int *ret);

/* A list of strings. */
int value_strings(const struct value *v, struct config_strings *ret);

#endif
