/* What doctor has found, as people and programs read it. */
#include "cli/diagnosis.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define SHOWN_MAX 5000 /* bytes of one text, escaped */

/* Prints a text with what is before it, if there is one. */
static void print_text(const char *before, const char *text, FILE *out)
{
	char shown[SHOWN_MAX];

	if (*text)
		fprintf(out, "%s%s\n", before, text_escape(text, shown, sizeof(shown)));
}

static void print_finding(const struct finding *f, FILE *out)
{
	char before[128];

	snprintf(before, sizeof(before), "%s %.80s: ", finding_word(f->state), f->check);
	print_text(before, f->what, out);
	print_text("    seen: ", f->evidence, out);
	print_text("    do:   ", f->remedy, out);
}

/* The same as a JSON object, or null without memory. */
static json_t *to_json(const struct finding *f)
{
	const struct {
		const char *key, *value;
	} texts[] = {
		{ "check", f->check },	 { "state", finding_word(f->state) },
		{ "what", f->what },	 { "evidence", f->evidence },
		{ "remedy", f->remedy },
	};
	json_t *json = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (*texts[i].value)
			json_put_text(&json, texts[i].key, texts[i].value);
	return json;
}

static int print_json(const struct findings *f, FILE *out)
{
	_json_ json_t *all = json_array();

	for (size_t i = 0; i < f->count; i++)
		if (!all || json_array_append_new(all, to_json(&f->list[i])) < 0)
			return -ENOMEM;
	if (!all || (json_dumpf(all, out, JSON_LINES) < 0 && !ferror(out)))
		return -ENOMEM;
	fputc('\n', out);
	return 0;
}

/* Whether nothing is to be mended: what is left out then has reasons of its own. */
static bool is_well(const struct findings *f)
{
	return findings_count(f, FINDING_OK) + findings_count(f, FINDING_SKIPPED) == f->count;
}

/* Whether there is anything to be said of one: not of what is left out until others are mended. */
static bool says_something(const struct findings *all, const struct finding *f)
{
	return *f->what && (f->state != FINDING_SKIPPED || is_well(all));
}

/* The steps in their order; the one at which the way ends is marked. */
static void print_way(const struct findings *f, FILE *out)
{
	const size_t skipped = findings_count(f, FINDING_SKIPPED);

	for (size_t i = 0; i < f->count; i++) {
		if (!says_something(f, &f->list[i]))
			continue;
		fputs(f->list[i].state == FINDING_BROKEN ? "==> " : "    ", out);
		print_finding(&f->list[i], out);
	}
	if (skipped && !is_well(f))
		fprintf(out, "    %zu more could not be looked at\n", skipped);
}

/* The worst first, and how many are well. */
static void print_all(const struct findings *f, FILE *out)
{
	const size_t well = findings_count(f, FINDING_OK),
		     skipped = findings_count(f, FINDING_SKIPPED);

	for (int state = FINDING_BROKEN; state >= FINDING_OK; state--)
		for (size_t i = 0; i < f->count; i++)
			if ((int)f->list[i].state == state && says_something(f, &f->list[i]))
				print_finding(&f->list[i], out);
	if (is_well(f))
		fprintf(out, "all is well: %zu checks\n", well);
	else
		fprintf(out, "%zu other checks are well%s\n", well,
			skipped ? ", some are left out until that is mended" : "");
}

int diagnosis_print(const struct findings *f, bool way, bool json, FILE *out)
{
	if (json)
		return print_json(f, out);
	if (way)
		print_way(f, out);
	else
		print_all(f, out);
	return 0;
}
