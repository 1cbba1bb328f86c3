/* Members of an object in CNI's configuration: each is in a table, or refused. */
#ifndef V6HOOK_CNI_MEMBER_H
#define V6HOOK_CNI_MEMBER_H

#include "base/config_value.h"
#include "runtime/cni.h"

/* One key of an object; a table of them ends with a null name. */
struct cni_member {
	const char *name;
	int (*read)(const struct value *v, struct cni_conf *c); /* or null: of no use here */
};

/* Refuses a field that is not supported, with its value. Returns -ENOTSUP. */
int cni_unsupported(const char *where, const json_t *value, const char *why, struct error *e);

/*
 * Reads the members of an object by a table. @where: before their names; @strict: what is not in
 * the table is refused
 * Returns 0, -EINVAL, or -ENOTSUP for one that is not in the table.
 */
int cni_read_members(json_t *object, const char *where, const struct cni_member *table, bool strict,
		     struct cni_conf *c, struct error *e);

#endif
