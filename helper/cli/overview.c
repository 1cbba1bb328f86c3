/* status as people and programs read it: one screen, or one JSON object. */
#include "cli/overview.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "base/user.h"

#define BAR 20 /* characters */

static const char *const services[] = {
	[SERVICE_RUNS] = "running",
	[SERVICE_RUNS_NOT] = "not running",
	[SERVICE_UNKNOWN] = "unknown",
};

static const char *const states[] = {
	[LIST_ATTACHED] = "attached",
	[LIST_DETACHED] = "detached",
	[LIST_BROKEN] = "broken",
	[LIST_WAITING] = "waiting",
};

/* A number for JSON: a pool may have more than fit. */
static json_t *number(uint64_t n)
{
	return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

/* How many of a listing's problems are kept. */
static unsigned int kept(const struct overview *o)
{
	return o->problem_count < OVERVIEW_PROBLEMS ? o->problem_count : OVERVIEW_PROBLEMS;
}

static json_t *engines_json(const struct overview *o)
{
	json_t *list = json_array();

	for (size_t i = 0; i < o->engine_count; i++) {
		const struct overview_engine *engine = &o->engines[i];
		json_t *one = json_pack("{s:s, s:b, s:i, s:i}", "engine", engine->name, "asked",
					engine->asked, "running", (int)engine->running, "attached",
					(int)engine->attached);

		if (*engine->trouble)
			json_put_text(&one, "trouble", engine->trouble);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *pools_json(const struct context *c, const struct overview *o)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->pools->count; i++) {
		const struct usage *u = &o->pools[i];
		json_t *one = json_pack("{s:o, s:o, s:o, s:o}", "size",
					number(c->pools->list[i].size), "leased", number(u->leased),
					"resting", number(u->resting), "free", number(u->free));

		json_put_text(&one, "pool", c->pools->list[i].name);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *problems_json(const struct overview *o)
{
	json_t *list = json_array();
	char name[IDENT_TEXT_MAX + USER_NAME_MAX], since[32], address[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < ARRAY_SIZE(o->made); i++) {
		json_t *one = *o->made[i] ? json_object() : NULL;

		if (!one)
			continue;
		json_put_text(&one, "container", NULL);
		json_put_text(&one, "error", o->made[i]);
		json_array_append_new(list, one);
	}
	for (size_t i = 0; i < kept(o); i++) {
		const struct listing *l = &o->problems[i];
		json_t *one = json_object();

		json_put_text(&one, "container", ident_shown(&l->ident, name, sizeof(name)));
		json_put_text(&one, "address",
			      l->has_address ? text_address(&l->address, address) : NULL);
		json_put_text(&one, "since",
			      l->since ? text_time(l->since, since, sizeof(since)) : NULL);
		json_put_text(&one, *l->error ? "error" : "warning",
			      *l->error ? l->error : l->warning);
		json_array_append_new(list, one);
	}
	return list;
}

static int print_json(const struct context *c, const struct overview *o, FILE *out)
{
	_json_ json_t *json = NULL;
	json_t *counts = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		json_object_set_new(counts, states[i], json_integer(o->states[i]));
	json = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "service", services[o->service],
			 "engines", engines_json(o), "pools", pools_json(c, o), "containers",
			 counts, "on_change_waiting",
			 o->untold < 0 ? json_null() : json_integer(o->untold), "problems",
			 problems_json(o));
	if (!json || (json_dumpf(json, out, JSON_LINES) < 0 && !ferror(out)))
		return -ENOMEM;
	fputc('\n', out);
	return 0;
}

/* The title of what follows, on its first line alone. */
static void title(FILE *out, const char *text, size_t line)
{
	fprintf(out, "%-12s", line == 0 ? text : "");
}

/* @known: whether the configuration says which are served */
static void print_engine(const struct overview_engine *engine, bool known, FILE *out)
{
	char shown[4 * sizeof(engine->trouble) + 1];

	fprintf(out, "%-8s", engine->name);
	if (!engine->asked)
		fputs(known ? "not asked\n" : "? (the configuration is bad)\n", out);
	else if (*engine->trouble)
		fprintf(out, "%u attached; %s\n", engine->attached,
			text_escape(engine->trouble, shown, sizeof(shown)));
	else
		fprintf(out, "%u attached, %u running\n", engine->attached, engine->running);
}

/* How full it is, as a bar: what is leased, what rests, what is free. */
static void print_bar(const struct pool *pool, const struct usage *u, FILE *out)
{
	const double size = pool->size ? (double)pool->size : 1;
	const double leased = (double)u->leased / size * BAR,
		     taken = (double)(u->leased + u->resting) / size * BAR;

	fputc('[', out);
	/* the least that there is shows */
	for (int i = 0; i < BAR; i++)
		fputc(i < leased ? '#' : i < taken ? '~' : '.', out);
	fputc(']', out);
}

static void print_pool(const struct pool *pool, const struct usage *u, FILE *out)
{
	char shown[256];

	print_bar(pool, u, out);
	fprintf(out, " %s: %" PRIu64 " of %" PRIu64 "%s leased",
		text_escape(pool->name, shown, sizeof(shown)), u->leased, pool->size,
		pool->size == UINT64_MAX ? " and more" : "");
	if (u->resting)
		fprintf(out, ", %" PRIu64 " resting", u->resting);
	fprintf(out, ", %s\n", u->free ? "the rest free" : "none free");
}

static void print_counts(const struct overview *o, FILE *out)
{
	fprintf(out, "%u attached", o->states[LIST_ATTACHED]);
	if (o->doubtful)
		fprintf(out, " (%u of them perhaps not reached)", o->doubtful);
	fprintf(out, ", %u detached", o->states[LIST_DETACHED]);
	for (size_t i = LIST_BROKEN; i < ARRAY_SIZE(states); i++)
		if (o->states[i])
			fprintf(out, ", %u %s", o->states[i], states[i]);
	fputc('\n', out);
}

static void print_problem(const struct listing *l, FILE *out)
{
	char name[IDENT_TEXT_MAX + USER_NAME_MAX], shown[2 * sizeof(name)], since[32];
	char text[4 * sizeof(l->error) + sizeof(l->warning)];

	fprintf(out, "%s%s%s: %s\n",
		text_escape(ident_shown(&l->ident, name, sizeof(name)), shown, sizeof(shown)),
		l->since ? ", since " : "",
		l->since ? text_time(l->since, since, sizeof(since)) : "",
		text_escape(*l->error ? l->error : l->warning, text, sizeof(text)));
}

int overview_print(const struct context *c, const struct overview *o, bool json, FILE *out)
{
	size_t lines = 0; /* of problems */

	if (json)
		return print_json(c, o, out);
	title(out, "service", 0);
	fprintf(out, "%s%s\n", services[o->service],
		o->service == SERVICE_RUNS_NOT	? ": systemctl enable --now v6hook-watch"
		: o->service == SERVICE_UNKNOWN ? ": only root is told"
						: "");
	for (size_t i = 0; i < o->engine_count; i++) {
		title(out, "engines", i);
		print_engine(&o->engines[i], !c->salvaged, out);
	}
	for (size_t i = 0; i < c->pools->count; i++) {
		title(out, "pools", i);
		print_pool(&c->pools->list[i], &o->pools[i], out);
	}
	title(out, "containers", 0);
	print_counts(o, out);
	if (o->untold > 0) {
		title(out, "on_change", 0);
		fprintf(out, "%d still to be told%s\n", o->untold,
			o->service == SERVICE_RUNS ? ": the journal of the service says why"
						   : ": the service tells them");
	}
	for (size_t i = 0; i < ARRAY_SIZE(o->made); i++) {
		char shown[4 * ERROR_TEXT_MAX + 1];

		if (!*o->made[i])
			continue;
		title(out, "problems", lines++);
		fprintf(out, "%s\n", text_escape(o->made[i], shown, sizeof(shown)));
	}
	for (size_t i = 0; i < kept(o); i++) {
		title(out, "problems", lines++);
		print_problem(&o->problems[i], out);
	}
	if (o->problem_count > kept(o))
		fprintf(out, "%-12sand %u more: v6hook list\n", "", o->problem_count - kept(o));
	return 0;
}
