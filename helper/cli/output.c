/* What verbs found, as people and programs read it. */
#include "cli/output.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"
#include "base/user.h"

static const char *const states[] = { "attached", "detached", "broken", "waiting", "elsewhere" };

/* The address as text, or null if there is none. */
static const char *address_text(const struct listing *l, char *out)
{
	return l->has_address ? text_address(&l->address, out) : NULL;
}

/* Since when, as text, or null if nobody knows. */
static const char *since_text(const struct listing *l, char *out, size_t size)
{
	return l->since ? text_time(l->since, out, size) : NULL;
}

/* One container as a JSON object, or null without memory. */
static json_t *to_json(const struct listing *l)
{
	json_t *json = json_object();
	char text[INET6_ADDRSTRLEN], since[32], user[USER_NAME_MAX], ports[EXPOSED_TEXT_MAX];
	const struct {
		const char *key;
		const char *value;
		/* some are there only where they say something, some only where they are known */
		enum { ALWAYS, RARE, KNOWN } when;
	} texts[] = {
		{ "container", l->ident.name, ALWAYS },
		{ "runtime", l->ident.runtime, ALWAYS },
		{ "lxcpath", *l->ident.path ? l->ident.path : NULL, RARE },
		{ "user", l->ident.owner ? user_name(l->ident.owner, user, sizeof(user)) : NULL,
		  RARE },
		{ "address", address_text(l, text), ALWAYS },
		{ "pool", l->pool, KNOWN },
		{ "state", states[l->state], ALWAYS },
		{ "host", *l->host ? l->host : NULL, RARE },
		{ "bridge", *l->bridge ? l->bridge : NULL, KNOWN },
		{ "uplink", *l->uplink ? l->uplink : NULL, KNOWN },
		{ "since", since_text(l, since, sizeof(since)), KNOWN },
		{ "guard", l->guard, RARE },
		{ "expose", l->open.word ? exposed_text(&l->open, ports) : NULL, RARE },
		{ "error", *l->error ? l->error : NULL, RARE },
		{ "warning", *l->warning ? l->warning : NULL, RARE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if ((texts[i].when == RARE && !texts[i].value) ||
		    (texts[i].when == KNOWN && l->asked))
			continue;
		json_put_text(&json, texts[i].key, texts[i].value);
		if (json && strcmp(texts[i].key, "pool") == 0)
			json_object_set_new(json, "pinned", json_boolean(l->pinned));
	}
	return json;
}

/* Prints an object, and what follows it. Returns 0 or -ENOMEM. */
static int print_json(const json_t *json, const char *end, FILE *out)
{
	if (!json || (json_dumpf(json, out, JSON_LINES) < 0 && !ferror(out)))
		return -ENOMEM;
	fputs(end, out);
	return 0;
}

/* Goes on with a JSON array, or begins it. */
static void begin_item(bool *begun, FILE *out)
{
	fputs(*begun ? ",\n" : "[\n", out);
	*begun = true;
}

static void end_items(bool begun, FILE *out)
{
	fputs(begun ? "\n]\n" : "[]\n", out);
}

int output_attached(const struct listing *l, bool json, FILE *out)
{
	char text[INET6_ADDRSTRLEN];
	_json_ json_t *object = NULL;

	if (!json) {
		fprintf(out, "%s\n", inet_ntop(AF_INET6, &l->address, text, sizeof(text)));
		return 0;
	}
	object = to_json(l);
	return print_json(object, "\n", out);
}

int output_action(const struct reconcile_action *a, void *arg)
{
	static const char *const whats[] = { "attach", "detach", "remove", "wait" };
	struct output_actions *actions = arg;
	char address[INET6_ADDRSTRLEN] = "", name[IDENT_TEXT_MAX + USER_NAME_MAX],
	     shown[2 * sizeof(name)];
	_json_ json_t *json = NULL;

	actions->failed |= a->error != NULL;
	if (!IN6_IS_ADDR_UNSPECIFIED(&a->address))
		inet_ntop(AF_INET6, &a->address, address, sizeof(address));
	if (!actions->json) {
		fprintf(actions->out, "%s %s%s%s%s(%s)%s%s\n", whats[a->what],
			*a->ident.name ? text_escape(ident_shown(&a->ident, name, sizeof(name)),
						     shown, sizeof(shown))
				       : "",
			*a->ident.name ? " " : "", address, *address ? " " : "", a->why,
			a->error ? ": failed: " : "", a->error ? a->error : "");
		return 0;
	}
	json = json_object();
	json_put_text(&json, "action", whats[a->what]);
	if (*a->ident.name)
		json_put_text(&json, "container", ident_shown(&a->ident, name, sizeof(name)));
	if (*address)
		json_put_text(&json, "address", address);
	json_put_text(&json, "why", a->why);
	if (a->error)
		json_put_text(&json, "error", a->error);
	begin_item(&actions->begun, actions->out);
	return print_json(json, "", actions->out);
}

void output_actions_end(const struct output_actions *actions)
{
	if (actions->json)
		end_items(actions->begun, actions->out);
}

#define COLUMNS 10

/* One line of the table. */
struct row {
	struct row *next;
	char cells[]; /* each with its end */
};

struct output_list {
	FILE *out;
	bool as_json; /* else a table */
	bool begun;   /* one was printed */
	struct arena arena;
	struct row *first, **last;
	int widths[COLUMNS];
};

/* How many columns of a terminal the text takes: its characters, near enough. */
static int width(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static int add_row(struct output_list *list, const char *const cells[COLUMNS])
{
	char text[COLUMNS * IDENT_TEXT_MAX * 2];
	struct row *row;
	size_t used = 0;

	for (size_t i = 0; i < COLUMNS; i++) {
		char *cell = text + used;
		int columns;

		text_escape(*cells[i] ? cells[i] : "-", cell, IDENT_TEXT_MAX * 2);
		used += strlen(cell) + 1;
		columns = width(cell);
		if (columns > list->widths[i])
			list->widths[i] = columns;
	}
	row = arena_take(&list->arena, sizeof(*row) + used);
	if (!row)
		return -ENOMEM;
	row->next = NULL;
	memcpy(row->cells, text, used);
	*list->last = row;
	list->last = &row->next;
	return 0;
}

struct output_list *output_list_new(bool json, FILE *out)
{
	static const char *const titles[COLUMNS] = { "CONTAINER", "RUNTIME", "ADDRESS", "POOL",
						     "PINNED",	  "STATE",   "BRIDGE",	"UPLINK",
						     "EXPOSE",	  "SINCE" };
	struct output_list *list = calloc(1, sizeof(*list));

	if (!list)
		return NULL;
	list->out = out;
	list->as_json = json;
	list->last = &list->first;
	if (!json && add_row(list, titles) < 0) {
		output_list_free(list);
		return NULL;
	}
	return list;
}

int output_list_add(const struct listing *l, void *arg)
{
	struct output_list *list = arg;
	char address[INET6_ADDRSTRLEN], since[32], name[IDENT_TEXT_MAX + USER_NAME_MAX];
	char user[USER_NAME_MAX] = "", open[EXPOSED_TEXT_MAX];
	const char *shown = address_text(l, address);
	const char *why = *l->error ? l->error : l->warning;
	char last[sizeof(since) + sizeof(l->error) + sizeof(l->warning) + 2];
	char on[sizeof(l->host) + 4];

	if (list->as_json) {
		_json_ json_t *object = to_json(l);

		begin_item(&list->begun, list->out);
		return print_json(object, "", list->out);
	}
	if (l->ident.owner)
		user_name(l->ident.owner, user, sizeof(user));
	snprintf(name, sizeof(name), "%s%s%s%s%s", user, *user ? "/" : "", l->ident.name,
		 *l->ident.path ? "@" : "", l->ident.path);
	snprintf(on, sizeof(on), "on %s", l->host);
	snprintf(last, sizeof(last), "%s%s%s", since_text(l, since, sizeof(since)) ? since : "-",
		 *why ? "  " : "", why);
	return add_row(list,
		       (const char *const[COLUMNS]){ name, l->ident.runtime, shown ? shown : "",
						     l->pool	 ? l->pool
						     : l->unsaid ? "?"
								 : "",
						     l->pinned ? "yes" : "no",
						     *l->host	   ? on
						     : *l->warning ? "attached, but"
								   : states[l->state],
						     l->bridge, l->uplink,
						     l->open.word ? exposed_text(&l->open, open)
						     : l->unsaid  ? "?"
								  : "",
						     last });
}

int output_list_print(struct output_list *list)
{
	if (list->as_json) {
		end_items(list->begun, list->out);
		return 0;
	}
	for (const struct row *row = list->first; row; row = row->next) {
		const char *cell = row->cells;

		for (size_t i = 0; i < COLUMNS; i++, cell += strlen(cell) + 1) {
			int pad = i == COLUMNS - 1 ? 0 : list->widths[i] - width(cell) + 2;

			fputs(cell, list->out);
			for (; pad > 0; pad--)
				putc_unlocked(' ', list->out);
		}
		putc_unlocked('\n', list->out);
	}
	return 0;
}

void output_list_free(struct output_list *list)
{
	arena_release(&list->arena);
	free(list);
}
