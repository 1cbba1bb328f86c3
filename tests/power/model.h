/* What a power loss may leave of a recorded run: the directory, and what the commands had promised.
 */
#ifndef V6HOOK_POWER_MODEL_H
#define V6HOOK_POWER_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#define MOST_LINES 20000
#define MOST_NAMES 256
#define MOST_HOLDERS 64

/* A file, a directory or a symbolic link, whatever it is called. */
struct object {
	unsigned long inode;
	enum { FILE_OBJECT, DIRECTORY, LINK } type;
	const char *target;  /* of a link */
	const char *now;     /* what a file holds, in hexadecimal digits */
	const char *durable; /* what it held at the last fsync of it; "" before the first */
};

/* One line of the record. */
struct line {
	enum { CREATE, RENAME, UNLINK, DATA, SYNC, BEGIN, END } kind;
	struct object *object;
	const char *path, *path2; /* of a rename: from where, and where to */
	const char *data;	  /* of DATA: the digits */
	/* of BEGIN and END */
	const char *verb, *ident, *argument;
	int status;
	const char *out;
};

/* A directory tree as a list of names. */
struct tree {
	size_t count;
	struct entry {
		const char *path;
		struct object *object;
	} list[MOST_NAMES];
};

/* What the store must hold: what commands that have returned said. */
struct promises {
	size_t count;
	struct holder {
		char ident[64];
		char address[64];
		bool attached, pinned;
	} list[MOST_HOLDERS];
};

/* Reads a record into lines; exits if it cannot be understood. Returns how many. */
size_t record_read(const char *path, struct line *lines);

/* Applies one change to a tree. */
void tree_apply(struct tree *t, const struct line *l);

/* Makes the tree, which begins at below, in the directory at. @data: how much of what was not
 * fsynced is there */
enum data { DATA_ALL, DATA_HALF, DATA_NONE };
void tree_make(const struct tree *t, const char *below, const char *at, enum data data);

/* Removes what tree_make made and what was made in it since. */
void tree_wipe(const char *at);

/* Two trees with the same hash are the same. */
unsigned long long tree_hash(const struct tree *t, enum data data);

struct holder *promises_find(struct promises *p, const char *ident);

/* Changes what is promised as a command has that returned. */
void promises_apply(struct promises *p, const struct line *end);

/*
 * Opens the store in the directory as after a power loss and a boot long after, and checks that all
 * promises are kept, whatever became of the command that was at work (null: none), which the END
 * line tells. Returns null, or what is wrong.
 */
const char *promises_check(const struct promises *p, const struct line *at_work, const char *at,
			   const char *range);

#endif
