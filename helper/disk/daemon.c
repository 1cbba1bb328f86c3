/*
 * Docker's own configuration, daemon.json: v6hook-runtime among its runtimes, and nothing else.
 *
 * Theory of operation: the file is the administrator's, who knows it by how it looks. So what is
 * added or taken out is a piece of its text, and a tree only says whether that came out as it was
 * meant. What is put first of an object goes with the comma that follows it: taken out again, it
 * leaves the bytes that there were.
 */
#include "disk/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/member.h"

#define SIZE_MAX_BYTES (1024 * 1024)
#define NONE "{\n}\n" /* what a file of ours begins with, and is left of it */
#define WHITE " \t\r\n"

void daemon_release(struct daemon *d)
{
	free(d->text);
	free(d->data_root);
}

/* The tree of a text. Returns 0, -EINVAL, or -ENOMEM. */
static int parse(const char *text, size_t len, json_t **ret, struct error *e)
{
	_json_ json_t *tree = NULL;
	int r = json_parse(text, len, &tree, e);

	if (r < 0)
		return r;
	if (!json_is_object(tree))
		return error_set(e, STATUS_USAGE, -EINVAL, "it is no object");
	if (json_object_get(tree, "runtimes") && !json_is_object(json_object_get(tree, "runtimes")))
		return error_set(e, STATUS_USAGE, -EINVAL, "\"runtimes\" is no object");
	*ret = steal_ptr(&tree);
	return 0;
}

/* The path of the runtime that has our name, or null. */
static const char *path_of(const json_t *tree)
{
	return json_text(json_object_get(json_object_get(tree, "runtimes"), DAEMON_RUNTIME),
			 "path");
}

int daemon_read(const char *path, struct daemon *ret, struct error *e)
{
	struct daemon d = { .text = NULL };
	_json_ json_t *tree = NULL;
	_free_ char *text = NULL;
	const char *word;
	struct stat st;
	size_t len;
	int r;

	/* what takes the place of a link would be read by nobody who keeps what it leads to */
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return error_set(e, STATUS_FAILED, -EINVAL,
				 "%s is a symbolic link: write it yourself where that leads: "
				 "v6hook(8), setup",
				 path);
	r = file_read(AT_FDCWD, path, SIZE_MAX_BYTES, &text, &len);
	if (r < 0 && r != -ENOENT)
		return error_sys(e, r, "cannot read %s", path);
	/* an empty one says as little as none */
	if (r == 0 && (strlen(text) != len || text[strspn(text, WHITE)])) {
		r = parse(text, len, &tree, e);
		if (r < 0)
			return error_prefix(e, r, "%s cannot be understood, and stays as it is",
					    path);
		d.named = json_object_get(json_object_get(tree, "runtimes"), DAEMON_RUNTIME);
		word = json_text(tree, "default-runtime");
		d.by_default = word && strcmp(word, DAEMON_RUNTIME) == 0;
		d.text = steal_ptr(&text);
	}
	word = json_text(tree, "data-root");
	/* as Docker before 23 calls it, too */
	if (!word)
		word = json_text(tree, "graph");
	d.data_root = strdup(word ? word : "/var/lib/docker");
	if (!d.data_root) {
		daemon_release(&d);
		return error_sys(e, -ENOMEM, "cannot read %s", path);
	}
	*ret = d;
	return 0;
}

/* Puts a piece into a text instead of what lies between two places of it. Returns 0 or -ENOMEM. */
static int replace(char **text, const char *from, const char *to, const char *piece)
{
	char *now;

	if (asprintf(&now, "%.*s%s%s", (int)(from - *text), *text, piece, to) < 0)
		return -ENOMEM;
	free(*text);
	*text = now;
	return 0;
}

/* Puts a member first into an object. @object: its brace, in text. Returns 0 or -ENOMEM. */
static int put_first(char **text, const char *object, const char *member)
{
	const char *rest = object + 1;
	_free_ char *piece = NULL;

	if (asprintf(&piece, "%s%s", member, rest[strspn(rest, WHITE)] == '}' ? "" : ",") < 0)
		return -ENOMEM;
	return replace(text, rest, rest, piece);
}

/* Takes a member out of its object, with a comma. Returns 0 or -ENOMEM. */
static int take_out(char **text, const struct member *m)
{
	const char *after = m->end + strspn(m->end, WHITE);

	if (*after == ',')
		return replace(text, m->from, after + 1, "");
	return replace(text, m->from - (m->from[-1] == ','), m->end, "");
}

/* Whether a text came out as it was meant. Returns 0, -EINVAL, or -ENOMEM. */
static int check(const char *text, const json_t *meant, struct error *e)
{
	_json_ json_t *tree = NULL;
	struct error ignored;

	if (parse(text, strlen(text), &tree, &ignored) == 0 && json_equal(tree, (json_t *)meant))
		return 0;
	return error_set(
		e, STATUS_FAILED, -EINVAL,
		"it is written in a way that cannot be kept: change it yourself: v6hook(8), "
		"setup");
}

