/*
 * Fuzzes the list of containers: pieces of any size find the same, and what a JSON parser finds.
 * And the lines of a stream.
 */
#include "fuzz.h"

#include "base/json.h"
#include "engine/lines.h"
#include "runtime/docker_list.h"

struct found {
	char *text;
	size_t len;
};

static void on_found(const char *id, void *arg)
{
	struct found *f = arg;
	size_t n = strlen(id);

	must(n > 0 && n < ENGINE_ID_MAX);
	f->text = realloc(f->text, f->len + n + 2);
	must(f->text);
	memcpy(f->text + f->len, id, n);
	f->len += n;
	f->text[f->len++] = '\n';
	f->text[f->len] = '\0';
}

/* Reads the text in pieces of so many bytes; returns how it ended, and what was found. */
static int read_in(const char *text, size_t size, size_t piece, struct found *ret, bool *ret_whole)
{
	struct docker_list l = { 0 };
	int r = 0;

	for (size_t n; size > 0; text += n, size -= n) {
		n = piece < size ? piece : size;
		r = docker_list_read(&l, text, n, on_found, ret);
	}
	*ret_whole = docker_list_is_whole(&l);
	return r;
}

struct lines {
	size_t most;
	size_t count, too_long;
};

static void on_line(const char *line, size_t len, void *arg)
{
	struct lines *l = arg;

	l->count++;
	l->too_long += !line;
	if (line)
		must(len > 0 && len <= l->most && line[len] == '\0' && !memchr(line, '\n', len));
}

/* A stream of lines that have room for so many bytes. */
static void read_lines(const char *text, size_t size, size_t most)
{
	struct engine_lines l = { .most = most };
	struct lines whole = { .most = most }, expected = { .most = most };
	const char *at = text, *end;

	l.text = malloc(most + 1);
	must(l.text);
	for (size_t i = 0; i < size; i++)
		engine_lines_read(&l, text + i, 1, on_line, &whole);
	for (; (end = memchr(at, '\n', size - (size_t)(at - text))); at = end + 1) {
		expected.count += end > at;
		expected.too_long += (size_t)(end - at) > most;
	}
	must(whole.count == expected.count && whole.too_long == expected.too_long);
	free(l.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct found whole = { 0 }, pieces = { 0 }, parsed = { 0 };
	bool whole_ended, pieces_ended;
	_json_ json_t *json = NULL;
	struct error ignored;
	int r = read_in(text, size, size ? size : 1, &whole, &whole_ended);
	const json_t *c;
	size_t i;

	must(r == read_in(text, size, size ? data[0] % 7 + 1 : 1, &pieces, &pieces_ended));
	must(whole_ended == pieces_ended && whole.len == pieces.len);
	must(whole.len == 0 || memcmp(whole.text, pieces.text, whole.len) == 0);
	/* escapes are not read */
	if (!memchr(text, '\\', size) && text[0] == '[' &&
	    json_parse(text, size, &json, &ignored) == 0 && r == 0) {
		must(whole_ended);
		json_array_foreach (json, i, c) {
			const char *id = json_is_object(c) ? json_text(c, "Id") : NULL;

			if (id && *id && strlen(id) < ENGINE_ID_MAX)
				on_found(id, &parsed);
		}
		must(whole.len == parsed.len);
		must(whole.len == 0 || memcmp(whole.text, parsed.text, whole.len) == 0);
	}
	read_lines(text, size, size % 61 + 1);
	free(text);
	free(whole.text);
	free(pieces.text);
	free(parsed.text);
	return 0;
}
