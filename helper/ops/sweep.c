/* sweep: gives free what the guard keeps for ports that are gone, or takes all of it away. */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/config_read.h"
#include "base/file.h"
#include "filter/other.h"
#include "filter/sweep.h"
#include "names/made.h"
#include "net/route.h"
#include "ops/verbs.h"
#include "wire/nl.h"

int op_sweep(struct error *e)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	int r = guard_open(&nl, e);

	return r < 0 ? r : guard_sweep(nl, e);
}

static int on_marked(const struct in6_addr *address, int ifindex, void *arg)
{
	(void)address, (void)ifindex;
	*(bool *)arg = true;
	return 0;
}

void op_sweep_made(const char *config_path, void (*each)(const char *what))
{
	_config_ struct config *c = NULL;
	_nl_sock_ struct nl_sock *nl = NULL;
	bool served = false;
	struct error ignored;
	char what[PATH_MAX + 16];

	if (nl_open(&nl, &ignored) < 0 || route_each_marked(nl, on_marked, &served) < 0 || served ||
	    config_read(config_path, &c, &ignored) < 0)
		return;
	if (!c->hosts || access(c->hosts, F_OK) < 0)
		return;
	file_unmake(c->hosts, MADE_MARK);
	snprintf(what, sizeof(what), "hosts file %s", c->hosts);
	if (each && access(c->hosts, F_OK) < 0)
		each(what);
}

int op_sweep_all(const char *config_path, void (*each)(const char *what), struct error *e)
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
	op_sweep_made(config_path, each);
	if (r == 0 && others < 0) {
		*e = left;
		return others;
	}
	return r;
}
