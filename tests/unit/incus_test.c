/* Checks what is read of what Incus sends: names, frames, lists, events, instances and their
 * states. */
#include "unit.h"

#include "base/text.h"
#include "engine/frames.h"
#include "runtime/incus_event.h"
#include "runtime/incus_instance.h"
#include "runtime/incus_list.h"

#define ID "cd6c9ee9-2206-4b42-9140-403e93c30311"

static const struct config_engine engine = { .which = ENGINE_INCUS,
					     .name = "incus",
					     .title = "Incus" };

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

static void on_text(const char *text, size_t len, void *arg)
{
	(void)arg;
	check(!text || strlen(text) == len, "of another length");
	snprintf(heard + strlen(heard), sizeof(heard) - strlen(heard), "<%s>",
		 text ? text : "too long");
}

/* Reads frames in two pieces, and byte by byte. Returns as engine_frames_read does. */
static int read_frames(const char *data, size_t len, size_t split)
{
	char text[131];
	struct engine_frames f = { .text = text, .most = sizeof(text) - 1 };
	int r = 0;

	*heard = '\0';
	if (split <= len) {
		r = engine_frames_read(&f, data, split, on_text, NULL);
		return r ? r : engine_frames_read(&f, data + split, len - split, on_text, NULL);
	}
	for (size_t i = 0; i < len && r == 0; i++)
		r = engine_frames_read(&f, data + i, 1, on_text, NULL);
	return r;
}

TEST(frames)
{
	static const struct {
		const char *data;
		size_t len;
		int want;
		const char *heard;
	} rows[] = {
#define ROW(data, want, heard) { data, sizeof(data) - 1, want, heard }
		ROW("", 0, ""),
		ROW("\x81\x02hi", 0, "<hi>"),
		ROW("\x81\x02hi\x81\x01!", 0, "<hi><!>"),
		/* in parts, with a ping between them */
		ROW("\x01\x02hi\x89\x09keepalive\x00\x01,\x80\x02yo", 0, "<hi,yo>"),
		ROW("\x81\x7e\x00\x03"
		    "abc",
		    0, "<abc>"),
		ROW("\x81\x7f\x00\x00\x00\x00\x00\x00\x00\x03"
		    "abc",
		    0, "<abc>"),
		ROW("\x81\x00\x8a\x00\x89\x00\x81\x01x", 0, "<x>"),
		ROW("\x81\x05hi", 0, ""),
		ROW("\x88\x02\x03\xe8", 1, ""),
		/* masked, with reserved bits, of an unknown kind */
		ROW("\x81\x82\x01\x02\x03\x04hi", -EBADMSG, ""),
		ROW("\xc1\x02hi", -EBADMSG, ""),
		ROW("\x82\x02hi", -EBADMSG, ""),
		ROW("\x83\x02hi", -EBADMSG, ""),
		/* a part of nothing, a message within a message, a ping in parts */
		ROW("\x80\x02hi", -EBADMSG, ""),
		ROW("\x01\x02hi\x81\x02yo", -EBADMSG, ""),
		ROW("\x09\x02hi", -EBADMSG, ""),
		ROW("\x89\x7e\x00\x80", -EBADMSG, ""),
		ROW("\x81\x7f\xff\x00\x00\x00\x00\x00\x00\x03", -EBADMSG, ""),
	};
	char large[2 + 2 + 200 + 3] = "\x81\x7e";

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (size_t split = 0; split <= rows[i].len + 1; split++) {
			int r = read_frames(rows[i].data, rows[i].len, split);

			check(r == rows[i].want, "row %zu, split at %zu: %d", i, split, r);
			check(strcmp(heard, rows[i].heard) == 0, "row %zu, split at %zu: %s", i,
			      split, heard);
		}
	/* too long to be kept, which does not hurt the next */
	large[3] = (char)200;
	memset(large + 4, 'x', 200);
	memcpy(large + 204, "\x81\x01y", 3);
	for (size_t split = 0; split <= sizeof(large) + 1; split++) {
		assert_int_equal(read_frames(large, sizeof(large), split), 0);
		assert_string_equal(heard, "<too long><y>");
	}
}

