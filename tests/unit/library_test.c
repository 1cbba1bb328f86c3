/* Checks that libraries are loaded, and that their unchanged pages are given back and read again.
 */
#include "unit.h"

#include "base/library.h"

static const char *(*version)(void);
static const struct library_symbol symbols[] = { { "curl_version", &version } };

/* How much of files this process holds in memory, KiB. */
static long resident_files(void)
{
	_fclose_ FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	long kib = -1;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "RssFile: %ld", &kib);
	check(kib > 0, "no RssFile");
	return kib;
}

TEST(pages_are_given_back)
{
	static int changed = 5;
	char before[256];
	struct error e;
	/* QEMU, which runs this for another machine, holds files of its own */
	long others = resident_files(), loaded, rested;

	assert_int_equal(library_load("libcurl.so.4", symbols, ARRAY_SIZE(symbols), &e), 0);
	snprintf(before, sizeof(before), "%s", version());
	changed = 6;
	loaded = resident_files();
	library_rest();
	rested = resident_files();
	check(rested - others < (loaded - others) / 2, "%ld KiB of %ld are left, %ld before",
	      rested, loaded, others);
	assert_string_equal(version(), before);
	assert_int_equal(changed, 6);
}

TEST(what_is_not_there)
{
	const struct library_symbol missing[] = { { "curl_no_such", &version } };
	struct error e;

	assert_int_equal(library_load("libnone.so.1", symbols, 1, &e), -ELIBACC);
	assert_contains(e.text, "libnone.so.1");
	assert_int_equal(library_load("libcurl.so.4", missing, 1, &e), -ELIBACC);
	assert_contains(e.text, "curl_no_such");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_given_back),
		cmocka_unit_test(what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
