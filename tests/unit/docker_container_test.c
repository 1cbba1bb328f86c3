/* Checks what is read of Docker's answer about one container, and lines cut out of a stream. */
#include "unit.h"

#include <inttypes.h>

#include "runtime/docker_container.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct config_engine engine = { .name = "docker", .title = "Docker" };

/* Reads an answer with this State and NetworkMode. */
static int read_answer(const char *state, const char *mode, struct docker_container *c,
		       struct error *e)
{
	CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"Id\":\"" ID "\",\"Name\":\"/web\",\"State\":{%s},"
		 "\"HostConfig\":{\"NetworkMode\":\"%s\"},\"Config\":{\"Labels\":{\"x\":"
		 "\"\\u0000\"}}}",
		 state, mode);
	assert_int_equal(engine_answer_add(text, strlen(text), &answer), ENGINE_TAKEN);
	memset(c, 0, sizeof(*c));
	return docker_container_read(&engine, "asked", 200, &answer, c, e);
}

TEST(a_container_that_runs)
{
	struct docker_container c;
	struct error e;

	assert_int_equal(
		read_answer("\"Running\":true,\"Pid\":7,\"StartedAt\":\"1970-01-01T00:00:02.5Z\"",
			    "default", &c, &e),
		0);
	assert_int_equal(c.instance.pid, 7);
	assert_string_equal(c.instance.id, ID);
	assert_string_equal(c.instance.ident.name, "web");
	assert_int_equal(c.started_ns, 2500000000);
}

TEST(what_is_published_is_its_ports)
{
	static const char text[] =
		"{\"Id\":\"" ID "\",\"Name\":\"/web\",\"State\":{\"Running\":true,\"Pid\":7},"
		"\"HostConfig\":{\"NetworkMode\":\"default\",\"PortBindings\":{\"80/tcp\":[{"
		"\"HostIp\":\"\",\"HostPort\":\"8080\"}],\"81/tcp\":[{\"HostIp\":\"127.0.0.1\","
		"\"HostPort\":\"81\"}],\"85/tcp\":[{\"HostIp\":\"0:0:0:0:0:0:0:1\"}],"
		"\"86/tcp\":[{\"HostIp\":\"::ffff:127.0.0.1\"}],\"82/"
		"tcp\":[{\"HostIp\":\"::1\"},{\"HostIp\":\"192.0.2.1\"}"
		"],\"83/sctp\":[{}],\"x\":[{}],\"84/tcp\":7}},\"NetworkSettings\":{\"Ports\":{"
		"\"53/udp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"49153\"}],\"443/tcp\":null,"
		"\"80/tcp\":[{\"HostIp\":\"::\",\"HostPort\":\"8080\"}]}},\"Config\":{}}";
	CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
	struct docker_container c = { .started_ns = 0 };
	char shown[EXPOSED_TEXT_MAX];
	struct error e;

	assert_int_equal(engine_answer_add(text, strlen(text), &answer), ENGINE_TAKEN);
	assert_int_equal(docker_container_read(&engine, "asked", 200, &answer, &c, &e), 0);
	assert_string_equal(exposed_text(&c.instance.published, shown), "80/tcp,82/tcp,53/udp");
	assert_int_equal(c.instance.expose.word, EXPOSE_UNSAID);
}

TEST(those_that_are_not_served)
{
	static const struct {
		const char *state, *mode;
		int want;
		const char *text, *shares;
	} rows[] = {
		{ "\"Running\":true,\"Pid\":7", "host", -ENODEV, "--network host", "" },
		{ "\"Running\":true,\"Pid\":7", "none", -ENODEV, "--network none", "" },
		{ "\"Running\":true,\"Pid\":7", "container:abc", -ENODEV, "of 'abc'", "abc" },
		{ "\"Running\":true,\"Pid\":7", "container:../x", -ENODEV, "of '../x'", "" },
		{ "\"Running\":true,\"Pid\":7", "container:" ID ID, -ENODEV, "of '", "" },
		{ "\"Running\":false,\"Pid\":0", "host", -ESRCH, "'asked' is not running", "" },
		{ "\"Running\":true,\"Pid\":0", "default", -ESRCH, "not running", "" },
		{ "\"Running\":true", "default", -EBADMSG, "sense", "" },
		{ "\"Running\":true,\"Pid\":\"7\"", "default", -EBADMSG, "sense", "" },
	};
	struct docker_container c;
	struct error e;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r = read_answer(rows[i].state, rows[i].mode, &c, &e);

		check(r == rows[i].want, "row %zu: %d", i, r);
		assert_contains(e.text, rows[i].text);
		assert_string_equal(c.shares, rows[i].shares);
		assert_string_equal(c.instance.ident.name, r == -EBADMSG ? "" : "web");
		assert_int_equal(c.instance.pid, 0);
	}
}

