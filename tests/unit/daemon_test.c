/* Checks how v6hook-runtime is put into Docker's daemon.json and taken out: all else stays byte for
 * byte. */
#include "unit.h"

#include "base/json.h"
#include "disk/daemon.h"

#define PROGRAM "/usr/libexec/v6hook-runtime"
#define OURS "\n    \"v6hook\": {\n      \"path\": \"" PROGRAM "\"\n    }"
#define MARK "\xef\xbb\xbf" /* the byte order mark of UTF-8, which dockerd bears */
#define DEFAULT "\n  \"default-runtime\": \"v6hook\""

/* What daemon.json says, of a file that holds the text; null: there is none. */
static void read_text(const char *text, struct daemon *ret)
{
	struct error e;

	unlink(in_scratch("d"));
	if (text)
		write_file(in_scratch("d"), text, strlen(text));
	check(daemon_read(in_scratch("d"), ret, &e) == 0, "%s: %s", text, e.text);
}

static char *added(const char *text, bool by_default)
{
	struct daemon d;
	struct error e;
	char *ret;

	read_text(text, &d);
	check(daemon_add(&d, PROGRAM, by_default, &ret, &e) == 0, "%s: %s", text, e.text);
	daemon_release(&d);
	return ret;
}

static char *removed(const char *text)
{
	struct daemon d;
	struct error e;
	char *ret;

	read_text(text, &d);
	check(daemon_remove(&d, &ret, &e) == 0, "%s: %s", text, e.text);
	daemon_release(&d);
	return ret;
}

static void same(const char *text, const char *got, const char *want)
{
	check(!got == !want && (!got || strcmp(got, want) == 0), "of %s: %s, not %s", text, got,
	      want);
}

TEST(goes_in_and_out)
{
	static const struct {
		const char *before, *after, *by_default;
	} rows[] = {
		{ NULL, "{\n  \"runtimes\": {" OURS "\n  }\n}\n",
		  "{" DEFAULT ",\n  \"runtimes\": {" OURS "\n  }\n}\n" },
		{ "{}", "{\n  \"runtimes\": {" OURS "\n  }}",
		  "{" DEFAULT ",\n  \"runtimes\": {" OURS "\n  }}" },
		{ "{\n\t\"debug\" : true ,\"log-opts\":{\"max-size\":\"1.50m\", \"n\": 1.50}\n}",
		  "{\n  \"runtimes\": {" OURS
		  "\n  },\n\t\"debug\" : true ,\"log-opts\":{\"max-size\":\"1.50m\", \"n\": "
		  "1.50}\n}",
		  "{" DEFAULT ",\n  \"runtimes\": {" OURS
		  "\n  },\n\t\"debug\" : true ,\"log-opts\":{\"max-size\":\"1.50m\", \"n\": "
		  "1.50}\n}" },
		{ "{ \"labels\": [\"runtimes\", \"a\\u0041\"],\r\n \"runtimes\" : { \"nv\": "
		  "{\"path\":\"nv\", \"runtimeArgs\":[]} } } \n",
		  "{ \"labels\": [\"runtimes\", \"a\\u0041\"],\r\n \"runtimes\" : {" OURS
		  ", \"nv\": {\"path\":\"nv\", \"runtimeArgs\":[]} } } \n",
		  "{" DEFAULT
		  ", \"labels\": [\"runtimes\", \"a\\u0041\"],\r\n \"runtimes\" : {" OURS
		  ", \"nv\": {\"path\":\"nv\", \"runtimeArgs\":[]} } } \n" },
		{ MARK "{\"runtimes\":{\"nv\":{}}}", MARK "{\"runtimes\":{" OURS ",\"nv\":{}}}",
		  MARK "{" DEFAULT ",\"runtimes\":{" OURS ",\"nv\":{}}}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_free_ char *after = added(rows[i].before, false);
		_free_ char *by_default = added(rows[i].before, true);
		_free_ char *later = added(after, true);
		_free_ char *again = added(after, false), *more = added(by_default, false);
		_free_ char *out = removed(after), *both_out = removed(by_default);

		same(rows[i].before, after, rows[i].after);
		same(rows[i].before, by_default, rows[i].by_default);
		same(rows[i].after, later, rows[i].by_default);
		same(rows[i].after, again, NULL);
		same(rows[i].by_default, more, NULL);
		same(rows[i].after, out, rows[i].before);
		same(rows[i].by_default, both_out, rows[i].before);
	}
}

TEST(goes_out_of_what_was_edited)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "{\"debug\":true,\"runtimes\":{\"v6hook\":{\"path\":\"x\"}}}",
		  "{\"debug\":true}" },
		{ "{\"runtimes\":{\"nv\":{},\"v6hook\":{\"path\":\"x\",\"runtimeArgs\":[\"a,b\"]}},"
		  "\"debug\":true}",
		  "{\"runtimes\":{\"nv\":{}},\"debug\":true}" },
		{ "{\"runtimes\":{\"a\":{},\"v6hook\":{},\"b\":{}},\"default-runtime\":\"v6hook\"}",
		  "{\"runtimes\":{\"a\":{},\"b\":{}}}" },
		{ "{\"debug\":true,\"default-runtime\":\"v6hook\"}", "{\"debug\":true}" },
		{ "{\"default-runtime\":\"runc\",\"runtimes\":{\"v6hook\":{}}}",
		  "{\"default-runtime\":\"runc\"}" },
		{ "{\"debug\":true}", "{\"debug\":true}" },
		{ "{\n}\n", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_free_ char *out = removed(rows[i].text);

		same(rows[i].text, out, rows[i].want);
	}
}

