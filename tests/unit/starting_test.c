/* Checks what is asked and taken of a container that Docker is starting, from answers as it gives
 * them. */
#include "unit.h"

#include <sys/socket.h>

#include "base/clock.h"
#include "engine/plain.h"
#include "runtime/docker_starting.h"
#include "runtime/podman_starting.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ONE(state, labels, mode, networks)                                                  \
	"[{\"Id\":\"" ID "\",\"Names\":[\"/db/web\",\"/web\"],\"Image\":\"x\",\"ImageID\":" \
	"\"sha256:" ID "\",\"State\":\"" state "\",\"Labels\":{" labels "},"                \
	"\"HostConfig\":{\"NetworkMode\":\"" mode "\"},\"NetworkSettings\":{"               \
	"\"Networks\":{" networks "}}}]"
#define NET(internal, six, four)                                                 \
	"{\"Internal\":" internal ",\"Containers\":{\"" ID "\":{\"MacAddress\":" \
	"\"02:00:00:00:00:01\",\"IPv4Address\":\"" four "\",\"IPv6Address\":\"" six "\"}}}"

static const struct config_engine engine = { .name = "docker", .title = "Docker" };

/* What is answered to each question, and what has been asked. */
struct said {
	const char *list, *container, *image, *networks[2], *born, *bridges;
	char asked[256];
};

static int get(enum engine_what what, const char *which, struct engine_answer *ret,
	       long *ret_status, void *arg)
{
	struct said *s = arg;
	const char *text = what == DOCKER_CREATED     ? s->list
			   : what == DOCKER_CONTAINER ? s->container
			   : what == DOCKER_IMAGE     ? s->image
			   : what == PODMAN_BORN      ? s->born
			   : what == PODMAN_NETWORKS  ? s->bridges
						      : s->networks[strcmp(which, "b") == 0];
	size_t used = strlen(s->asked);

	snprintf(s->asked + used, sizeof(s->asked) - used, "%d:%.8s ", what, which);
	if (!text)
		return -ECONNREFUSED;
	*ret_status = 200;
	return engine_answer_add(text, strlen(text), ret) == ENGINE_TAKEN ? 0 : -EIO;
}

static int starting(struct said *s, struct instance *i, bool *starts, struct error *e)
{
	_json_ json_t *config = json_object();

	return docker_starting(&engine, get, s, ID, 7, config, i, starts, e);
}

TEST(one_that_starts)
{
	struct said s = {
		.list = ONE("created", "\"v6hook.expose\":\"80/tcp\"", "a",
			    "\"a\":{\"NetworkID\":\"\"},\"b\":{}"),
		.image = "{\"Config\":{}}",
		.networks = { NET("false", "", "172.17.0.2/16"),
			      NET("false", "2001:db8::5/64", "172.18.0.2/16") },
	};
	struct instance i = { .pid = 0 };
	bool starts = false;
	struct error e;

	assert_int_equal(starting(&s, &i, &starts, &e), 0);
	assert_true(starts);
	assert_int_equal(i.pid, 7);
	assert_string_equal(i.ident.name, "web");
	assert_string_equal(i.id, ID);
	/* the one with an address of IPv6 is preferred, as it is once the container runs */
	assert_int_equal(i.given_count, 2);
	assert_int_equal(i.given[0].s6_addr[15], 5);
	assert_true(i.has_mac && i.mac[5] == 1);
	assert_int_equal(i.expose.word, EXPOSE_LIST);
	assert_int_equal(i.published.word, EXPOSE_UNSAID);
	/* and never is an inspect of the container asked for */
	assert_null(strstr(s.asked, "2:0123"));
}

TEST(one_that_runs)
{
	struct said s = {
		.list = ONE("running", "", "a", "\"a\":{}"),
		.container = "{\"Id\":\"" ID "\",\"Name\":\"/web\",\"State\":{\"Running\":true,"
			     "\"Pid\":9},\"HostConfig\":{},\"Config\":{}}",
	};
	struct instance i = { .pid = 0 };
	bool starts = true;
	struct error e;

	assert_int_equal(starting(&s, &i, &starts, &e), 0);
	assert_false(starts);
	assert_int_equal(i.pid, 9);
	assert_int_equal(i.published.word, EXPOSE_NONE);
}

TEST(what_it_was_run_with)
{
	struct said s = { .list = ONE("created", "", "a", "\"a\":{}"),
			  .networks = { NET("false", "", "") } };
	_json_ json_t *config = json_pack("{s:{s:{s:s}}}", "linux", "sysctl",
					  "net.ipv6.conf.all.disable_ipv6", "1");
	struct instance i = { .pid = 0 };
	bool starts;
	struct error e;

	assert_int_equal(docker_starting(&engine, get, &s, ID, 7, config, &i, &starts, &e),
			 -ENODEV);
	assert_int_equal(docker_starting(&engine, get, &s, ID, 7, NULL, &i, &starts, &e), -EIO);
}

TEST(those_that_are_not_served)
{
	static const struct {
		const char *list, *network;
		int want;
	} rows[] = {
		{ "[]", NULL, -ENOENT },
		{ "{}", NULL, -ENOENT },
		{ "[", NULL, -EINVAL },
		{ NULL, NULL, -EHOSTDOWN },
		{ ONE("created", "", "host", ""), NULL, -ENODEV },
		{ ONE("created", "", "none", ""), NULL, -ENODEV },
		{ ONE("created", "", "a", "\"a\":{}"), NET("true", "", ""), -ENODEV },
		{ ONE("created", "", "a", "\"a\":{}"), "[]", -EIO },
		{ ONE("created", "", "a", "\"a\":{}"), NULL, -EIO },
	};

	for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
		struct said s = { .list = rows[k].list, .networks = { rows[k].network } };
		struct instance i = { .pid = 0 };
		bool starts;
		struct error e;
		int r = starting(&s, &i, &starts, &e);

		check(r == rows[k].want, "row %zu: %d %s", k, r, e.text);
	}
}

