/* The service's numbers, as Prometheus reads them from a file of node_exporter's textfile
 * collector. */
#include "watch/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "names/made.h"
#include "names/names.h"
#include "names/usage.h"
#include "runtime/engines.h"
#include "watch/stats.h"

/* The beginning of one metric. */
static void head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP v6hook_%s %s\n# TYPE v6hook_%s %s\n", name, help, name, type);
}

/* A label's value: a quote, a backslash and a newline are escaped (Prometheus' text format). */
static void put_label(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', out);
		if (*text == '\n')
			fputs("\\n", out);
		else
			putc(*text, out);
	}
}

/* Whether the one of this ident is of the engine. */
static bool is_of(const char *ident, const char *engine)
{
	struct ident id;

	return ident_from_text(ident, &id) == 0 && strcmp(id.runtime, engine) == 0;
}

/* How many are attached, and wait for a port. */
static void put_containers(FILE *out, const struct context *c, const struct look *l)
{
	head(out, "attached", "gauge", "Containers whose address is in service.");
	for (size_t i = 0; runtimes[i]; i++) {
		uint64_t n = 0;

		for (size_t k = 0; k < l->present.count; k++)
			n += names_serves(c, &l->present.list[k]) &&
			     is_of(l->present.list[k].ident, runtimes[i]->name);
		fprintf(out, "v6hook_attached{engine=\"%s\"} %" PRIu64 "\n", runtimes[i]->name, n);
	}
}

/* One number of each pool. */
static void put_pools(FILE *out, const struct context *c, const struct usage *all, const char *name,
		      const char *help, size_t offset)
{
	head(out, name, "gauge", help);
	for (size_t i = 0; i < c->pools->count; i++) {
		uint64_t n;

		memcpy(&n, (const char *)&all[i] + offset, sizeof(n));
		fprintf(out, "v6hook_%s{pool=\"", name);
		put_label(out, c->pools->list[i].name);
		fprintf(out, "\"} %" PRIu64 "\n", n);
	}
}

static void put_attaches(FILE *out, const struct stats *s)
{
	uint64_t sum = 0;

	head(out, "attach_seconds", "histogram",
	     "How long the service took to attach a container, by what it attached.");
	for (size_t i = 0; i < STATS_BOUNDS; i++) {
		sum += s->attaches[i];
		fprintf(out, "v6hook_attach_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
			stats_bounds_ms[i] / 1000.0, sum);
	}
	sum += s->attaches[STATS_BOUNDS];
	fprintf(out, "v6hook_attach_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", sum);
	fprintf(out, "v6hook_attach_seconds_sum %.6f\n", (double)s->attach_us / 1e6);
	fprintf(out, "v6hook_attach_seconds_count %" PRIu64 "\n", sum);
}

static void put_failures(FILE *out, const struct stats *s)
{
	static const char *const reasons[] = {
		[STATUS_FAILED] = "other",	    [STATUS_USAGE] = "configuration",
		[STATUS_FULL] = "no_free_address",  [STATUS_NO_CONTAINER] = "no_container",
		[STATUS_IN_USE] = "address_in_use",
	};

	head(out, "failures_total", "counter",
	     "What the service could not do for a container, by the reason.");
	for (size_t i = STATUS_FAILED; i < ARRAY_SIZE(reasons); i++)
		fprintf(out, "v6hook_failures_total{reason=\"%s\"} %" PRIu64 "\n", reasons[i],
			s->failures[i]);
	fprintf(out, "v6hook_failures_total{reason=\"hung\"} %" PRIu64 "\n", s->hung);
}

static void print(FILE *out, const struct context *c, const struct look *l, const struct usage *all)
{
	const struct stats *s = stats_get();

	fputs(MADE_MARK " watch, which replaces it when something changes\n", out);
	put_containers(out, c, l);
	put_pools(out, c, all, "pool_leased", "Addresses of the pool that are leased.",
		  offsetof(struct usage, leased));
	put_pools(out, c, all, "pool_resting",
		  "Addresses that were given up and rest, or are "
		  "another host's.",
		  offsetof(struct usage, resting));
	put_pools(out, c, all, "pool_free", "Addresses of the pool that are free.",
		  offsetof(struct usage, free));
	put_attaches(out, s);
	put_failures(out, s);
	head(out, "repairs_total", "counter", "What was found lost or left over, and put right.");
	fprintf(out, "v6hook_repairs_total %" PRIu64 "\n", s->repairs);
	head(out, "on_change_total", "counter", "Runs of the program of on_change.");
	fprintf(out,
		"v6hook_on_change_total{result=\"failed\"} %" PRIu64 "\n"
		"v6hook_on_change_total{result=\"done\"} %" PRIu64 "\n",
		s->told[0], s->told[1]);
	head(out, "start_time_seconds", "gauge", "When the service was started.");
	fprintf(out, "v6hook_start_time_seconds %" PRId64 "\n", s->started);
}

int metrics_write(struct context *c, struct error *e)
{
	_look_ struct look look = { .store = c->store, .boot_id = c->boot_id };
	const char *path = c->config->metrics;
	_free_ struct usage *all = NULL;
	_free_ char *text = NULL;
	size_t len = 0;
	FILE *out;
	int r;

	if (!path)
		return 0;
	r = look_read_store(&look, e);
	if (r < 0)
		return r;
	all = calloc(c->pools->count, sizeof(*all));
	out = all ? open_memstream(&text, &len) : NULL;
	if (!out)
		return error_sys(e, -ENOMEM, "cannot write %s", path);
	for (size_t i = 0; i < c->pools->count; i++)
		all[i] = usage_of(c, &look, &c->pools->list[i]);
	print(out, c, &look, all);
	if (fclose(out) != 0)
		return error_sys(e, -ENOMEM, "cannot write %s", path);
	return made_write("metrics", path, text, len, e);
}