static void on_name(const char *name, void *arg)
{
	on_text(name, strlen(name), arg);
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

#define NIC "\"eth0\":{\"type\":\"nic\",\"nictype\":\"bridged\",\"parent\":\"br0\""
#define ROOT "\"root\":{\"type\":\"disk\",\"path\":\"/\"}"

/* Reads an answer about web_c1. @own: more of its own configuration; @all: of the expanded one */
static int read_instance(const char *kind, int code, const char *own, const char *all,
			 const char *devices, struct instance *ret, struct error *e)
{
	CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
	char text[2048];

	snprintf(text, sizeof(text),
		 "{\"type\":\"sync\",\"status_code\":200,\"metadata\":{\"name\":\"c1\",\"project\":"
		 "\"web\",\"type\":\"%s\",\"status_code\":%d,\"config\":{\"volatile.uuid\":\"" ID
		 "\",\"x\":\"\\u0000\"%s},\"expanded_config\":{\"volatile.uuid\":\"" ID
		 "\"%s},\"expanded_devices\":{%s}}}",
		 kind, code, own, all, devices);
	assert_int_equal(engine_answer_add(text, strlen(text), &answer), ENGINE_TAKEN);
	memset(ret, 0, sizeof(*ret));
	return incus_instance_read(&engine, "web_c1", 200, &answer, ret, e);
}

TEST(an_instance_that_runs)
{
	struct instance i;
	struct error e;

	assert_int_equal(read_instance("container", 103,
				       ",\"volatile.eth0.hwaddr\":\"10:66:6a:4a:fe:e0\"", "",
				       ROOT "," NIC "}", &i, &e),
			 0);
	assert_string_equal(i.ident.runtime, "incus");
	assert_string_equal(i.ident.name, "web_c1");
	assert_string_equal(i.id, ID);
	assert_int_equal(i.given_count, 0);
	assert_int_equal(i.enable, WISH_NONE);
	assert_int_equal(i.published.word, EXPOSE_NONE);
	/* the only one is found without it */
	assert_false(i.has_mac);
}

TEST(what_incus_gives)
{
	struct in6_addr address = ip("2001:db8:1::5:7"), four = ip("::ffff:192.0.2.7");
	struct instance i;
	struct error e;

	assert_int_equal(read_instance("container", 103,
				       ",\"volatile.eth0.hwaddr\":\"10:66:6a:4a:fe:e0\"", "",
				       "\"a\":{\"type\":\"nic\",\"nictype\":\"macvlan\"}," NIC
				       ",\"ipv6.address\":\"2001:db8:1::5:7\",\"ipv4.address\":"
				       "\"192.0.2.7\"}",
				       &i, &e),
			 0);
	assert_int_equal(i.given_count, 2);
	assert_memory_equal(&i.given[0], &address, sizeof(address));
	assert_memory_equal(&i.given[1], &four, sizeof(four));
	/* of two it must be known which */
	assert_true(i.has_mac);
	assert_memory_equal(i.mac, "\x10\x66\x6a\x4a\xfe\xe0", 6);
}

TEST(the_nic_that_is_wanted)
{
	static const char devices[] =
		NIC ",\"hwaddr\":\"10:66:6a:00:00:01\"},\"eth1\":{\"type\":\"nic\",\"network\":"
		    "\"incusbr0\",\"hwaddr\":\"10:66:6a:00:00:02\"},\"eth2\":{\"type\":\"none\"}";
	static const struct {
		const char *own;
		unsigned char last;
	} rows[] = {
		{ "", 1 },
		{ ",\"user.v6hook.network\":\"eth1\"", 2 },
		{ ",\"user.v6hook.network\":\"incusbr0\"", 2 },
		{ ",\"user.v6hook.network\":\"br0\"", 1 },
		{ ",\"user.v6hook.network\":\"nowhere\"", 1 },
	};
	struct instance i;
	struct error e;

	for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
		assert_int_equal(read_instance("container", 103, rows[k].own, "", devices, &i, &e),
				 0);
		check(i.has_mac && i.mac[5] == rows[k].last, "row %zu: %d", k, i.mac[5]);
	}
}

TEST(what_is_asked_for)
{
	static const char own[] = ",\"user.v6hook.enable\":\"true\",\"user.v6hook.address\":"
				  "\"2001:db8:1::5:8\",\"user.v6hook.expose\":\"80/tcp\","
				  "\"user.v6hook.name\":\"Web.example.org\"";
	struct instance i;
	struct error e;

	assert_int_equal(read_instance("container", 103, own, own, NIC "}", &i, &e), 0);
	assert_int_equal(i.enable, WISH_YES);
	assert_string_equal(i.address, "2001:db8:1::5:8");
	assert_int_equal(i.expose.word, EXPOSE_LIST);
	assert_string_equal(i.hostname, "web.example.org");
	/* a profile's words are not those of who runs it */
	assert_int_equal(read_instance("container", 103, "", own, NIC "}", &i, &e), 0);
	assert_int_equal(i.enable, WISH_NONE);
	assert_string_equal(i.address, "");
	assert_int_equal(i.expose.word, EXPOSE_UNSAID);
	assert_string_equal(i.hostname, "");
	/* but that it is not to be served */
	assert_int_equal(read_instance("container", 103, "", ",\"user.v6hook.enable\":\"false\"",
				       NIC "}", &i, &e),
			 0);
	assert_int_equal(i.enable, WISH_NO);
	assert_int_equal(read_instance("container", 103, ",\"user.v6hook.enable\":\"ture\"",
				       ",\"user.v6hook.enable\":\"ture\"", NIC "}", &i, &e),
			 0);
	assert_int_equal(i.enable, WISH_NO);
}

