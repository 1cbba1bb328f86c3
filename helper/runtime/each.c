/* All that an engine's list names, asked for one by one. */
#include "runtime/each.h"

#include <errno.h>
#include <string.h>

#include "base/list.h"

#define NAMES_MOST 65536

void runtime_names_add(const char *name, void *arg)
{
	struct runtime_names *n = arg;
	void *larger = n->too_many || n->count == NAMES_MOST
			       ? NULL
			       : list_room(n->list, n->count, sizeof(*n->list));

	n->too_many = !larger;
	if (!larger)
		return;
	n->list = larger;
	strcpy(n->list[n->count++], name);
}

int runtime_each(const struct runtime *self, const struct runtime_options *o,
		 const struct runtime_names *names,
		 int (*each)(const struct instance *i, void *arg), void *arg, struct error *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->count; i++) {
		struct instance instance;
		struct error why;

		/* stopped meanwhile, or without a port: not to be served */
		r = self->find(self, names->list[i], o, &instance, &why);
		if (r == 0)
			r = each(&instance, arg);
		else if (r == -ETIMEDOUT)
			*e = why;
		else
			r = 0;
	}
	return r;
}
