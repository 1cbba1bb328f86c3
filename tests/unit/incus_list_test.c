/* Checks what is read of what Incus names: names, references, lists, events. */
#include "unit.h"

#include "base/text.h"
#include "runtime/incus_event.h"
#include "runtime/incus_list.h"

#define ID "cd6c9ee9-2206-4b42-9140-403e93c30311"

TEST(names)
{
	static const char *const good[] = { "c1", "C-1", "1a", "web_c1", "a_b_c1", "a.b-c_c1" };
	static const char *const bad[] = { "",	  "-a",	   "a-",  "a.b", "_c1",	   "web_", "w b_c",
					   "a/b", "w/b_c", "ä_c", "..",	 "web?_c", ".w_c", "w&_c" };
	char name[INCUS_NAME_MAX], longest[200];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		check(incus_can_exist(good[i]), "%s", good[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check(!incus_can_exist(bad[i]), "%s", bad[i]);
	memset(longest, 'a', sizeof(longest));
	longest[64] = '\0';
	check(!incus_can_exist(longest), "a name of 64");
	check(incus_can_exist(longest + 1), "a name of 63");
	assert_int_equal(incus_name("default", "c1", name), 0);
	assert_string_equal(name, "c1");
	assert_int_equal(incus_name("a_b", "c1", name), 0);
	assert_string_equal(name, "a_b_c1");
	assert_int_equal(incus_name_part(name), 4);
	assert_int_equal(incus_name("0123456789abcdef", longest + 1, name), -ENAMETOOLONG);
	assert_int_equal(incus_name("w", "c_1", name), -EINVAL);
	assert_true(incus_is_id(ID));
	assert_false(incus_is_id("CD6C9EE9-2206-4b42-9140-403e93c30311"));
	assert_false(incus_is_id(ID "0"));
}

TEST(references)
{
	static const struct {
		const char *text, *name;
	} rows[] = {
		{ "/1.0/instances/c1", "c1" },
		{ "/1.0/instances/c1?project=default", "c1" },
		{ "/1.0/instances/c1?project=web", "web_c1" },
		{ "/1.0/instances/c1?project=a_b", "a_b_c1" },
		{ "/1.0/instances/c1?project=", NULL },
		{ "/1.0/instances/c1?", NULL },
		{ "/1.0/instances/c1?x=web", NULL },
		{ "/1.0/instances/c1?project=w%20b", NULL },
		{ "/1.0/instances/c1/snapshots/s", NULL },
		{ "/1.0/instances/w_c1", NULL },
		{ "/1.0/instances/", NULL },
		{ "/1.0/networks/c1", NULL },
		{ "", NULL },
	};
	char name[INCUS_NAME_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r = incus_name_of(rows[i].text, strlen(rows[i].text), name);

		check((r == 0) == (rows[i].name != NULL), "%s: %d", rows[i].text, r);
		check(r < 0 || strcmp(name, rows[i].name) == 0, "%s: %s", rows[i].text, name);
	}
}

/* What was heard, each in < >. */
static char heard[512];

static void on_name(const char *name, void *arg)
{
	(void)arg;
	snprintf(heard + strlen(heard), sizeof(heard) - strlen(heard), "<%s>", name);
}

TEST(lists)
{
	static const struct {
		const char *text;
		int want;
		bool whole;
		const char *heard;
	} rows[] = {
		{ "{\"type\":\"sync\",\"status_code\":200,\"metadata\":[]}\n", 0, true, "" },
		{ "{\"type\":\"sync\",\"metadata\":[\"/1.0/instances/c1\",\"/1.0/instances/"
		  "c2?project=web\"]}",
		  0, true, "<c1><web_c2>" },
		/* what is nobody's name, or is elsewhere */
		{ "{\"x\":\"/1.0/instances/c1\",\"metadata\":[{\"a\":\"/1.0/instances/c2\"},"
		  "\"/1.0/instances/c3/x\",\"\\/1.0/instances/c4\",\"/1.0/instances/c5\"]}",
		  0, true, "<c5>" },
		{ "{\"a\":\"\\\\\",\"metadata\":[\"/1.0/instances/c1\"", 0, false, "<c1>" },
		{ "[]", -EBADMSG, false, "" },
		{ "{}}", -EBADMSG, false, "" },
		{ "x", -EBADMSG, false, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const size_t len = strlen(rows[i].text);

		for (size_t split = 0; split <= len; split++) {
			struct incus_list l = { .depth = 0 };
			int r;

			*heard = '\0';
			r = incus_list_read(&l, rows[i].text, split, on_name, NULL);
			if (r == 0)
				r = incus_list_read(&l, rows[i].text + split, len - split, on_name,
						    NULL);
			check(r == rows[i].want, "row %zu, split at %zu: %d", i, split, r);
			check(incus_list_is_whole(&l) == rows[i].whole, "row %zu, split at %zu", i,
			      split);
			check(strcmp(heard, rows[i].heard) == 0, "row %zu, split at %zu: %s", i,
			      split, heard);
		}
	}
}

TEST(events)
{
#define EVENT(action, source)                                                                  \
	"{\"type\":\"lifecycle\",\"metadata\":{\"action\":\"" action "\",\"source\":\"" source \
	"\"},\"project\":\"web\"}"
	static const struct {
		const char *text;
		enum engine_happening what;
		const char *name, *why;
	} rows[] = {
		{ EVENT("instance-started", "/1.0/instances/c1"), ENGINE_EVENT_LOOK, "c1",
		  "start" },
		{ EVENT("instance-renamed", "/1.0/instances/c1?project=web"), ENGINE_EVENT_LOOK,
		  "web_c1", INCUS_RENAME },
		{ EVENT("instance-shutdown", "/1.0/instances/c1"), ENGINE_EVENT_LOOK, "c1",
		  "shutdown" },
		{ EVENT("instance-exec", "/1.0/instances/c1"), ENGINE_EVENT_NONE, "", NULL },
		{ EVENT("instance-started", "/1.0/networks/c1"), ENGINE_EVENT_NONE, "", NULL },
		{ EVENT("instance-started", "/1.0/instances/c1?project=a b"), ENGINE_EVENT_NONE, "",
		  NULL },
		{ "{\"metadata\":7}", ENGINE_EVENT_NONE, "", NULL },
		{ "{}", ENGINE_EVENT_NONE, "", NULL },
		{ "{", ENGINE_EVENT_ANY, "", NULL },
	};
	struct engine_event e;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		incus_event_read(rows[i].text, strlen(rows[i].text), &e);
		check(e.what == rows[i].what, "row %zu: %d", i, e.what);
		check(strcmp(e.id, rows[i].name) == 0 && strcmp(e.name, rows[i].name) == 0,
		      "row %zu: %s", i, e.name);
		check(text_equal(e.why, rows[i].why), "row %zu: %s", i, e.why);
	}
	incus_event_read(NULL, 0, &e);
	assert_int_equal(e.what, ENGINE_EVENT_ANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(references),
		cmocka_unit_test(lists),
		cmocka_unit_test(events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
