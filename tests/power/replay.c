/*
 * Replays a record of what commands wrote, cut by a power loss at every place, and checks what each
 * of the possible remains promises: replay run RECORD BELOW RANGE BITS [deaf]
 *
 * What was fsynced is there: what a file held at the fsync of the file, a name as it was at that of
 * the directory. Of the other changes of names of which each is whole or not at all, any may be
 * there and any other not: every combination while there are no more than BITS of them, else none,
 * all, all up to each one, each alone, all but each. What was written and not fsynced is there, by
 * half, or not. The attachments, never fsynced, are all there, none of the last is, or are empty.
 * With "deaf" nothing counts as fsynced, which must be found to lose leases.
 *
 *     replay last RECORD BELOW DIR      makes the directory as it was at the end
 *     replay rename CONFIG FROM TO      gives a lease another name, as the service does
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model.h"
#include "ops/verbs.h"

#define MOST_PENDING 64
#define REMEMBERED_ATTACHED \
	16 /* changes of attachments after that are written back by the kernel */
#define MOST_STATES (1 << 24)
#define TOLD 10
#define MOST_WRONG 200 /* then it is wrong enough */

static struct line lines[MOST_LINES];
static size_t line_count;

static struct replay {
	const char *below, *range;
	char at[4096], attached[4096], lock[4096];
	size_t bits;
	struct tree base; /* what is there whatever is lost */
	const struct line *pending[MOST_PENDING];
	size_t count;
	struct promises promises;
	const struct line *at_work;
	size_t line, stage;
	size_t points, tried, different, failed;
	unsigned long long *seen;
} re;

/* Whether it is among what need not outlive the boot. */
static bool of_attachments(const struct line *l)
{
	return strncmp(l->path, re.attached, strlen(re.attached)) == 0 ||
	       strcmp(l->path, re.lock) == 0;
}

static bool is_new(unsigned long long hash)
{
	size_t place = hash % MOST_STATES;

	while (re.seen[place] && re.seen[place] != hash)
		place = (place + 1) % MOST_STATES;
	if (re.seen[place])
		return false;
	re.seen[place] = hash;
	return true;
}

static void tell(const char *why, const bool *there, enum data data)
{
	if (re.failed++ >= TOLD)
		return;
	printf("# line %zu, %s %s %s: %s; data %s; not there:", re.line + 1,
	       re.at_work ? re.at_work->verb : "after", re.at_work ? re.at_work->ident : "all",
	       re.at_work ? re.at_work->argument : "", why,
	       data == DATA_ALL	   ? "whole"
	       : data == DATA_HALF ? "half"
				   : "lost");
	for (size_t i = 0; i < re.count; i++)
		if (!there[i])
			printf(" %s %s,", re.pending[i]->kind == UNLINK ? "unlink" : "name",
			       (re.pending[i]->path2 ? re.pending[i]->path2 : re.pending[i]->path) +
				       strlen(re.below));
	printf("\n");
}

/* Tries one of the remains: of the pending changes those that are there. */
static void try(const bool *there, enum data data)
{
	static struct tree t;
	const char *why;

	re.tried++;
	t = re.base;
	for (size_t i = 0; i < re.count; i++)
		if (there[i])
			tree_apply(&t, re.pending[i]);
	/* after each beginning and end of a command the same remains are to be judged anew */
	if (!is_new((tree_hash(&t, data) ^ re.stage * 0x9e3779b97f4a7c15ULL) | 1))
		return;
	re.different++;
	tree_make(&t, re.below, re.at, data);
	why = promises_check(&re.promises, re.at_work, re.at, re.range);
	if (why)
		tell(why, there, data);
	tree_wipe(re.at);
}

/* Tries what is there of the leases together with each thing that may have become of the
 * attachments. */
static void try_with_attachments(bool *there)
{
	for (int all = 0; all < 2; all++) {
		for (size_t i = 0; i < re.count; i++)
			if (of_attachments(re.pending[i]))
				there[i] = all;
		for (enum data data = DATA_ALL; data <= DATA_NONE; data++)
			try(there, data);
	}
}

/* Sets all changes of leases to be there or not. */
static void set_all(bool *there, const size_t *which, size_t n, bool value)
{
	for (size_t i = 0; i < n; i++)
		there[which[i]] = value;
}

/* A power loss here: tries what may remain. */
static void cut(void)
{
	bool there[MOST_PENDING] = { false };
	size_t which[MOST_PENDING], n = 0;

	re.points++;
	for (size_t i = 0; i < re.count; i++)
		if (!of_attachments(re.pending[i]))
			which[n++] = i;
	if (n <= re.bits) {
		for (size_t mask = 0; mask < (size_t)1 << n; mask++) {
			for (size_t i = 0; i < n; i++)
				there[which[i]] = mask >> i & 1;
			try_with_attachments(there);
		}
	} else {
		for (size_t i = 0; i <= n; i++) {
			set_all(there, which, n, false);
			set_all(there, which, i, true);
			try_with_attachments(there);
			if (i == n)
				break;
			set_all(there, which, n, true);
			there[which[i]] = false;
			try_with_attachments(there);
			set_all(there, which, n, false);
			there[which[i]] = true;
			try_with_attachments(there);
		}
	}
	/* each change of an attachment that alone is lost, or alone is there */
	set_all(there, which, n, true);
	for (size_t i = 0; i < re.count; i++)
		for (int alone = 0; of_attachments(re.pending[i]) && alone < 2; alone++) {
			for (size_t k = 0; k < re.count; k++)
				if (of_attachments(re.pending[k]))
					there[k] = (k == i) == (alone == 1);
			try(there, DATA_ALL);
		}
}