/* The tree with us in it. Returns 0 or -ENOMEM. */
static int add_to_tree(json_t *tree, const char *program, bool by_default)
{
	json_t *runtimes = json_object_get(tree, "runtimes");

	if (!runtimes) {
		runtimes = json_object();
		if (json_object_set_new(tree, "runtimes", runtimes) < 0)
			return -ENOMEM;
	}
	if (!json_object_get(runtimes, DAEMON_RUNTIME) &&
	    json_object_set_new(runtimes, DAEMON_RUNTIME, json_pack("{s:s}", "path", program)) < 0)
		return -ENOMEM;
	return by_default && json_object_set_new(tree, "default-runtime",
						 json_string(DAEMON_RUNTIME)) < 0
		       ? -ENOMEM
		       : 0;
}

/* The same in the text. Returns 0 or -ENOMEM. */
static int add_to_text(char **text, const char *program, bool named, bool by_default)
{
	_json_ json_t *value = json_string(program);
	_free_ char *quoted = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
	_free_ char *member = NULL, *whole = NULL;
	struct member runtimes;
	int r = 0;

	if (!quoted ||
	    asprintf(&member, "\n    \"" DAEMON_RUNTIME "\": {\n      \"path\": %s\n    }",
		     quoted) < 0 ||
	    asprintf(&whole, "\n  \"runtimes\": {%s\n  }", member) < 0)
		return -ENOMEM;
	if (!named)
		r = member_find(*text, "runtimes", &runtimes)
			    ? put_first(text, runtimes.value, member)
			    : put_first(text, strchr(*text, '{'), whole);
	if (r == 0 && by_default)
		r = put_first(text, strchr(*text, '{'),
			      "\n  \"default-runtime\": \"" DAEMON_RUNTIME "\"");
	return r;
}

int daemon_add(const struct daemon *d, const char *program, bool by_default, char **ret,
	       struct error *e)
{
	_free_ char *text = strdup(d->text ? d->text : NONE);
	const bool also = by_default && !d->by_default;
	_json_ json_t *tree = NULL;
	const char *other;
	int r = text ? parse(text, strlen(text), &tree, e) : -ENOMEM;

	if (r < 0)
		return r == -ENOMEM ? error_sys(e, r, "cannot make a plan") : r;
	other = path_of(tree);
	if (d->named && (!other || strcmp(other, program) != 0))
		return error_set(e, STATUS_FAILED, -EEXIST,
				 "there is another runtime by the name of " DAEMON_RUNTIME
				 " already, %s: take that out",
				 other ? other : "without a path");
	if (also && json_object_get(tree, "default-runtime"))
		return error_set(e, STATUS_FAILED, -EEXIST,
				 "there is a default-runtime already: take that out, and have "
				 "V6HOOK_RUNTIME in dockerd's environment if it is not runc");
	if (d->named && !also) {
		*ret = NULL;
		return 0;
	}
	if (add_to_tree(tree, program, also) < 0 || add_to_text(&text, program, d->named, also) < 0)
		return error_sys(e, -ENOMEM, "cannot make a plan");
	r = check(text, tree, e);
	if (r == 0)
		*ret = steal_ptr(&text);
	return r;
}

/* Takes us out of a text, as far as we are in it. Returns 0 or -ENOMEM. */
static int remove_from_text(char **text, bool last, bool by_default)
{
	struct member runtimes, m;
	int r = 0;

	if (by_default && member_find(*text, "default-runtime", &m))
		r = take_out(text, &m);
	if (r == 0 && member_find(*text, "runtimes", &runtimes)) {
		if (last)
			return take_out(text, &runtimes);
		if (member_find(runtimes.value, DAEMON_RUNTIME, &m))
			r = take_out(text, &m);
	}
	return r;
}

int daemon_remove(const struct daemon *d, char **ret, struct error *e)
{
	_free_ char *text = strdup(d->text ? d->text : NONE);
	_json_ json_t *tree = NULL;
	json_t *runtimes;
	bool last;
	int r = text ? parse(text, strlen(text), &tree, e) : -ENOMEM;

	if (r < 0)
		return r == -ENOMEM ? error_sys(e, r, "cannot make a plan") : r;
	runtimes = json_object_get(tree, "runtimes");
	if (d->by_default)
		json_object_del(tree, "default-runtime");
	json_object_del(runtimes, DAEMON_RUNTIME);
	/* one that was there without anything in it says nothing either */
	last = d->named && json_object_size(runtimes) == 0;
	if (last)
		json_object_del(tree, "runtimes");
	if (remove_from_text(&text, last, d->by_default) < 0)
		return error_sys(e, -ENOMEM, "cannot make a plan");
	r = check(text, tree, e);
	if (r == 0)
		*ret = strcmp(text, NONE) == 0 ? NULL : steal_ptr(&text);
	return r;
}
