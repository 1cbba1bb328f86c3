/*
 * The hosts file: what is attached, with its names, for who serves names.
 *
 * Theory of operation: the file is never changed, but always made of all that is stored, under a
 * lock. So of two who write at once the second has what the first has changed, as that was stored
 * before; whoever is killed before the file is written is made up for by the next. While the
 * service runs it alone writes, as it hears of every change; else whoever has made one does.
 */
#include "names/hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/note.h"
#include "base/text.h"
#include "names/made.h"
#include "names/names.h"

#define MOST (64u << 20) /* bytes */

/* Copies what the former file says of the address. Returns whether it says anything. */
static bool copy_line(const char *former, const char *address, FILE *out)
{
	const size_t len = strlen(address);

	for (const char *line = former; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, address, len) != 0 || line[len] != ' ')
			continue;
		fprintf(out, "%.*s\n", (int)strcspn(line, "\n"), line);
		return true;
	}
	return false;
}

/* Prints the file. @former: what it was, or "" */
static void print(const struct names *n, const char *former, FILE *out)
{
	char address[INET6_ADDRSTRLEN];
	size_t next;

	fprintf(out, MADE_MARK ", which replaces it when something changes: see v6hook.json(5)\n");
	for (size_t i = 0; i < n->count; i = next) {
		const struct holder *h = n->list[i].holder;

		text_address(&h->address, address);
		for (next = i + 1; next < n->count && n->list[next].holder == h;)
			next++;
		/* what its record would say is not known: it stays as it was */
		if ((h->unreadable || h->lost) && copy_line(former, address, out))
			continue;
		fputs(address, out);
		for (size_t k = i; k < next; k++)
			fprintf(out, " %s", n->list[k].text);
		fputc('\n', out);
	}
}

/* The whole text of the file, to be freed, or null without memory. */
static char *text_of(const struct names *n, const char *former, size_t *ret_len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_len);

	if (!out)
		return NULL;
	print(n, former, out);
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
	_free_ char *text = NULL, *former = NULL;
	_close_ int lock = -1;
	size_t len = 0;
	int r;

	if (!path)
		return 0;
	r = c->store->ops->lock(c->store, LOCK_MADE, NULL, false, CONTEXT_WAIT_MS, &lock, e);
	if (r == 0)
		r = names_look(&look, e);
	if (r < 0)
		return error_prefix(e, r, "%s stays as it is", path);
	r = names_find(c, &look, &names);
	if (r == 0)
		file_read(AT_FDCWD, path, MOST, &former, &len);
	if (r == 0 && !(text = text_of(&names, former ? former : "", &len)))
		r = -ENOMEM;
	if (r == 0)
		return made_write("hosts", path, text, len, e);
	return error_sys(e, r, "cannot write the hosts file %s", path);
}

void hosts_follow(struct context *c)
{
	struct error e;

	if (c->config->hosts && !context_is_served(c) && hosts_write(c, &e) < 0)
		note(NOTE_WARNING, "%s", e.text);
}
