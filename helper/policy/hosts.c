/*
 * The hosts file: what is attached, with its names, for who serves names.
 *
 * Theory of operation: the file is never changed, but always made of all that is stored, under a
 * lock. So of two who write at once the second has what the first has changed, as that was stored
 * before; whoever is killed before the file is written is made up for by the next. While the
 * service runs it alone writes, as it hears of every change; else whoever has made one does.
 */
#include "policy/hosts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/note.h"
#include "base/text.h"
#include "policy/names.h"

#define MARK "# Made by v6hook"

/* Prints the file. */
static void print(const struct names *n, FILE *out)
{
	char address[INET6_ADDRSTRLEN];

	fprintf(out, MARK ", which replaces it when something changes: see v6hook.json(5)\n");
	for (size_t i = 0; i < n->count; i++) {
		if (i == 0 || n->list[i].holder != n->list[i - 1].holder)
			fprintf(out, "%s%s", i ? "\n" : "",
				text_address(&n->list[i].holder->address, address));
		fprintf(out, " %s", n->list[i].text);
	}
	if (n->count)
		fputc('\n', out);
}

/* The whole text of the file, to be freed, or null without memory. */
static char *text_of(const struct names *n, size_t *ret_len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_len);

	if (!out)
		return NULL;
	print(n, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

int hosts_write(struct context *c, struct error *e)
{
	_look_ struct look look = { .store = c->store, .boot_id = c->boot_id };
	_names_ struct names names = { 0 };
	const char *path = c->config->hosts;
	_free_ char *text = NULL;
	_close_ int lock = -1;
	size_t len = 0;
	int r;

	if (!path)
		return 0;
	r = c->store->ops->lock(c->store, LOCK_MADE, NULL, false, CONTEXT_WAIT_MS, &lock, e);
	if (r == 0)
		r = look_read_store(&look, e);
	if (r < 0)
		return error_prefix(e, r, "%s stays as it is", path);
	r = names_find(c, &look, &names);
	if (r == 0 && !(text = text_of(&names, &len)))
		r = -ENOMEM;
	if (r == 0)
		r = file_replace(path, MARK, text, len);
	if (r == -EEXIST)
		return error_set(
			e, STATUS_FAILED, r,
			"%s is there and not made by v6hook: move it away, or name another "
			"as \"hosts\"",
			path);
	return r < 0 ? error_sys(e, r, "cannot write the hosts file %s", path) : 0;
}

void hosts_follow(struct context *c)
{
	struct error e;

	if (c->config->hosts && !context_is_served(c) && hosts_write(c, &e) < 0)
		note(NOTE_WARNING, "%s", e.text);
}
