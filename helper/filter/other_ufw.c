/*
 * ufw's place for others: a route rule, made and removed by ufw itself.
 *
 * Theory of operation: an opening is two rules, `ufw route allow out on BRIDGE to PREFIX` and the
 * same for what comes in, with the comment "v6hook". ufw keeps them in a file, so that they last,
 * and there they are read, one line a rule (ufw's backend_iptables.py: _write_rules):
 *
 *	### tuple ### route:allow any any DST any SRC out_br0 comment=763668...
 */
#include "filter/other_ufw.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/program.h"

#define RULES "/etc/ufw/user6.rules"
#define RULES_SIZE_MAX (4 * 1024 * 1024)
#define DEADLINE_MS 30000
#define ANY "::/0"
#define COMMENT_HEX "7636686f6f6b" /* OPENING_MARK */

/* A rule as we make them, or one that would be in ufw's eyes the same. */
struct tuple {
	struct opening is;
	bool out;
	bool own; /* made by us: its comment says so */
};

/* Reads one line. Returns whether it is such a rule. */
static bool read_tuple(const char *line, struct tuple *ret)
{
	char to[OPENING_TEXT_MAX], from[OPENING_TEXT_MAX], where[32], comment[32] = "";
	char action[16];
	struct opening *o = &ret->is;

	*ret = (struct tuple){ .own = false };
	if (sscanf(line,
		   "### tuple ### route:%15s any any %79s any %79s %31s%*1[ ]comment=%31[^\n]",
		   action, to, from, where, comment) < 4)
		return false;
	/* in and out: in_br0!out_br1 */
	if (strchr(where, '!'))
		return false;
	ret->own = strcmp(action, "allow") == 0 && strcmp(comment, COMMENT_HEX) == 0;
	ret->out = sscanf(where, "out_%15s", o->bridge) == 1;
	if (ret->out)
		return strcmp(from, ANY) == 0 && opening_prefix_read(to, o) == 0;
	return sscanf(where, "in_%15s", o->bridge) == 1 && strcmp(to, ANY) == 0 &&
	       opening_prefix_read(from, o) == 0;
}

/* Reads the file, which may not be there: then it is null. Returns 0 or -errno. */
static int read_rules(char **ret, struct error *e)
{
	size_t len;
	int r = file_read(AT_FDCWD, RULES, RULES_SIZE_MAX, ret, &len);

	if (r == -ENOENT || r == -ENOTDIR || r == -EACCES)
		return 0;
	return r < 0 ? error_sys(e, r, "cannot read %s", RULES) : 0;
}

/* The next line's rule. Returns where to go on, or null at the end. */
static const char *next_tuple(const char *line, struct tuple *ret)
{
	bool found = false;

	while (line && !found) {
		line += *line == '\n';
		found = read_tuple(line, ret);
		line = strchr(line, '\n');
	}
	return found ? (line ? line : "") : NULL;
}

static int read_openings(struct openings *ret, struct error *e)
{
	_free_ char *text = NULL;
	struct tuple one;
	int r = read_rules(&text, e);

	for (const char *at = text; r == 0 && (at = next_tuple(at, &one));)
		if (one.own)
			openings_add(ret, &one.is);
	return r;
}

/*
 * Finds out which of both rules others have made: of ufw's rules two differ in more than action and
 * comment, so that ours would take the place of theirs. Returns 0 or -errno.
 */
static int find_others(const struct opening *o, bool ret[2], struct error *e)
{
	_free_ char *text = NULL;
	struct tuple one;
	int r = read_rules(&text, e);

	for (const char *at = text; r == 0 && (at = next_tuple(at, &one));)
		if (!one.own && opening_is_same(&one.is, o))
			ret[one.out] = true;
	return r;
}

/* Has ufw make both rules, or remove them, but for those that others have made. Returns 0 or
 * -errno. */
static int change(const struct opening *o, bool opens, struct error *e)
{
	bool others[2] = { false, false };
	char prefix[OPENING_TEXT_MAX];
	int r = find_others(o, others, e);

	opening_prefix_text(o, prefix);
	for (int out = 0; out < 2 && r == 0; out++) {
		const char *argv[16];
		size_t n = 0;

		if (others[out])
			continue;
		argv[n++] = "ufw";
		argv[n++] = "route";
		if (!opens)
			argv[n++] = "delete";
		argv[n++] = "allow";
		argv[n++] = out ? "out" : "in";
		argv[n++] = "on";
		argv[n++] = o->bridge;
		argv[n++] = out ? "to" : "from";
		argv[n++] = prefix;
		if (opens) {
			argv[n++] = "comment";
			argv[n++] = OPENING_MARK;
		}
		argv[n] = NULL;
		r = program_run(argv, DEADLINE_MS, e);
	}
	return r;
}

static int open_it(const struct opening *o, struct error *e)
{
	return change(o, true, e);
}

static int close_it(const struct opening *o, struct error *e)
{
	int r = change(o, false, e);

	/* it was removed meanwhile, and what it left goes with it */
	return r == -ENOENT ? 0 : r;
}

static void tell(const struct opening *o, bool kept, char *out, size_t size)
{
	char prefix[OPENING_TEXT_MAX];

	opening_prefix_text(o, prefix);
	/* its rules have been taken out of the kernel by another hand */
	if (kept)
		snprintf(out, size, "ufw reload");
	else
		snprintf(out, size,
			 "ufw route allow out on %s to %s; ufw route allow in on %s from %s",
			 o->bridge, prefix, o->bridge, prefix);
}

const struct opening_ops other_ufw = {
	.name = "ufw",
	.read = read_openings,
	.open = open_it,
	.close = close_it,
	.tell = tell,
};
