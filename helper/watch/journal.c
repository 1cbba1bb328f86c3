/* The lines of the service's journal: one a change, for people or as JSON objects. */
#include "watch/journal.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define TOLD_MOST 256

static bool as_json;
/* Hashes of the notes of the last look and of this one. */
static uint64_t told[2][TOLD_MOST];
static size_t told_count[2];

void journal_json(bool json)
{
	as_json = json;
}

static void print_json(const char *what, const char *container, const char *address,
		       const char *why, const char *error)
{
	_json_ json_t *json = json_object();
	_free_ char *line = NULL;

	json_put_text(&json, "event", what);
	if (container)
		json_put_text(&json, "container", container);
	if (address)
		json_put_text(&json, "address", address);
	json_put_text(&json, "why", why);
	if (error)
		json_put_text(&json, "error", error);
	line = json_dumps(json, JSON_COMPACT);
	printf("%s\n", line ? line : "{}");
	fflush(stdout);
}

void journal_change(const char *what, const char *container, const char *address, const char *why,
		    const char *error)
{
	char shown[16384], line[4096]; /* the longest name and path, and the reason */

	if (as_json) {
		print_json(what, container, address, why, error);
		return;
	}
	snprintf(line, sizeof(line), "%s%s%s%s%s (%s)%s%s", what, *container ? " " : "", container,
		 address ? " " : "", address ? address : "", why, error ? ": " : "",
		 error ? error : "");
	printf("%s\n", text_escape(line, shown, sizeof(shown)));
	fflush(stdout);
}

static bool was_told(const char *text)
{
	uint64_t hash = text_hash(text, 0);

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < told_count[k]; i++)
			if (told[k][i] == hash)
				return true;
	return false;
}

void journal_note(enum note_level level, const char *text)
{
	if (level == NOTE_WARNING && !was_told(text))
		journal_change("warning", "", NULL, text, NULL);
}

void journal_note_once(enum note_level level, const char *text)
{
	if (level != NOTE_WARNING)
		return;
	journal_note(level, text);
	if (told_count[1] < TOLD_MOST)
		told[1][told_count[1]++] = text_hash(text, 0);
}

void journal_looked(void)
{
	memcpy(told[0], told[1], sizeof(told[0]));
	told_count[0] = told_count[1];
	told_count[1] = 0;
}

void journal_remark(const char *what, const char *text)
{
	char shown[1100];

	if (as_json) {
		print_json(what, NULL, NULL, text, NULL);
		return;
	}
	printf("%s: %s\n", what, text_escape(text, shown, sizeof(shown)));
	fflush(stdout);
}