TEST(what_is_left_alone)
{
	static const struct {
		const char *kind;
		int code, want;
		const char *devices, *why;
	} rows[] = {
		{ "container", 102, -ESRCH, NIC "}", "incus start c1 --project web" },
		{ "container", 112, -ESRCH, NIC "}", "not running" },
		{ "virtual-machine", 103, -ENODEV, NIC "}", "virtual machine" },
		{ "virtual-machine", 102, -ENODEV, NIC "}", "virtual machine" },
		{ "container", 103, -ENODEV, ROOT, "no NIC" },
		{ "container", 103, -ENODEV, "\"eth0\":{\"type\":\"nic\",\"nictype\":\"routed\"}",
		  "is routed" },
		{ "container", 103, -ENODEV, "\"eth0\":{\"type\":\"nic\",\"nictype\":\"macvlan\"}",
		  "is macvlan" },
		{ "container", 103, -ENODEV, "\"eth0\":{\"type\":\"nic\"}", "of no kind" },
		{ "container", 103, -ENODEV, NIC ",\"security.ipv6_filtering\":\"true\"}",
		  "security.ipv6_filtering" },
		{ "container", 103, 0,
		  NIC ",\"security.ipv6_filtering\":\"true\",\"ipv6.address\":\"2001:db8::1\"}",
		  NULL },
	};
	struct instance i;
	struct error e;

	for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
		int r = read_instance(rows[k].kind, rows[k].code, "", "", rows[k].devices, &i, &e);

		check(r == rows[k].want, "row %zu: %d", k, r);
		check(strcmp(i.ident.name, "web_c1") == 0 && strcmp(i.id, ID) == 0,
		      "row %zu: without its name", k);
		if (r < 0)
			assert_contains(e.text, rows[k].why);
	}
}

TEST(what_makes_no_sense)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{}",
		"{\"metadata\":[]}",
		"{\"metadata\":{\"name\":\"c1\"}}",
		"{\"metadata\":{\"name\":\"c/1\",\"status_code\":103,\"config\":{\"volatile.uuid\":"
		"\"" ID "\"}}}",
		"{\"metadata\":{\"name\":\"c1\",\"status_code\":103,\"config\":{\"volatile.uuid\":"
		"\"x\"}}}",
		"{\"metadata\":{\"name\":\"c1\",\"status_code\":\"x\",\"config\":{\"volatile."
		"uuid\":"
		"\"" ID "\"}}}",
	};
	struct instance i;
	struct error e;

	for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
		CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };

		engine_answer_add(texts[k], strlen(texts[k]), &answer);
		check(incus_instance_read(&engine, "c1", 200, &answer, &i, &e) < 0, "row %zu", k);
	}
	assert_int_equal(incus_instance_read(&engine, "c1", 404, NULL, &i, &e), -ENOENT);
	assert_int_equal(incus_instance_read(&engine, "c1", 500, NULL, &i, &e), -EIO);
}

TEST(states)
{
	static const struct {
		const char *text;
		long status;
		int want;
	} rows[] = {
		{ "{\"metadata\":{\"status\":\"Running\",\"pid\":77}}", 200, 0 },
		{ "{\"metadata\":{\"status\":\"Stopped\",\"pid\":0}}", 200, -ESRCH },
		{ "{\"metadata\":{\"status\":\"Stopped\",\"pid\":-1}}", 200, -ESRCH },
		{ "{\"metadata\":{}}", 200, -EBADMSG },
		{ "{\"metadata\":{\"pid\":4294967297}}", 200, -EBADMSG },
		{ "{}", 404, -ESRCH },
		{ "{}", 500, -EIO },
		{ "x", 200, -EINVAL },
	};

	for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
		CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
		struct instance i = { .pid = 0 };
		struct error e;
		int r;

		engine_answer_add(rows[k].text, strlen(rows[k].text), &answer);
		r = incus_state_read(&engine, rows[k].status, &answer, &i, &e);
		check(r == rows[k].want, "row %zu: %d", k, r);
		check(i.pid == (r == 0 ? 77 : 0), "row %zu: PID %d", k, i.pid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(references),
		cmocka_unit_test(frames),
		cmocka_unit_test(lists),
		cmocka_unit_test(events),
		cmocka_unit_test(an_instance_that_runs),
		cmocka_unit_test(what_incus_gives),
		cmocka_unit_test(the_nic_that_is_wanted),
		cmocka_unit_test(what_is_asked_for),
		cmocka_unit_test(what_is_left_alone),
		cmocka_unit_test(what_makes_no_sense),
		cmocka_unit_test(states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