/* From now on the pending change is there in any case. */
static void settle(size_t i)
{
	tree_apply(&re.base, re.pending[i]);
	memmove(&re.pending[i], &re.pending[i + 1], (--re.count - i) * sizeof(*re.pending));
}

static bool lies_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && path[n] == '/' && !strchr(path + n + 1, '/');
}

/* A directory or a file was fsynced. */
static void synced(const struct line *l)
{
	if (l->object && l->object->type == FILE_OBJECT)
		l->object->durable = l->object->now;
	for (size_t i = 0; i < re.count; i++) {
		const struct line *p = re.pending[i];

		/* a rename from one directory to another waits for both */
		if (!lies_in(p->path, l->path) || (p->path2 && !lies_in(p->path2, l->path)))
			continue;
		settle(i--);
	}
}

static void change(const struct line *l)
{
	size_t attached = 0, oldest = MOST_PENDING;

	if (re.count == MOST_PENDING) {
		fprintf(stderr, "replay: line %zu: too many changes without an fsync\n",
			re.line + 1);
		exit(2);
	}
	re.pending[re.count++] = l;
	for (size_t i = re.count; i > 0; i--)
		if (of_attachments(re.pending[i - 1])) {
			attached++;
			oldest = i - 1;
		}
	if (attached > REMEMBERED_ATTACHED)
		settle(oldest);
}

/* The line that ends the command which begins here. */
static const struct line *end_of(const struct line *begin)
{
	while (begin->kind != END && ++begin < lines + line_count)
		;
	return begin < lines + line_count ? begin : NULL;
}

static int run(bool deaf)
{
	for (re.line = 0; re.line < line_count && re.failed < MOST_WRONG; re.line++) {
		const struct line *l = &lines[re.line];

		if (l->kind == BEGIN) {
			re.at_work = end_of(l);
		} else if (l->kind == END) {
			promises_apply(&re.promises, l);
			re.at_work = NULL;
		} else if (l->kind == DATA) {
			l->object->now = l->data;
		} else if (l->kind == SYNC && !deaf) {
			synced(l);
		} else if (l->kind != SYNC) {
			/* the kernel writes back at last what nobody asked it to */
			if (deaf && re.count == MOST_PENDING)
				settle(0);
			change(l);
		}
		re.stage += l->kind == BEGIN || l->kind == END;
		cut();
	}
	printf("%zu places, %zu remains, %zu of them different, %zu wrong\n", re.points, re.tried,
	       re.different, re.failed);
	return re.failed > 0;
}

/* Makes the directory with all that was recorded. */
static int last(const char *at)
{
	for (size_t i = 0; i < line_count; i++) {
		const struct line *l = &lines[i];

		if (l->kind == DATA)
			l->object->now = l->data;
		else if (l->kind == CREATE || l->kind == RENAME || l->kind == UNLINK)
			tree_apply(&re.base, l);
	}
	tree_make(&re.base, re.below, at, DATA_ALL);
	return 0;
}

static int rename_lease(const char *config, const char *from, const char *to)
{
	_context_ struct context c = { 0 };
	struct ident old, new;
	struct error e = { .text = "not a name" };
	int r = ident_from_text(from, &old) < 0 || ident_from_text(to, &new) < 0 ? -1 : 0;

	if (r == 0)
		r = context_open(config, true, &c, &e);
	if (r == 0)
		r = op_rename(&c, &old, &new, "", &e);
	if (r < 0)
		fprintf(stderr, "replay: %s\n", e.text);
	return r == 1 ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 4 ? argv[1] : "";

	if (strcmp(verb, "rename") == 0)
		return rename_lease(argv[2], argv[3], argv[4]);
	if (*verb) {
		line_count = record_read(argv[2], lines);
		re.below = argv[3];
		snprintf(re.attached, sizeof(re.attached), "%s/attached/", re.below);
		snprintf(re.lock, sizeof(re.lock), "%s/lock", re.below);
	}
	if (strcmp(verb, "last") == 0)
		return last(argv[4]);
	if (strcmp(verb, "run") != 0 || argc < 6) {
		fprintf(stderr, "replay: see the head of replay.c\n");
		return 2;
	}
	re.range = argv[4];
	re.bits = (size_t)atoi(argv[5]);
	re.seen = calloc(MOST_STATES, sizeof(*re.seen));
	snprintf(re.at, sizeof(re.at), "%s/v6hook-replay-%d",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (int)getpid());
	return re.seen ? run(argc > 6) : 2;
}
