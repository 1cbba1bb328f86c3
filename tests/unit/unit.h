/* What the unit tests share: cmocka, checks that show what they saw, a scratch directory. */
#ifndef V6HOOK_UNIT_H
#define V6HOOK_UNIT_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"

#define TEST(name) static void name(void **state __attribute__((unused)))

/* Fails the test with a message, which tells the row of a table, unless cond holds. */
#define check(cond, ...)                       \
	do {                                   \
		if (!(cond))                   \
			fail_msg(__VA_ARGS__); \
	} while (0)

#define assert_contains(text, part) \
	check(strstr((text), (part)), "\"%s\" lacks \"%s\"", (text), (part))

/* Has the process ended after so many seconds of a quiet machine (tests/slow.sh). */
static inline void alarm_scaled(unsigned int seconds)
{
	const char *slow = getenv("LAB_SLOW");

	alarm(seconds * (slow && atoi(slow) > 100 ? (unsigned int)atoi(slow) : 100) / 100);
}

/* The address that text means. */
static inline struct in6_addr ip(const char *text)
{
	struct in6_addr a;

	check(inet_pton(AF_INET6, text, &a) == 1, "the test's own address %s", text);
	return a;
}

/* A text of len times the letter x. */
static inline const char *xes(size_t len)
{
	static char text[4096];

	assert_true(len < sizeof(text));
	memset(text, 'x', len);
	text[len] = '\0';
	return text;
}

/* The next number of a fixed sequence (xorshift64): runs of a test are all alike. */
static inline uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Damages the text of *len bytes, with room for one more: changes, drops or doubles some. */
static inline void mutate(char *text, size_t *len, uint64_t *seed)
{
	static const char telling[] = "{}[]\",:\\/-%.0129eE+ \n\t\x01\x7f\x80\xc3\xff";

	for (uint64_t n = 1 + next_random(seed) % 3; n > 0 && *len > 1; n--) {
		size_t at = next_random(seed) % *len;

		switch (next_random(seed) % 4) {
		case 0:
			text[at] = (char)next_random(seed);
			break;
		case 1:
			text[at] = telling[next_random(seed) % (sizeof(telling) - 1)];
			break;
		case 2:
			memmove(text + at, text + at + 1, --*len - at);
			break;
		default:
			text[at] ^= (char)(1 << next_random(seed) % 8);
		}
	}
	text[*len] = '\0';
}

/* A new empty directory for each test that is run with SCRATCH_TEST. */
static char scratch[PATH_MAX / 2];

static inline int scratch_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(scratch, sizeof(scratch), "%s/v6hook-unit-XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(scratch) ? 0 : -1;
}

static inline int scratch_unlink(const char *path, const struct stat *st, int flag,
				 struct FTW *where)
{
	(void)st, (void)flag, (void)where;
	return remove(path);
}

static inline int scratch_teardown(void **state)
{
	(void)state;
	return nftw(scratch, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

/* The path of a file in the scratch directory, good until the fourth call after this one. */
static inline const char *in_scratch(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned int turn;
	char *path = paths[turn++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", scratch, name);
	return path;
}

/* Makes a file that holds the len bytes. */
static inline void write_file(const char *path, const void *bytes, size_t len)
{
	_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	check(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, "cannot write %s: %s", path,
	      strerror(errno));
}

/* Acts without the rights of root until as_self; a plain user is one already. */
static inline void as_nobody(void)
{
	if (geteuid() == 0)
		assert_return_code(seteuid(65534), errno);
}

static inline void as_self(void)
{
	if (getuid() == 0)
		assert_return_code(seteuid(0), errno);
}

#endif
