/* Checks that a store, found after a power loss, keeps all that commands promised before it. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/note.h"
#include "model.h"
#include "store/allocate.h"

#define HOLD_S 60
#define LATER                                                                                      \
	100000 /* seconds from the record to the boot after the power loss: all have been idle for \
		  long */
#define UP 10  /* seconds since that boot: less than HOLD_S */
#define MOST_FRESH 64

static bool later; /* whether it is after that boot */
static char wrong[512];
static char warning[512];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The clocks and the boot ID that the store sees. */
time_t time(time_t *ret)
{
	time_t now = REAL(time)(NULL) + (later ? LATER : 0);

	if (ret)
		*ret = now;
	return now;
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	int r = REAL(clock_gettime)(clock, ret);

	if (later && clock == CLOCK_BOOTTIME)
		ret->tv_sec = UP;
	return r;
}

int openat(int dir, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, mode_t);
	va_end(args);
	if (later && strcmp(name, "/proc/sys/kernel/random/boot_id") == 0)
		name = "/proc/sys/kernel/random/uuid";
	return REAL(openat)(dir, name, flags, mode);
}

struct holder *promises_find(struct promises *p, const char *ident)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->list[i].ident, ident) == 0)
			return &p->list[i];
	return NULL;
}

static void promises_drop(struct promises *p, const char *ident)
{
	struct holder *h = promises_find(p, ident);

	if (h)
		*h = p->list[--p->count];
}

/* From now on the container holds the address, and nobody else does. */
static struct holder *promises_give(struct promises *p, const char *ident, const char *address)
{
	struct holder *h;

	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->list[i].address, address) == 0 &&
		    strcmp(p->list[i].ident, ident) != 0)
			p->list[i--] = p->list[--p->count];
	h = promises_find(p, ident);
	if (!h) {
		if (p->count == MOST_HOLDERS)
			abort();
		h = &p->list[p->count++];
		*h = (struct holder){ 0 };
		snprintf(h->ident, sizeof(h->ident), "%s", ident);
	}
	snprintf(h->address, sizeof(h->address), "%s", address);
	return h;
}

void promises_apply(struct promises *p, const struct line *end)
{
	struct holder *h = promises_find(p, end->ident);

	if (end->status != 0)
		return;
	if (strcmp(end->verb, "attach") == 0)
		promises_give(p, end->ident, end->out)->attached = true;
	else if (strcmp(end->verb, "pin") == 0)
		promises_give(p, end->ident, end->argument)->pinned = true;
	else if (strcmp(end->verb, "release") == 0)
		promises_drop(p, end->ident);
	else if (strcmp(end->verb, "rename") == 0 && h)
		snprintf(h->ident, sizeof(h->ident), "%s", end->argument);
	else if (strcmp(end->verb, "unpin") == 0 && h)
		h->pinned = false;
	else if (strcmp(end->verb, "detach") == 0 && h)
		h->attached = false;
}

/* Whether the command at work may change what the holder has. */
static bool concerns(const struct line *at_work, const struct holder *h)
{
	if (!at_work)
		return false;
	return strcmp(at_work->ident, h->ident) == 0 || strcmp(at_work->argument, h->ident) == 0 ||
	       (at_work->status == 0 && strcmp(at_work->out, h->address) == 0);
}

__attribute__((format(printf, 1, 2))) static bool fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(wrong, sizeof(wrong), fmt, args);
	va_end(args);
	return false;
}

static void keep_warning(enum note_level level, const char *text)
{
	/* that an idle one was taken back is no harm */
	if (level == NOTE_WARNING && !strstr(text, "the range is full"))
		snprintf(warning, sizeof(warning), "%s", text);
}

/* What the container has, in *ret; "" for nothing. Returns whether the store could tell. */
static bool look(struct lease_store *s, const char *ident, struct lease *lease, char *ret)
{
	struct error e;
	int r = s->ops->find(s, ident, lease, &e);

	*ret = '\0';
	if (r < 0)
		return fail("find %s: %s", ident, e.text);
	if (r > 0)
		inet_ntop(AF_INET6, &lease->address, ret, INET6_ADDRSTRLEN);
	return true;
}

/* Whether the container's lease, which a command at work may have changed, is as before or as
 * after. */
static bool check_concerned(struct promises *after, const struct line *at_work,
			    const struct holder *before, const char *has)
{
	struct holder *h = promises_find(after, before->ident);
	bool asked =
		strcmp(at_work->ident, before->ident) == 0 && strcmp(at_work->argument, has) == 0;

	if (strcmp(has, before->address) == 0 || (h ? strcmp(has, h->address) == 0 : !*has) ||
	    (*has && asked))
		return true;
	return fail("%s, at work, has \"%s\", before it %s", before->ident, has, before->address);
}

