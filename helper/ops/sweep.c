/* sweep: gives free what the guard keeps for ports that are gone, or takes all of it away. */
#include <stdio.h>

#include "filter/other.h"
#include "filter/sweep.h"
#include "ops/verbs.h"
#include "wire/nl.h"

int op_sweep(struct error *e)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	int r = guard_open(&nl, e);

	return r < 0 ? r : guard_sweep(nl, e);
}

int op_sweep_all(void (*each)(const char *table), struct error *e)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	bool ended[GUARD_TABLES] = { false };
	struct error left;
	/* first, as then nothing says any more which ports are meant */
	const int others = other_end(each, &left);
	int r = guard_open(&nl, e);

	if (r == 0)
		r = guard_end(nl, ended, e);
	for (size_t t = 0; r == 0 && t < GUARD_TABLES; t++) {
		char what[32];

		snprintf(what, sizeof(what), "table %s", guard_names[t]);
		if (ended[t])
			each(what);
	}
	if (r == 0 && others < 0) {
		*e = left;
		return others;
	}
	return r;
}
