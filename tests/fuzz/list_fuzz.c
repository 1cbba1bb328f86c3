/* Fuzzes the list of containers: pieces of any size find the same, and what a JSON parser finds. */
#include "fuzz.h"

#include "base/json.h"
#include "runtime/docker_list.h"

struct found {
	char *text;
	size_t len;
};

static void on_found(const char *id, void *arg)
{
	struct found *f = arg;
	size_t n = strlen(id);

	must(n > 0 && n < DOCKER_ID_MAX);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct found whole = { 0 }, pieces = { 0 }, parsed = { 0 };
	bool whole_ended, pieces_ended;
	_json_ cJSON *json = NULL;
	struct error ignored;
	int r = read_in(text, size, size ? size : 1, &whole, &whole_ended);

	must(r == read_in(text, size, size ? data[0] % 7 + 1 : 1, &pieces, &pieces_ended));
	must(whole_ended == pieces_ended && whole.len == pieces.len);
	must(whole.len == 0 || memcmp(whole.text, pieces.text, whole.len) == 0);
	/* escapes are not read; cJSON takes a byte order mark and any control character as space */
	if (!memchr(text, '\\', size) && text[0] == '[' &&
	    json_parse(text, size, &json, &ignored) == 0 && r == 0) {
		must(whole_ended);
		for (const cJSON *c = json->child; c; c = c->next) {
			const char *id = cJSON_IsObject(c) ? json_text(c, "Id") : NULL;

			if (id && *id && strlen(id) < DOCKER_ID_MAX)
				on_found(id, &parsed);
		}
		must(whole.len == parsed.len);
		must(whole.len == 0 || memcmp(whole.text, parsed.text, whole.len) == 0);
	}
	free(text);
	free(whole.text);
	free(pieces.text);
	free(parsed.text);
	return 0;
}
