/* The verbs that only look: list, map and status, once or again and again. */
#include "cli/show.h"

#include <errno.h>
#include <stdio.h>

#include "cli/live.h"
#include "cli/map.h"
#include "cli/output.h"
#include "cli/overview.h"
#include "cli/terminal.h"
#include "cli/zone.h"
#include "known/context.h"
#include "ops/verbs.h"

/* What a verb shows, of what there is. Returns 0 or -errno. */
typedef int (*show_into)(struct context *c, const struct args *a, FILE *out, struct error *e);

/* The same, for who shows it again and again. */
struct shown {
	const struct args *args;
	show_into show;
};

/*
 * Shows it with a context for who only looks: what is leased is so whatever the configuration says,
 * which is told afterwards. Returns 0 or -errno.
 */
static int show_once(FILE *out, void *arg, struct error *e)
{
	const struct shown *s = arg;
	const char *path = s->args->request.config_path;
	_context_ struct context c = { 0 };
	int bad = context_open(path, false, &c, e), r = 0;
	struct error why = *e;

	if (bad < 0)
		r = context_salvage(path, false, &c, e);
	if (r == 0)
		r = s->show(&c, s->args, out, e);
	/* that is the fault to mend, whatever else comes of it */
	if (bad < 0)
		*e = why;
	return bad < 0 ? bad : r;
}

static int look(const struct args *a, show_into show, struct error *e)
{
	struct shown shown = { a, show };

	return a->watch ? live_run(show_once, &shown, a->request.config_path, e)
			: show_once(stdout, &shown, e);
}

static int list_into(struct context *c, const struct args *a, FILE *out, struct error *e)
{
	struct output_list *list = a->zone ? NULL : output_list_new(a->json, out);
	int r, others = 0;

	if (a->zone)
		return zone_print(c, out, e);
	if (!list)
		return error_sys(e, -ENOMEM, "cannot list the leases");
	r = op_list(c, output_list_add, list, e);
	/* what is known here is shown whatever is not known of others */
	if (r == 0)
		others = a->all ? op_list_others(c, output_list_add, list, e) : 0;
	if (r == 0)
		r = output_list_print(list);
	output_list_free(list);
	return r < 0 ? r : others;
}

int show_list(const struct args *a, struct error *e)
{
	return look(a, list_into, e);
}

static int map_into(struct context *c, const struct args *a, FILE *out, struct error *e)
{
	const struct map_style style = {
		.columns = terminal_columns(stdout),
		.utf8 = terminal_has_utf8(),
		.colour = terminal_has_colour(stdout),
	};
	CLEANUP(map_release) struct map m = { 0 };
	int r = op_map(c, &m, e);

	(void)a;
	if (r == 0)
		map_print(c->pools, &m, &style, out);
	return r;
}

int show_map(const struct args *a, struct error *e)
{
	return look(a, map_into, e);
}

static int status_into(struct context *c, const struct args *a, FILE *out, struct error *e)
{
	CLEANUP(overview_release) struct overview o = { 0 };
	int r = op_status(c, &o, e);

	return r < 0 ? r : overview_print(c, &o, a->json, out);
}

int show_status(const struct args *a, struct error *e)
{
	return look(a, status_into, e);
}
