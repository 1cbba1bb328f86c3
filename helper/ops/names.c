/* list --zone: the names of what is attached. */
#include <errno.h>

#include "names/names.h"
#include "ops/verbs.h"

int op_names(struct context *c,
	     int (*each)(const struct in6_addr *address, const char *name, bool first, void *arg),
	     void *arg, struct error *e)
{
	_look_ struct look look = { .store = c->store, .boot_id = c->boot_id };
	_names_ struct names names = { 0 };
	int r;

	if (!c->config->domain)
		return error_set(e, STATUS_USAGE, -EINVAL,
				 "the configuration names no \"domain\" in which the names lie");
	r = names_look(&look, e);
	if (r == 0 && names_find(c, &look, &names) < 0)
		r = error_sys(e, -ENOMEM, "cannot list the names");
	for (size_t i = 0; r == 0 && i < names.count; i++)
		r = each(&names.list[i].holder->address, names.list[i].text,
			 i == 0 || names.list[i].holder != names.list[i - 1].holder, arg);
	return r;
}