TEST(statuses)
{
	struct engine_answer none = { 0 };
	struct docker_container c;
	struct error e;

	assert_int_equal(docker_container_read(&engine, "x", 404, &none, &c, &e), -ENOENT);
	assert_int_equal(docker_container_read(&engine, "x", 500, &none, &c, &e), -EIO);
	assert_contains(e.text, "500");
	assert_true(docker_container_read(&engine, "x", 200, &none, &c, &e) < 0);
}

#define NET_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NET_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define NETWORK(id, mac) "{\"NetworkID\":\"" id "\",\"MacAddress\":\"02:00:00:00:00:" mac "\""
#define ANSWER(id, internal) "[{\"Id\":\"" id "\",\"Internal\":" internal "}]"

/* Reads a container with these networks, and answers what is asked of them, one after the other. */
static int settle(const char *networks, const char *more, enum runtime_wish enable, bool by_hand,
		  const char *const answers[2], struct docker_container *c, struct error *e)
{
	char text[4096];
	const char *id;
	int r;

	snprintf(text, sizeof(text),
		 "{\"Id\":\"" ID "\",\"Name\":\"/web\",\"State\":{\"Running\":true,\"Pid\":7},"
		 "\"NetworkSettings\":{\"Networks\":{%s}}%s}",
		 networks, more);
	{
		CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };

		engine_answer_add(text, strlen(text), &answer);
		memset(c, 0, sizeof(*c));
		assert_int_equal(docker_container_read(&engine, "web", 200, &answer, c, e), 0);
	}
	c->instance.enable = enable;
	for (int i = 0; (id = docker_container_ask(c)); i++) {
		CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
		char path[ENGINE_PATH_MAX];

		assert_true(i < 2 && answers[i]);
		assert_int_equal(engine_path(DOCKER_SUBNET, id, path), 0);
		engine_answer_add(answers[i], strlen(answers[i]), &answer);
		docker_container_answer(c, 0, *answers[i] == 'x' ? 404 : 200, &answer);
	}
	r = docker_container_settle(c, by_hand, e);
	return r < 0 ? r : c->instance.has_mac ? c->instance.mac[5] : 0;
}

TEST(networks_that_are_internal)
{
	static const char a[] = "\"a\":" NETWORK(NET_A, "0a") "}";
	static const char both[] =
		"\"a\":" NETWORK(NET_A, "0a") "},\"b\":" NETWORK(NET_B, "0b") "}";
	static const char given[] = "\"a\":" NETWORK(NET_A, "0a") "},\"b\":" NETWORK(
		NET_B, "0b") ",\"GlobalIPv6Address\":\"2001:db8::b\"}";
	static const char first[] =
		"\"a\":" NETWORK(NET_A, "0a") "},\"b\":" NETWORK(NET_B, "0b") ",\"GwPriority\":1}";
	static const char named[] = "\"n\":" NETWORK("n", "0a") "}";
	static const char own[] = "\"bridge\":" NETWORK(NET_A, "0a") "}";
	static const char odd[] = "\"a\":" NETWORK("../a", "0a") "}";
	static const struct {
		const char *networks;
		enum runtime_wish enable;
		const char *answers[2];
		int want; /* -errno, or the last byte of the MAC of the port, if one is chosen */
		int given;
	} rows[] = {
		{ a, WISH_NONE, { ANSWER(NET_A, "false") }, 0, 0 },
		{ a, WISH_NONE, { ANSWER(NET_A, "true") }, -ENODEV, 0 },
		{ a, WISH_NONE, { ANSWER(NET_B, "false") }, -EIO, 0 },
		{ a, WISH_NONE, { "x" }, -EIO, 0 },
		{ a, WISH_NONE, { "{" }, -EIO, 0 },
		{ a, WISH_YES, { NULL }, 0, 0 },
		{ both, WISH_NONE, { ANSWER(NET_A, "false") }, 10, 0 },
		{ both, WISH_NONE, { ANSWER(NET_A, "true"), ANSWER(NET_B, "false") }, 11, 0 },
		{ both, WISH_NONE, { ANSWER(NET_A, "true"), ANSWER(NET_B, "true") }, -ENODEV, 0 },
		{ both, WISH_NONE, { "x", ANSWER(NET_B, "true") }, -EIO, 0 },
		{ both, WISH_YES, { ANSWER(NET_A, "true"), ANSWER(NET_B, "true") }, 10, 0 },
		{ given, WISH_NONE, { ANSWER(NET_B, "false") }, 11, 1 },
		{ given, WISH_NONE, { ANSWER(NET_B, "true"), ANSWER(NET_A, "false") }, 10, 0 },
		{ first, WISH_NONE, { ANSWER(NET_B, "false") }, 11, 0 },
		{ named, WISH_NONE, { "{\"internal\":false}" }, 0, 0 },
		{ named, WISH_NONE, { "{\"internal\":true}" }, -ENODEV, 0 },
		{ named, WISH_NONE, { "{\"internal\":1}" }, -EIO, 0 },
		{ own, WISH_NONE, { NULL }, 0, 0 },
		{ odd, WISH_NONE, { NULL }, -EIO, 0 },
		{ "", WISH_NONE, { NULL }, 0, 0 },
	};
	struct docker_container c;
	struct error e;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r = settle(rows[i].networks, "", rows[i].enable, false, rows[i].answers, &c,
			       &e);

		check(r == rows[i].want && (r < 0 || c.instance.given_count == rows[i].given),
		      "row %zu: %d, given %d", i, r, c.instance.given_count);
	}
}