TEST(what_is_said_is_read)
{
	static const struct {
		const char *text, *data_root;
		bool named, by_default;
	} rows[] = {
		{ NULL, "/var/lib/docker", false, false },
		{ "", "/var/lib/docker", false, false },
		{ " \n", "/var/lib/docker", false, false },
		{ "{\"data-root\":\"/srv/d\"}", "/srv/d", false, false },
		{ "{\"runtimes\":{\"v6hook\":{}},\"default-runtime\":\"runc\"}", "/var/lib/docker",
		  true, false },
		{ "{\"default-runtime\":\"v6hook\"}", "/var/lib/docker", false, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct daemon d;

		read_text(rows[i].text, &d);
		check(strcmp(d.data_root, rows[i].data_root) == 0 && d.named == rows[i].named &&
			      d.by_default == rows[i].by_default,
		      "%s", rows[i].text);
		daemon_release(&d);
	}
}

TEST(what_is_not_understood_is_refused)
{
	static const char *const rows[] = {
		"{",
		"[]",
		"null",
		"{\"a\":1,\"a\":2}",
		"{\"a\":1,}",
		"{} x",
		"{\"runtimes\":[]}",
		"{\"a\":\"\xff\"}",
		"{\"a\":\"\\u0000\"}",
		"// no\n{}",
	};
	struct daemon d = { .text = NULL };
	struct error e;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		write_file(in_scratch("d"), rows[i], strlen(rows[i]));
		check(daemon_read(in_scratch("d"), &d, &e) == -EINVAL, "%s", rows[i]);
		assert_contains(e.text, in_scratch("d"));
		assert_null(d.text);
	}
	write_file(in_scratch("d"), "{}\0", 3);
	assert_int_equal(daemon_read(in_scratch("d"), &d, &e), -EINVAL);
	assert_return_code(symlink(in_scratch("nowhere"), in_scratch("link")), errno);
	assert_int_equal(daemon_read(in_scratch("link"), &d, &e), -EINVAL);
	assert_contains(e.text, "symbolic link");
	assert_int_equal(daemon_read(scratch, &d, &e), -EISDIR);
	if (geteuid() == 0) {
		write_file(in_scratch("d"), "{}", 2);
		assert_return_code(chmod(in_scratch("d"), 0), errno);
		as_nobody();
		assert_int_equal(daemon_read(in_scratch("d"), &d, &e), -EACCES);
		as_self();
	}
}

TEST(another_is_left_alone)
{
	static const struct {
		const char *text, *why;
		bool by_default;
	} rows[] = {
		{ "{\"runtimes\":{\"v6hook\":{\"path\":\"/x\"}}}", "another runtime", false },
		{ "{\"runtimes\":{\"v6hook\":{}}}", "without a path", false },
		{ "{\"runtimes\":{\"v6hook\":1}}", "without a path", false },
		{ "{\"default-runtime\":\"nvidia\"}", "default-runtime already", true },
		/* which is written so that it is not found */
		{ "{\"runtim\\u0065s\":{\"nv\":{}}}", "change it yourself", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct daemon d;
		struct error e;
		char *ret = NULL;

		read_text(rows[i].text, &d);
		check(daemon_add(&d, PROGRAM, rows[i].by_default, &ret, &e) < 0, "%s",
		      rows[i].text);
		assert_contains(e.text, rows[i].why);
		assert_null(ret);
		daemon_release(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(goes_in_and_out),
		SCRATCH_TEST(goes_out_of_what_was_edited),
		SCRATCH_TEST(what_is_said_is_read),
		SCRATCH_TEST(what_is_not_understood_is_refused),
		SCRATCH_TEST(another_is_left_alone),
	};

	return cmocka_run_group_tests_name("daemon", tests, NULL, NULL);
}
