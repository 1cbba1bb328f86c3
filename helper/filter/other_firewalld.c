/*
 * firewalld's place for others: a policy of our own, made and changed by firewalld itself.
 *
 * Theory of operation: the policy "v6hook", from any zone to any zone, has two rich rules for each
 * opening, and says nothing of all other traffic (firewalld.policies(5)). A policy can be made in
 * the permanent configuration only, and is there after a reload; its rules can be changed in what
 * runs, too. So firewalld is reloaded once, with the first opening; later ones are added to both.
 * Which there are is read from the file that firewalld keeps (firewalld.policy(5)).
 */
#include "filter/other_firewalld.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/program.h"

#define POLICY "/etc/firewalld/policies/" OPENING_MARK ".xml"
#define POLICY_BY_HAND "to6" /* not ours: we leave it alone */
#define POLICY_SIZE_MAX (1024 * 1024)
#define DEADLINE_MS 60000
#define TO "destination address="

static int read_openings(struct openings *ret, struct error *e)
{
	_free_ char *text = NULL;
	size_t len;
	int r = file_read(AT_FDCWD, POLICY, POLICY_SIZE_MAX, &text, &len);

	/* where it may not be looked at it cannot be changed either */
	if (r == -ENOENT || r == -ENOTDIR || r == -EACCES)
		return 0;
	if (r < 0)
		return error_sys(e, r, "cannot read %s", POLICY);
	for (const char *at = strstr(text, TO); at; at = strstr(at, TO)) {
		struct opening one = { .length = 0 };
		char prefix[OPENING_TEXT_MAX];

		at += strlen(TO);
		if (sscanf(at, "\"%79[^\"]", prefix) == 1 && opening_prefix_read(prefix, &one) == 0)
			openings_add(ret, &one);
	}
	return 0;
}

/* Runs firewall-cmd. @permanent: of the permanent configuration; else of what runs */
static int ask(bool permanent, const char *first, const char *second, const char *third,
	       struct error *e)
{
	const char *argv[8];
	size_t n = 0;

	argv[n++] = "firewall-cmd";
	argv[n++] = "--quiet";
	if (permanent)
		argv[n++] = "--permanent";
	argv[n++] = first;
	if (second)
		argv[n++] = second;
	if (third)
		argv[n++] = third;
	argv[n] = NULL;
	return program_run(argv, DEADLINE_MS, e);
}

#define OF_POLICY "--policy=" OPENING_MARK

/* Adds both rules, or removes them. Adding one that is there is no failure of firewalld's. */
static int change_rules(const struct opening *o, bool permanent, bool opens, struct error *e)
{
	const char *what = opens ? "add" : "remove";
	char prefix[OPENING_TEXT_MAX], to[200], from[200];

	opening_prefix_text(o, prefix);
	snprintf(to, sizeof(to),
		 "--%s-rich-rule=rule family=\"ipv6\" destination address=\"%s\" accept", what,
		 prefix);
	snprintf(from, sizeof(from),
		 "--%s-rich-rule=rule family=\"ipv6\" source address=\"%s\" accept", what, prefix);
	return ask(permanent, OF_POLICY, to, from, e);
}

/* Makes the policy, in the permanent configuration. Returns 0 or -errno. */
static int make_policy(struct error *e)
{
	int r = ask(true, "--new-policy=" OPENING_MARK, NULL, NULL, e);

	if (r == 0)
		r = ask(true, OF_POLICY, "--add-ingress-zone=ANY", NULL, e);
	if (r == 0)
		r = ask(true, OF_POLICY, "--add-egress-zone=ANY", NULL, e);
	return r;
}

/* Keeps others of us out, who might find a policy that is half made. Returns a descriptor or -1. */
static int lock(void)
{
	int fd = open("/etc/firewalld", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		flock(fd, LOCK_EX);
	return fd;
}

static int open_it(const struct opening *o, struct error *e)
{
	_close_ int held = lock();
	struct error ignored;
	int r = access(POLICY, F_OK) < 0 ? make_policy(e) : 0;

	(void)held;

	if (r == 0)
		r = change_rules(o, true, true, e);
	/* what runs has no such policy before it is loaded */
	if (r == 0 && change_rules(o, false, true, &ignored) < 0)
		r = ask(false, "--reload", NULL, NULL, e);
	return r;
}

static int close_it(const struct opening *o, struct error *e)
{
	_close_ int held = lock();
	struct openings left = { .count = 0 };
	struct error ignored;
	int r = change_rules(o, true, false, e);

	(void)held;
	/* firewalld is not there any more, nor what it kept */
	if (r == -ENOENT)
		return 0;
	/* one that does not run has nothing else */
	change_rules(o, false, false, &ignored);
	if (r == 0 && read_openings(&left, e) == 0 && left.count == 0)
		r = ask(true, "--delete-policy=" OPENING_MARK, NULL, NULL, e);
	return r;
}

static void tell(const struct opening *o, bool kept, char *out, size_t size)
{
	char prefix[OPENING_TEXT_MAX];

	opening_prefix_text(o, prefix);
	/* so it is with firewalld 2.3 */
	if (kept)
		snprintf(out, size,
			 "firewall-cmd --permanent --zone=$(firewall-cmd --get-default-zone) "
			 "--change-interface=%s; firewall-cmd --reload # no policy is for "
			 "interfaces that are bound to no zone by name",
			 o->bridge);
	else
		snprintf(out, size,
			 "firewall-cmd --permanent --new-policy=" POLICY_BY_HAND
			 "; for o in --add-ingress-zone=ANY --add-egress-zone=ANY "
			 "'--add-rich-rule=rule family=ipv6 destination address=%s accept' "
			 "'--add-rich-rule=rule family=ipv6 source address=%s accept'; do "
			 "firewall-cmd --permanent --policy=" POLICY_BY_HAND
			 " \"$o\"; done; firewall-cmd --reload",
			 prefix, prefix);
}

const struct opening_ops other_firewalld = {
	.name = "firewalld",
	.read = read_openings,
	.open = open_it,
	.close = close_it,
	.tell = tell,
};
