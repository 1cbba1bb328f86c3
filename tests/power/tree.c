/* Reads a record of changes, and makes the directory trees that it may have come to. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model.h"

#define MOST_OBJECTS MOST_LINES

static struct object objects[MOST_OBJECTS];
static size_t object_count;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "replay: %s: %s\n", what, why);
	exit(2);
}

static struct object *object_new(unsigned long inode, int type, const char *target)
{
	if (object_count == MOST_OBJECTS)
		die("the record", "too many files");
	objects[object_count] = (struct object){
		.inode = inode, .type = type, .target = target, .now = "", .durable = ""
	};
	return &objects[object_count++];
}

/* The last that had this number, or null. */
static struct object *object_of(unsigned long inode)
{
	for (size_t i = object_count; i > 0; i--)
		if (objects[i - 1].inode == inode)
			return &objects[i - 1];
	return NULL;
}

/* Splits text at blanks; missing words are empty. */
static void split(char *text, char **words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		words[i] = text;
		text += strcspn(text, " \n");
		if (*text)
			*text++ = '\0';
	}
}

static bool read_change(char **w, struct line *l)
{
	unsigned long inode = strtoul(w[1], NULL, 10);
	bool is_link = strcmp(w[0], "symlink") == 0;

	if (strcmp(w[0], "create") == 0 || strcmp(w[0], "mkdir") == 0 || is_link) {
		l->kind = CREATE;
		l->path = w[2];
		l->object = object_new(inode,
				       is_link	      ? LINK
				       : *w[0] == 'm' ? DIRECTORY
						      : FILE_OBJECT,
				       w[3]);
	} else if (strcmp(w[0], "rename") == 0) {
		*l = (struct line){ .kind = RENAME, .path = w[2], .path2 = w[3] };
		l->object = object_of(inode);
	} else if (strcmp(w[0], "unlink") == 0) {
		*l = (struct line){ .kind = UNLINK, .path = w[1] };
		return true;
	} else if (strcmp(w[0], "data") == 0) {
		*l = (struct line){ .kind = DATA, .data = *w[2] == '-' ? "" : w[2] };
		l->object = object_of(inode);
	} else if (strcmp(w[0], "sync") == 0) {
		*l = (struct line){ .kind = SYNC, .path = w[2] };
		l->object = object_of(inode);
		return true; /* of a directory that was there before: no object */
	} else {
		return false;
	}
	return l->object;
}

static bool read_command(char **w, struct line *l)
{
	if (strcmp(w[0], "begin") == 0)
		*l = (struct line){ .kind = BEGIN, .verb = w[1], .ident = w[2], .argument = w[3] };
	else if (strcmp(w[0], "end") == 0)
		*l = (struct line){ .kind = END, .status = atoi(w[1]), .out = w[2] };
	else
		return false;
	return true;
}

size_t record_read(const char *path, struct line *lines)
{
	FILE *in = fopen(path, "r");
	const struct line *begin = NULL;
	char *text = NULL;
	size_t room = 0, count = 0;

	if (!in)
		die(path, strerror(errno));
	for (; getline(&text, &room, in) > 0; count++) {
		struct line *l = &lines[count];
		char *words[4];

		if (count == MOST_LINES)
			die(path, "too long");
		*l = (struct line){ 0 };
		split(text, words, 4);
		text = NULL; /* the words stay where they are */
		room = 0;
		if (!read_change(words, l) && !read_command(words, l))
			die(path, words[0]);
		if (l->kind == BEGIN)
			begin = l;
		if (l->kind == END) {
			if (!begin)
				die(path, "an end without a beginning");
			l->verb = begin->verb, l->ident = begin->ident,
			l->argument = begin->argument;
		}
	}
	free(text);
	fclose(in);
	return count;
}

static void tree_forget(struct tree *t, const char *path)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->list[i].path, path) == 0) {
			t->list[i] = t->list[--t->count];
			return;
		}
}

void tree_apply(struct tree *t, const struct line *l)
{
	tree_forget(t, l->path);
	if (l->kind == UNLINK)
		return;
	if (l->kind == RENAME)
		tree_forget(t, l->path2);
	if (t->count == MOST_NAMES)
		die("a tree", "too many names");
	t->list[t->count++] = (struct entry){ l->kind == RENAME ? l->path2 : l->path, l->object };
}

/* The digits of what the file holds. */
static size_t content(const struct object *o, enum data data, const char **ret)
{
	bool all = data == DATA_ALL || strcmp(o->now, o->durable) == 0;

	*ret = all || data == DATA_HALF ? o->now : o->durable;
	return all || data == DATA_NONE ? strlen(*ret) : strlen(*ret) / 4 * 2;
}

static void make_file(const char *path, const struct object *o, enum data data)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	const char *digits;
	size_t len = content(o, data, &digits) / 2;
	unsigned char bytes[16 * 1024];

	for (size_t i = 0; i < len; i++)
		sscanf(digits + 2 * i, "%2hhx", &bytes[i]);
	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		die(path, strerror(errno));
	close(fd);
}

void tree_make(const struct tree *t, const char *below, const char *at, enum data data)
{
	/* directories first, none deeper than three; what lies in one that is lost is lost */
	for (size_t i = 0; i < 3 * t->count; i++) {
		const struct entry *e = &t->list[i % t->count];
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s%s", at, e->path + strlen(below));
		if (e->object->type == DIRECTORY && mkdir(path, 0755) < 0 && errno != EEXIST &&
		    errno != ENOENT)
			die(path, strerror(errno));
	}
	for (size_t i = 0; i < t->count; i++) {
		const struct entry *e = &t->list[i];
		char path[PATH_MAX], *slash;

		snprintf(path, sizeof(path), "%s%s", at, e->path + strlen(below));
		slash = strrchr(path, '/');
		*slash = '\0';
		if (e->object->type == DIRECTORY || access(path, F_OK) < 0)
			continue;
		*slash = '/';
		if (e->object->type == FILE_OBJECT)
			make_file(path, e->object, data);
		else if (symlink(e->object->target, path) < 0)
			die(path, strerror(errno));
	}
}

static int wipe_one(const char *path, const struct stat *st, int flag, struct FTW *where)
{
	(void)st, (void)flag, (void)where;
	return remove(path);
}

void tree_wipe(const char *at)
{
	if (nftw(at, wipe_one, 16, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		die(at, strerror(errno));
}

static unsigned long long hash(unsigned long long h, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 1099511628211ULL;
	return (h ^ 256) * 1099511628211ULL;
}

unsigned long long tree_hash(const struct tree *t, enum data data)
{
	unsigned long long sum = 0;

	for (size_t i = 0; i < t->count; i++) {
		const struct object *o = t->list[i].object;
		unsigned long long h =
			hash(14695981039346656037ULL, t->list[i].path, strlen(t->list[i].path));
		const char *digits;

		if (o->type == LINK)
			h = hash(h, o->target, strlen(o->target));
		else if (o->type == FILE_OBJECT) {
			size_t len = content(o, data, &digits);

			h = hash(h, digits, len);
		}
		sum += h; /* in whatever order */
	}
	return sum;
}
