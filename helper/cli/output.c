/* What verbs found, as people and programs read it. */
#include "cli/output.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"
#include "base/user.h"

static const char *const states[] = { "attached", "detached", "broken" };

/* The address as text, or null if there is none. */
static const char *address_text(const struct listing *l, char *out, size_t size)
{
	return l->has_address ? inet_ntop(AF_INET6, &l->address, out, (socklen_t)size) : NULL;
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
	char text[INET6_ADDRSTRLEN], since[32], user[USER_NAME_MAX];
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
		{ "address", address_text(l, text, sizeof(text)), ALWAYS },
		{ "pool", l->pool, KNOWN },
		{ "state", states[l->state], ALWAYS },
		{ "bridge", *l->bridge ? l->bridge : NULL, KNOWN },
		{ "uplink", *l->uplink ? l->uplink : NULL, KNOWN },
		{ "since", since_text(l, since, sizeof(since)), KNOWN },
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

static int print_json(const json_t *json, FILE *out)
{
	if (json_dumpf(json, out, JSON_LINES) < 0)
		return -ENOMEM;
	putc('\n', out);
	return 0;
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
	return print_json(object, out);
}

int output_action(const struct reconcile_action *a, void *arg)
{
	static const char *const whats[] = { "attach", "detach", "remove" };
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
	return print_json(json, actions->out);
}

#define COLUMNS 9

struct row {
	char *cell[COLUMNS];
};

struct output_list {
	json_t *json; /* null: a table */
	struct row *rows;
	size_t count;
};

static int add_row(struct output_list *list, const char *const cells[COLUMNS])
{
	struct row *larger = reallocarray(list->rows, list->count + 1, sizeof(*larger));
	struct row *row;

	if (!larger)
		return -ENOMEM;
	list->rows = larger;
	row = &list->rows[list->count++];
	memset(row, 0, sizeof(*row));
	for (size_t i = 0; i < COLUMNS; i++) {
		char shown[IDENT_TEXT_MAX * 2];

		row->cell[i] =
			strdup(*cells[i] ? text_escape(cells[i], shown, sizeof(shown)) : "-");
		if (!row->cell[i])
			return -ENOMEM;
	}
	return 0;
}

struct output_list *output_list_new(bool json)
{
	static const char *const titles[COLUMNS] = { "CONTAINER", "RUNTIME", "ADDRESS",
						     "POOL",	  "PINNED",  "STATE",
						     "BRIDGE",	  "UPLINK",  "SINCE" };
	struct output_list *list = calloc(1, sizeof(*list));

	if (!list)
		return NULL;
	if (json)
		list->json = json_array();
	if (json ? !list->json : add_row(list, titles) < 0) {
		output_list_free(list);
		return NULL;
	}
	return list;
}

int output_list_add(const struct listing *l, void *arg)
{
	struct output_list *list = arg;
	char address[INET6_ADDRSTRLEN], since[32], name[IDENT_TEXT_MAX + USER_NAME_MAX];
	char user[USER_NAME_MAX] = "";
	const char *shown = address_text(l, address, sizeof(address));
	const char *why = *l->error ? l->error : l->warning;
	char last[sizeof(since) + sizeof(l->error) + sizeof(l->warning) + 2];

	if (list->json)
		return json_array_append_new(list->json, to_json(l)) < 0 ? -ENOMEM : 0;
	if (l->ident.owner)
		user_name(l->ident.owner, user, sizeof(user));
	snprintf(name, sizeof(name), "%s%s%s%s%s", user, *user ? "/" : "", l->ident.name,
		 *l->ident.path ? "@" : "", l->ident.path);
	snprintf(last, sizeof(last), "%s%s%s", since_text(l, since, sizeof(since)) ? since : "-",
		 *why ? "  " : "", why);
	return add_row(list, (const char *const[COLUMNS]){
				     name, l->ident.runtime, shown ? shown : "",
				     l->pool ? l->pool : "", l->pinned ? "yes" : "no",
				     *l->warning ? "attached, but" : states[l->state], l->bridge,
				     l->uplink, last });
}

/* How many columns of a terminal the text takes: its characters, near enough. */
static int width(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

int output_list_print(struct output_list *list, FILE *out)
{
	int widths[COLUMNS] = { 0 };

	if (list->json)
		return print_json(list->json, out);
	for (size_t r = 0; r < list->count; r++)
		for (size_t i = 0; i < COLUMNS; i++)
			if (width(list->rows[r].cell[i]) > widths[i])
				widths[i] = width(list->rows[r].cell[i]);
	for (size_t r = 0; r < list->count; r++)
		for (size_t i = 0; i < COLUMNS; i++) {
			const char *cell = list->rows[r].cell[i];
			int pad = i == COLUMNS - 1 ? 0 : widths[i] - width(cell) + 2;

			fprintf(out, "%s%*s%s", cell, pad, "", i == COLUMNS - 1 ? "\n" : "");
		}
	return 0;
}

void output_list_free(struct output_list *list)
{
	for (size_t r = 0; r < list->count; r++)
		for (size_t i = 0; i < COLUMNS; i++)
			free(list->rows[r].cell[i]);
	free(list->rows);
	json_decref(list->json);
	free(list);
}