#define BORN(labels)                                                                    \
	"{\"Action\":\"rename\",\"Actor\":{\"ID\":\"" ID "\",\"Attributes\":{}}}\n\n{"  \
	"\"Action\":\"create\",\"Actor\":{\"ID\":\"" ID "\",\"Attributes\":{\"image\":" \
	"\"x\"" labels "}}}\n"
#define CONFIG(path, sysctl)                                                                \
	"{\"linux\":{\"sysctl\":{" sysctl "},\"namespaces\":[{\"type\":\"pid\"},{\"type\":" \
	"\"network\"" path "}]}}"
#define BRIDGES                                                                             \
	"[{\"name\":\"p\",\"network_interface\":\"podman0\",\"internal\":false},{\"name\":" \
	"\"i\",\"network_interface\":\"podman1\",\"internal\":true}]"

TEST(podmans_that_start)
{
	static const struct {
		const char *config, *born, *bridges, *bridge;
		int want;
		bool unsure;
	} rows[] = {
		{ CONFIG("", ""), BORN(""), BRIDGES, "podman0", 0, false },
		{ CONFIG(",\"path\":\"/run/netns/x\"", ""), BORN(""), BRIDGES, "podman0", 0,
		  false },
		{ CONFIG("", ""), BORN(",\"v6hook.address\":\"::1\""), BRIDGES, "podman0", 0,
		  true },
		{ CONFIG("", ""), BORN(",\"v6hook.enable\":\"false\""), NULL, "podman0", 0, false },
		{ CONFIG("", ""), BORN(""), BRIDGES, "podman1", -ENODEV, false },
		{ CONFIG("", ""), BORN(""), BRIDGES, "podman2", -EIO, false },
		{ CONFIG("", ""), BORN(""), NULL, "podman0", -EIO, false },
		{ CONFIG("", ""), "", BRIDGES, "podman0", -EIO, false },
		{ CONFIG("", ""), "x\n{}\n[]\n", BRIDGES, "podman0", -EIO, false },
		{ CONFIG("", ""), NULL, BRIDGES, "podman0", -EIO, false },
		{ CONFIG(",\"path\":\"/proc/7/ns/net\"", ""), BORN(""), BRIDGES, "podman0", -ENODEV,
		  false },
		{ CONFIG("", "\"net.ipv6.conf.all.disable_ipv6\":\"1\""), BORN(""), BRIDGES,
		  "podman0", -ENODEV, false },
		{ "{}", BORN(""), BRIDGES, "podman0", -ENODEV, false },
		{ "{", BORN(""), BRIDGES, "podman0", -ENODEV, false },
	};

	for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
		struct said s = { .born = rows[k].born, .bridges = rows[k].bridges };
		_json_ json_t *config = json_loads(rows[k].config, 0, NULL);
		const struct podman_born born = {
			.id = ID,
			.name = "web",
			.first = 7,
			.bridge = rows[k].bridge,
			.config = config,
			.now = 30,
		};
		struct instance i = { .pid = 0 };
		bool unsure = false;
		struct error e;
		int r;

		r = podman_starting(&engine, get, &s, &born, &i, &unsure, &e);
		check(r == rows[k].want, "row %zu: %d %s", k, r, e.text);
		check(unsure == rows[k].unsure, "row %zu", k);
		if (r == 0) {
			check(i.pid == 7 && strcmp(i.ident.name, "web") == 0, "row %zu", k);
		}
	}
}

TEST(plain_answers)
{
	static const struct {
		const char *text;
		int want;
		const char *body;
	} rows[] = {
		{ "HTTP/1.0 200 OK\r\nA: b\r\n\r\n[1]", 0, "[1]" },
		{ "HTTP/1.1 200 OK\r\n\r\n", 0, "" },
		{ "HTTP/1.0 200 OK\r\nA: b\r\n", -EIO, NULL },
		{ "HTTP/2 200 OK\r\n\r\n", -EIO, NULL },
		{ "", -EIO, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(engine_answer_release) struct engine_answer a = { 0 };
		long status = 0;
		int pair[2], r;

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		assert_int_equal(write(pair[1], rows[i].text, strlen(rows[i].text)),
				 strlen(rows[i].text));
		close(pair[1]);
		r = engine_plain_read(pair[0], clock_ms() + 5000, &a, &status);
		check(r == rows[i].want, "row %zu: %d", i, r);
		if (r == 0) {
			check(status == 200 && strcmp(a.text, rows[i].body) == 0, "row %zu", i);
		}
		close(pair[0]);
	}
}

TEST(an_answer_that_does_not_come)
{
	CLEANUP(engine_answer_release) struct engine_answer a = { 0 };
	long status;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(engine_plain_read(pair[0], clock_ms() + 20, &a, &status), -ETIMEDOUT);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_starts),
		cmocka_unit_test(one_that_runs),
		cmocka_unit_test(what_it_was_run_with),
		cmocka_unit_test(those_that_are_not_served),
		cmocka_unit_test(podmans_that_start),
		cmocka_unit_test(plain_answers),
		cmocka_unit_test(an_answer_that_does_not_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
