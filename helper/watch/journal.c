/* The lines of the service's journal: one a change, for people or as JSON objects. */
#include "watch/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/json.h"
#include "base/text.h"

#define TOLD_MOST 256
#define ONCE_MOST 1024

/* Hashes of the notes that were told. */
struct told {
	uint64_t list[TOLD_MOST];
	size_t count;
};

static bool as_json;
/* By the last reconciliation, and by this one: shared with the service's children, which make them.
 */
static struct told *told;

void journal_begin(bool json)
{
	as_json = json;
	told = mmap(NULL, 2 * sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		    0);
	if (told == MAP_FAILED)
		told = calloc(2, sizeof(*told));
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

void journal_failed(const char *container, const char *address, const char *why, const char *error,
		    bool doctor)
{
	char text[ERROR_TEXT_MAX + 2048];

	/* a path is not to be given to doctor in a name */
	if (as_json || !doctor || strstr(container, "@/"))
		snprintf(text, sizeof(text), "%s", error);
	else
		snprintf(text, sizeof(text), "%s; v6hook doctor %s says more", error, container);
	journal_change("failed", container, address, why, text);
}

/* Notes that it is told. Returns whether it was already. */
static bool was_told(const char *text)
{
	uint64_t hash = text_hash(text, 0);
	bool is = false;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < told[k].count; i++)
			is |= told[k].list[i] == hash;
	if (told[1].count < TOLD_MOST)
		told[1].list[told[1].count++] = hash;
	return is;
}

void journal_note(enum note_level level, const char *text)
{
	if (level == NOTE_PROGRESS || level == NOTE_DETAIL ||
	    (level == NOTE_STATE && told && was_told(text)))
		return;
	if (level == NOTE_REMARK)
		journal_remark("info", text);
	else
		journal_change("warning", "", NULL, text, NULL);
}

void journal_reconciled(void)
{
	if (!told)
		return;
	told[0] = told[1];
	told[1].count = 0;
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

void journal_once(const char *text)
{
	static uint64_t list[ONCE_MOST];
	static size_t count;
	const uint64_t hash = text_hash(text, 0);

	for (size_t i = 0; i < ONCE_MOST && i < count; i++)
		if (list[i] == hash)
			return;
	list[count++ % ONCE_MOST] = hash;
	journal_remark("note", text);
}