/* Whether all have what they were promised. */
static bool check_held(struct lease_store *s, const struct promises *p, const struct line *at_work)
{
	struct promises after = *p;
	char addresses[MOST_HOLDERS + 1][INET6_ADDRSTRLEN];

	if (at_work)
		promises_apply(&after, at_work);
	for (size_t i = 0; i < p->count; i++) {
		const struct holder *h = &p->list[i];
		char *has = addresses[i];
		struct lease lease;

		if (!look(s, h->ident, &lease, has))
			return false;
		for (size_t k = 0; k < i; k++)
			if (*has && strcmp(has, addresses[k]) == 0)
				return fail("%s and %s both have %s", p->list[k].ident, h->ident,
					    has);
		if (concerns(at_work, h)) {
			if (!check_concerned(&after, at_work, h, has))
				return false;
		} else if (strcmp(has, h->address) != 0 || lease.pinned != h->pinned) {
			return fail("%s has \"%s\"%s, not %s%s", h->ident, has,
				    *has && lease.pinned ? " pinned" : "", h->address,
				    h->pinned ? " pinned" : "");
		}
	}
	return true;
}

/* Whether of two names, one given to the other just now, one has the lease. */
static bool check_renamed(struct lease_store *s, const struct promises *p,
			  const struct line *at_work)
{
	const struct holder *h = promises_find((struct promises *)p, at_work->ident);
	char one[INET6_ADDRSTRLEN], other[INET6_ADDRSTRLEN];
	struct lease lease;

	if (strcmp(at_work->verb, "rename") != 0 || !h)
		return true;
	if (!look(s, at_work->ident, &lease, one) || !look(s, at_work->argument, &lease, other))
		return false;
	return (strcmp(one, h->address) == 0) != (strcmp(other, h->address) == 0)
		       ? true
		       : fail("%s has \"%s\", %s has \"%s\", not %s", at_work->ident, one,
			      at_work->argument, other, h->address);
}

/* Whether nobody can be given what another was promised, by asking for it. */
static bool check_asked(struct lease_store *s, const struct promises *p, const struct line *at_work)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct holder *h = &p->list[i];
		struct in6_addr address;
		struct lease got;
		struct error e;

		if (concerns(at_work, h))
			continue;
		inet_pton(AF_INET6, h->address, &address);
		if (lease_claim(s, &address, "lxc:thief", false, 0, &got, &e) != -EADDRINUSE)
			return fail("%s of %s was given to another", h->address, h->ident);
	}
	return true;
}

/* Gives addresses to new containers until there is none; whether all that are attached or pinned
 * keep theirs. */
static bool check_new(struct lease_store *s, const struct promises *p, const struct line *at_work,
		      const struct pools *pools)
{
	struct lease got[MOST_FRESH];
	size_t count = 0;
	struct error e;
	int r = 0;

	for (; r == 0 && count < MOST_FRESH; count += r == 0) {
		char ident[32];

		snprintf(ident, sizeof(ident), "lxc:new%zu", count);
		r = lease_allocate(s, pools, ident, NULL, NULL, HOLD_S, &got[count], &e);
	}
	if (r != -ENOSPC || e.status != STATUS_FULL)
		return fail("a new container: %s", e.text);
	for (size_t i = 0; i < p->count; i++) {
		const struct holder *h = &p->list[i];
		char has[INET6_ADDRSTRLEN];
		struct lease lease;

		if (concerns(at_work, h) || !(h->attached || h->pinned))
			continue;
		if (!look(s, h->ident, &lease, has))
			return false;
		if (strcmp(has, h->address) != 0)
			return fail("%s has \"%s\" after others came", h->ident, has);
	}
	for (size_t i = 0; i < count; i++) {
		char address[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN], ident[32];
		struct lease lease;

		snprintf(ident, sizeof(ident), "lxc:new%zu", i);
		inet_ntop(AF_INET6, &got[i].address, text, sizeof(text));
		if (!look(s, ident, &lease, address))
			return false;
		if (strcmp(address, text) != 0)
			return fail("%s was given %s and has \"%s\"", ident, text, address);
	}
	return true;
}

static int pass_lease(const struct lease *lease, void *arg)
{
	(void)lease, (void)arg;
	return 0;
}

static int pass_attachment(const char *ident, const struct attachment *a, void *arg)
{
	(void)ident, (void)a, (void)arg;
	return 0;
}

static struct pools *pools_of(const char *range)
{
	static struct config_pool pool = { .name = "only" };
	struct config c = { .pools = &pool, .pool_count = 1 };
	struct pools *p = NULL;
	struct error e;

	pool.ranges = (struct config_strings){ (char **)&range, 1 };
	if (pools_new(&c, &p, &e) < 0)
		abort();
	return p;
}

const char *promises_check(const struct promises *p, const struct line *at_work, const char *at,
			   const char *range)
{
	_pools_ struct pools *pools = pools_of(range);
	_lease_store_ struct lease_store *s = NULL;
	struct error e = { .text = "" };
	bool good;

	later = true;
	*wrong = *warning = '\0';
	note_to(keep_warning);
	good = lease_dir_open(at, true, &s, &e) == 0 &&
	       s->ops->walk(s, pass_lease, NULL, &e) == 0 &&
	       s->ops->walk_attachments(s, pass_attachment, NULL, &e) == 0;
	if (!good)
		fail("%s", e.text);
	good = good && check_held(s, p, at_work) && (!at_work || check_renamed(s, p, at_work)) &&
	       check_asked(s, p, at_work) && check_new(s, p, at_work, pools);
	if (good && *warning)
		good = fail("%s", warning);
	later = false;
	return good ? NULL : wrong;
}
