/* What the tests of leases share: a store in the scratch directory, and short ways to use it. */
#ifndef V6HOOK_UNIT_STORE_H
#define V6HOOK_UNIT_STORE_H

#include "unit.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/note.h"
#include "store/allocate.h"

/* Seconds have 64 bits also where a long has 32 (Makefile: WIDE): another call fills those. */
#ifdef SYS_clock_gettime64
#define CLOCK_CALL SYS_clock_gettime64
#else
#define CLOCK_CALL SYS_clock_gettime
#endif
_Static_assert(sizeof(time_t) == 8, "seconds have 64 bits");

/*
 * In place of the C library's: the machine came up eleven days ago, whenever it really did. What is
 * remembered of a time before the boot counts otherwise, and the tests go back hours.
 */
int clock_gettime(clockid_t clock, struct timespec *t)
{
	int r = (int)syscall(CLOCK_CALL, clock, t);

	if (r == 0 && clock == CLOCK_BOOTTIME)
		t->tv_sec += 1000000;
	return r;
}

/* The store of the test that runs with STORE_TEST. */
static struct lease_store *store;

/* The last warning since the test began, or "". */
static char warned[1024];

static inline void keep_warning(enum note_level level, const char *text)
{
	if (level == NOTE_WARNING)
		snprintf(warned, sizeof(warned), "%s", text);
}

static inline struct lease_store *open_store(void)
{
	struct lease_store *s = NULL;
	struct error e;

	check(lease_dir_open(scratch, true, &s, &e) == 0, "%s", e.text);
	return s;
}

static inline int store_setup(void **state)
{
	struct error e;

	warned[0] = '\0';
	note_to(keep_warning);
	return scratch_setup(state) || lease_dir_open(scratch, true, &store, &e);
}

static inline int store_teardown(void **state)
{
	lease_store_close(store);
	return scratch_teardown(state);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

static inline struct lease lease_of(const char *ident, const char *address)
{
	struct lease l = { .address = ip(address), .created = time(NULL) };

	snprintf(l.ident, sizeof(l.ident), "%s", ident);
	return l;
}

/* A claim through the store itself, which must succeed. */
static inline struct lease claim(const char *ident, const char *address)
{
	struct lease l = lease_of(ident, address), holder;
	struct error e = { .text = "no message" };
	int r = store->ops->claim(store, &l, &holder, &e);

	check(r == 0, "%s for %s: %d: %s", address, ident, r, e.text);
	return l;
}

static inline void update(const struct lease *l)
{
	struct error e;

	check(store->ops->update(store, l, &e) == 0, "%s", e.text);
}

static inline bool same_address(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* The address that the container has, or "". */
static inline const char *found(const char *ident)
{
	static char text[2][INET6_ADDRSTRLEN];
	static unsigned int turn;
	struct lease l;
	struct error e;
	int r = store->ops->find(store, ident, &l, &e);

	check(r >= 0, "%s", e.text);
	if (r == 0)
		return "";
	assert_string_equal(l.ident, ident);
	return inet_ntop(AF_INET6, &l.address, text[turn++ % 2], INET6_ADDRSTRLEN);
}

/* Looks for the lease of an address. */
struct looked {
	struct in6_addr address;
	struct lease lease;
	int leases, matches;
	int troubled; /* besides: leases that cannot be read */
};

static inline int look_at(const struct lease *lease, void *arg)
{
	struct looked *l = arg;

	if (*lease->trouble) {
		l->troubled++;
		return 0;
	}
	l->leases++;
	if (!same_address(&lease->address, &l->address))
		return 0;
	l->matches++;
	l->lease = *lease;
	return 0;
}

static inline struct looked look_for(const char *address)
{
	struct looked l = { .address = ip(address) };
	struct error e;

	check(store->ops->walk(store, look_at, &l, &e) == 0, "%s", e.text);
	check(l.matches <= 1, "%d leases of %s", l.matches, address);
	return l;
}

/* Whose lease the address is in the list of all, or "". */
static inline const char *holder_of(const char *address)
{
	static char ident[IDENT_TEXT_MAX];

	snprintf(ident, sizeof(ident), "%s", look_for(address).lease.ident);
	return ident;
}

static inline int count_leases(void)
{
	return look_for("::").leases;
}

/* How many files of a directory in scratch have names that begin so. */
static inline int count_files(const char *dir, const char *begin)
{
	_closedir_ DIR *d = opendir(in_scratch(dir));
	struct dirent *entry;
	int n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)))
		n += strncmp(entry->d_name, begin, strlen(begin)) == 0 &&
		     strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	return n;
}

/* Pools of one range each, up to the first null. */
static inline struct pools *pools_of(const char *first, const char *second)
{
	static const char *texts[2];
	static struct config_pool list[2];
	struct config c = { .pools = list, .pool_count = second ? 2 : 1 };
	struct pools *p = NULL;
	struct error e;

	texts[0] = first;
	texts[1] = second;
	for (size_t i = 0; i < 2; i++)
		list[i] = (struct config_pool){ .name = i ? "second" : "first",
						.ranges = { (char **)&texts[i], 1 } };
	check(pools_new(&c, &p, &e) == 0, "%s", e.text);
	return p;
}

/* Stores what is recorded of a container, of another boot or of this one (null). */
static inline void record_attachment(const char *ident, struct attachment *a, const char *boot_id)
{
	struct error e;

	if (boot_id)
		snprintf(a->boot_id, sizeof(a->boot_id), "%s", boot_id);
	else
		assert_int_equal(lease_boot_id(a->boot_id, &e), 0);
	check(store->ops->attach(store, ident, a, &e) == 0, "%s", e.text);
}

/* Stores that the container was attached (or detached, if ended) that many seconds ago. */
static inline void attached(const char *ident, int64_t ago, bool ended, const char *boot_id)
{
	record_attachment(ident, &(struct attachment){ .since = time(NULL) - ago, .ended = ended },
			  boot_id);
}

/* The address that a container is given, or "" with the status in *ret_status. */
static inline const char *allocate(const struct pools *pools, const char *ident,
				   unsigned int hold_s, enum status *ret_status)
{
	static char text[INET6_ADDRSTRLEN];
	struct lease got;
	struct error e;
	int r = lease_allocate(store, pools, ident, NULL, NULL, hold_s, &got, &e);

	if (r < 0) {
		assert_int_equal(r, -ENOSPC);
		*ret_status = e.status;
		assert_contains(e.text, "no free address");
		return "";
	}
	assert_string_equal(got.ident, ident);
	assert_false(got.pinned);
	inet_ntop(AF_INET6, &got.address, text, sizeof(text));
	assert_string_equal(found(ident), text);
	return text;
}

static inline void expect(const struct pools *pools, const char *ident, const char *address)
{
	enum status status = STATUS_DONE;
	const char *given = allocate(pools, ident, 60, &status);

	check(strcmp(given, address) == 0, "%s has \"%s\", not \"%s\"", ident, given, address);
	assert_int_equal(status, *address ? STATUS_DONE : STATUS_FULL);
}

/* A lease that was claimed so many seconds ago. */
static inline void held(const char *ident, const char *address, int64_t ago)
{
	struct lease l = lease_of(ident, address), holder;
	struct error e;

	l.created -= ago;
	assert_int_equal(store->ops->claim(store, &l, &holder, &e), 0);
}

static inline void set_freed(const char *address, int64_t ago)
{
	struct lease l = look_for(address).lease;

	l.freed = time(NULL) - ago;
	update(&l);
}

static inline void set_pinned(const char *address)
{
	struct lease l = look_for(address).lease;

	l.pinned = true;
	update(&l);
}

#endif
