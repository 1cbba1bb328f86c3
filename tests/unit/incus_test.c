/* Checks what is read of what Incus says of an instance, and of its state. */
#include "unit.h"

#include "runtime/incus_instance.h"

#define ID "cd6c9ee9-2206-4b42-9140-403e93c30311"

static const struct config_engine engine = { .which = ENGINE_INCUS,
					     .name = "incus",
					     .title = "Incus" };

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
