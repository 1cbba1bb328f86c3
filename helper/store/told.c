/* What the program of "on_change" has been told: which addresses are in service, and as whose. */
#include "store/told.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/hostname.h"
#include "base/ident.h"
#include "base/list.h"
#include "base/text.h"

#define NAME "told"
#define MARK "# What the program of on_change has been told: ADDRESS NAME CONTAINER\n"
#define MOST (64u << 20) /* bytes */

void told_release(struct told *t)
{
	free(t->list);
	arena_release(&t->arena);
}

static int compare(const struct told_one *one, const struct in6_addr *address)
{
	return memcmp(&one->address, address, sizeof(*address));
}

size_t told_place(const struct told *t, const struct in6_addr *address)
{
	size_t from = 0, to = t->count;

	while (from < to) {
		size_t middle = (from + to) / 2;

		if (compare(&t->list[middle], address) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

int told_put(struct told *t, const struct told_one *one)
{
	struct told_one copy = { one->address, arena_text(&t->arena, one->name),
				 arena_text(&t->arena, one->ident) };
	size_t at = told_place(t, &one->address);
	struct told_one *larger;

	if (!copy.name || !copy.ident)
		return -ENOMEM;
	if (at < t->count && compare(&t->list[at], &one->address) == 0) {
		t->list[at] = copy;
		return 0;
	}
	larger = list_room(t->list, t->count, sizeof(*larger));
	if (!larger)
		return -ENOMEM;
	t->list = larger;
	memmove(t->list + at + 1, t->list + at, (t->count++ - at) * sizeof(*t->list));
	t->list[at] = copy;
	return 0;
}

void told_drop(struct told *t, const struct in6_addr *address)
{
	size_t at = told_place(t, address);

	if (at == t->count || compare(&t->list[at], address) != 0)
		return;
	memmove(t->list + at, t->list + at + 1, (--t->count - at) * sizeof(*t->list));
}

/* Reads one line, which is changed. Returns 0, -EBADMSG or -ENOMEM. */
static int read_line(char *line, struct told *t)
{
	char *name = strchr(line, ' '), *ident = name ? strchr(name + 1, ' ') : NULL;
	char checked[HOSTNAME_MAX];
	struct told_one one = { 0 };
	struct ident id;

	if (!ident)
		return -EBADMSG;
	*name++ = *ident++ = '\0';
	if (inet_pton(AF_INET6, line, &one.address) != 1 || ident_from_text(ident, &id) < 0 ||
	    (strcmp(name, "-") != 0 && !hostname_read(name, checked)))
		return -EBADMSG;
	one.name = strcmp(name, "-") == 0 ? "" : name;
	one.ident = ident;
	return told_put(t, &one);
}

int told_read(const char *state_dir, struct told *ret, struct error *e)
{
	_told_ struct told t = { 0 };
	_free_ char *text = NULL;
	char path[PATH_MAX];
	bool odd = false;
	size_t len = 0;
	int r;

	snprintf(path, sizeof(path), "%s/" NAME, state_dir);
	r = file_read(AT_FDCWD, path, MOST, &text, &len);
	if (r < 0 && r != -ENOENT)
		return error_sys(e, r, "cannot read %s", path);
	/* one without its first line was not written by us, or not to the disk */
	odd = r == 0 && strncmp(text, MARK, strlen(MARK)) != 0;
	for (char *line = text, *end; r == 0 && line < text + len; line = end + 1) {
		end = strchr(line, '\n');
		/* one that is cut off, or holds a zero, is none */
		if (!end) {
			odd = true;
			break;
		}
		*end = '\0';
		if (*line != '#')
			r = read_line(line, &t);
		odd |= r == -EBADMSG;
		r = r == -EBADMSG ? 0 : r;
	}
	if (r == -ENOMEM)
		return error_sys(e, r, "cannot read %s", path);
	*ret = t;
	t = (struct told){ 0 };
	return odd;
}

int told_write(const char *state_dir, const struct told *t, struct error *e)
{
	_free_ char *text = NULL;
	char path[PATH_MAX], address[INET6_ADDRSTRLEN];
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int r = out ? 0 : -ENOMEM;

	snprintf(path, sizeof(path), "%s/" NAME, state_dir);
	if (out) {
		fputs(MARK, out);
		for (size_t i = 0; i < t->count; i++)
			fprintf(out, "%s %s %s\n", text_address(&t->list[i].address, address),
				*t->list[i].name ? t->list[i].name : "-", t->list[i].ident);
		r = fclose(out) == 0 ? 0 : -ENOMEM;
	}
	/* a new state directory would stand in the way of the old one */
	if (r == 0 && access(state_dir, F_OK) < 0)
		r = -errno;
	/* whatever is there by that name is of no use otherwise */
	if (r == 0)
		r = file_replace(path, "", text, len, true);
	return r < 0 ? error_sys(e, r, "cannot write %s", path) : 0;
}
