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
#define COMMENT_HEX "7636686f6f6b" /* OPENING_MARK */

/* Reads one line. Returns whether it is one of ours. */
static bool read_tuple(const char *line, struct opening *ret)
{
	char to[OPENING_TEXT_MAX], from[OPENING_TEXT_MAX], where[32], comment[32];

	*ret = (struct opening){ .length = 0 };
	if (sscanf(line, "### tuple ### route:allow any any %79s any %79s %31s comment=%31s", to,
		   from, where, comment) != 4 ||
	    strcmp(comment, COMMENT_HEX) != 0)
		return false;
	if (sscanf(where, "out_%15s", ret->bridge) == 1)
		return opening_prefix_read(to, ret) == 0;
	return sscanf(where, "in_%15s", ret->bridge) == 1 && opening_prefix_read(from, ret) == 0;
}

static int read_openings(struct openings *ret, struct error *e)
{
	_free_ char *text = NULL;
	struct opening one;
	size_t len;
	int r = file_read(AT_FDCWD, RULES, RULES_SIZE_MAX, &text, &len);

	if (r == -ENOENT || r == -ENOTDIR || r == -EACCES)
		return 0;
	if (r < 0)
		return error_sys(e, r, "cannot read %s", RULES);
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (read_tuple(line, &one))
			openings_add(ret, &one);
	}
	return 0;
}

/* Has ufw make both rules, or remove them. Returns 0 or -errno. */
static int change(const struct opening *o, bool opens, struct error *e)
{
	char prefix[OPENING_TEXT_MAX];
	int r = 0;

	opening_prefix_text(o, prefix);
	for (int out = 0; out < 2 && r == 0; out++) {
		const char *argv[16];
		size_t n = 0;

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

static void tell(const struct opening *o, char *out, size_t size)
{
	struct openings all = { .count = 0 };
	char prefix[OPENING_TEXT_MAX];
	struct error ignored;

	opening_prefix_text(o, prefix);
	/* its rules have been taken out of the kernel by another hand */
	if (read_openings(&all, &ignored) == 0 && openings_have(&all, o))
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