TEST(ipv6_that_is_switched_off)
{
	static const char own[] = "\"bridge\":" NETWORK(NET_A, "0a") "}";
	static const char endpoint[] = "\"bridge\":" NETWORK(
		NET_A, "0a") ",\"DriverOpts\":{\"com.docker.network.endpoint.sysctls\":"
			     "\"net.ipv6.conf.IFNAME.disable_ipv6=1\"}}";
	static const char *const none[2] = { NULL };
	static const struct {
		const char *networks, *host;
		enum runtime_wish enable;
		bool by_hand;
		int want;
	} rows[] = {
		{ own, "null", WISH_NONE, false, 0 },
		{ own, "{\"net.ipv6.conf.all.disable_ipv6\":\"1\"}", WISH_NONE, false, -ENODEV },
		{ own, "{\"net.ipv6.conf.default.disable_ipv6\":\"1\"}", WISH_NONE, false,
		  -ENODEV },
		{ own, "{\"net.ipv6.conf.all.disable_ipv6\":\"0\"}", WISH_NONE, false, 0 },
		{ own, "{\"net.ipv6.conf.all.disable_ipv6\":\"1\"}", WISH_YES, false, 0 },
		{ own, "{\"net.ipv6.conf.all.disable_ipv6\":\"1\"}", WISH_NONE, true, 0 },
		{ endpoint, "null", WISH_NONE, false, -ENODEV },
	};
	struct docker_container c;
	struct error e;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char more[256];
		int r;

		snprintf(more, sizeof(more), ",\"HostConfig\":{\"Sysctls\":%s}", rows[i].host);
		r = settle(rows[i].networks, more, rows[i].enable, rows[i].by_hand, none, &c, &e);
		check(r == rows[i].want, "row %zu: %d", i, r);
	}
}

TEST(whose_network_it_is)
{
	static const char json[] = "{\"Name\":\"/owner\"}";
	CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
	struct error e;

	assert_int_equal(docker_container_shared("abc", NULL, &e), -ENODEV);
	assert_contains(e.text, "'abc'");
	engine_answer_add(json, 5, &answer);
	assert_int_equal(docker_container_shared("abc", &answer, &e), -ENODEV);
	assert_contains(e.text, "'abc'");
	engine_answer_add(json + 5, sizeof(json) - 6, &answer);
	assert_int_equal(docker_container_shared("abc", &answer, &e), -ENODEV);
	assert_contains(e.text, "'owner'");
}

TEST(times)
{
	static const struct {
		const char *text;
		int64_t want;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01T00:00:01Z", 1000000000 },
		{ "2023-11-14T22:13:20.123456789Z", 1700000000123456789 },
		{ "2023-11-14T22:13:20.1Z", 1700000000100000000 },
		{ "2023-11-15T00:13:20.000000001+02:00", 1700000000000000001 },
		{ "2023-11-14T16:43:20-05:30", 1700000000000000000 },
		{ "0001-01-01T00:00:00Z", 0 },
		{ "9999-12-31T23:59:59Z", 0 },
		{ "2023-11-14T22:13:20", 0 },
		{ "2023-11-14T22:13:20.", 0 },
		{ "2023-11-14T22:13:20Zx", 0 },
		{ "2023-11-14T22:13:20+02", 0 },
		{ "2023-11-14T22:13:20+02:00x", 0 },
		{ "2023-11-14T22:13:20*02:00", 0 },
		{ "yesterday, at about ten o'clock", 0 },
		{ "", 0 },
		{ NULL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(docker_time(rows[i].text) == rows[i].want, "%s: %" PRId64, rows[i].text,
		      docker_time(rows[i].text));
}

TEST(names_that_can_exist)
{
	assert_true(docker_can_exist("a_B-9."));
	assert_false(docker_can_exist(""));
	assert_false(docker_can_exist(".."));
	assert_false(docker_can_exist("a/b"));
	assert_false(docker_can_exist("a?b"));
	assert_false(docker_can_exist("a b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_container_that_runs),
		cmocka_unit_test(what_is_published_is_its_ports),
		cmocka_unit_test(those_that_are_not_served),
		cmocka_unit_test(statuses),
		cmocka_unit_test(whose_network_it_is),
		cmocka_unit_test(networks_that_are_internal),
		cmocka_unit_test(ipv6_that_is_switched_off),
		cmocka_unit_test(times),
		cmocka_unit_test(names_that_can_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
