/* Configuration files of others, line by line: KEY=VALUE, in [SECTIONS] or without any. */
#include "doctor/lines.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/list.h"
#include "base/text.h"

void lines_read(const char *path, void (*each)(const struct line *l, void *arg), void *arg)
{
	_free_ char *text = NULL;
	char *rest, *one, section[64] = "";
	struct line l = { .path = path, .section = section };
	size_t len;

	if (file_read(AT_FDCWD, path, LINES_FILE_MAX, &text, &len) < 0)
		return;
	rest = text;
	while ((one = strsep(&rest, "\n"))) {
		char *key = text_trim(one), *value;
		const size_t end = strlen(key);

		l.number++;
		if (*key == '[' && end > 1 && key[end - 1] == ']')
			snprintf(section, sizeof(section), "%.*s", (int)end - 2, key + 1);
		value = strchr(key, '=');
		if (!*key || *key == '#' || *key == ';' || *key == '[' || !value)
			continue;
		*value++ = '\0';
		l.key = text_trim(key);
		l.value = text_trim(value);
		each(&l, arg);
	}
}

/* A file, and what it is sorted by. */
struct file {
	char path[PATH_MAX];
	size_t dir; /* its directory's place in the list */
};

struct files {
	struct file *list;
	size_t count;
};

static int by_name(const void *a, const void *b)
{
	const struct file *x = a, *y = b;
	const int order = strcmp(strrchr(x->path, '/'), strrchr(y->path, '/'));

	return order ? order : (x->dir > y->dir) - (x->dir < y->dir);
}

/* Adds what one directory has. */
static void add(struct files *all, const char *dir, size_t place, const char *suffix)
{
	_closedir_ DIR *d = opendir(dir);
	const size_t end = strlen(suffix);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		const size_t len = strlen(entry->d_name);
		struct file *list;

		if (len <= end || strcmp(entry->d_name + len - end, suffix) != 0)
			continue;
		list = list_room(all->list, all->count, sizeof(*list));
		if (!list)
			return;
		all->list = list;
		list[all->count].dir = place;
		snprintf(list[all->count++].path, sizeof(list->path), "%.3000s/%s", dir,
			 entry->d_name);
	}
}

void lines_files(const char *const *dirs, const char *suffix,
		 void (*each)(const char *path, void *arg), void *arg)
{
	struct files all = { 0 };

	for (size_t i = 0; dirs[i]; i++)
		add(&all, dirs[i], i, suffix);
	if (all.count)
		qsort(all.list, all.count, sizeof(*all.list), by_name);
	for (size_t i = 0; i < all.count; i++)
		if (i == 0 ||
		    strcmp(strrchr(all.list[i].path, '/'), strrchr(all.list[i - 1].path, '/')) != 0)
			each(all.list[i].path, arg);
	free(all.list);
}
