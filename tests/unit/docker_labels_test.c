/* Checks what a container's labels say of it, and which of them are its image's. */
#include "unit.h"

#include "runtime/docker_container.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct config_engine engine = { .name = "docker", .title = "Docker" };

/* Reads a container of which only this differs. */
static void read_labelled(const char *labels, const char *more, struct docker_container *c)
{
	CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
	char text[2048];
	struct error e;

	snprintf(
		text, sizeof(text),
		"{\"Id\":\"" ID "\",\"Name\":\"/web\",\"State\":{\"Running\":true,\"Pid\":7},"
		"\"NetworkSettings\":{\"Networks\":{\"n\":{\"MacAddress\":\"02:00:00:00:00:07\"}}},"
		"\"Config\":{\"Labels\":%s}%s}",
		labels, more);
	engine_answer_add(text, strlen(text), &answer);
	memset(c, 0, sizeof(*c));
	assert_int_equal(docker_container_read(&engine, "web", 200, &answer, c, &e), 0);
}

static void grant(struct docker_container *c, int r, long status, const char *image)
{
	CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };

	engine_answer_add(image, strlen(image), &answer);
	docker_container_grant(c, r, status, &answer);
}

#define ALL                                                               \
	"{\"v6hook.enable\":\"true\",\"v6hook.address\":\"2001:db8::7\"," \
	"\"v6hook.network\":\"n\"}"
#define OTHER "{\"Config\":{\"Labels\":null}}"

TEST(labels_of_who_ran_it)
{
	struct docker_container c;

	read_labelled(ALL, ",\"Image\":\"sha256:" ID "\"", &c);
	assert_string_equal(c.image, "sha256:" ID);
	assert_true(c.wishes_any);
	/* nothing before the image is known */
	assert_int_equal(c.instance.enable, WISH_NONE);
	assert_string_equal(c.instance.address, "");
	assert_false(c.networks.is_named);
	grant(&c, 0, 200, OTHER);
	assert_int_equal(c.instance.enable, WISH_YES);
	assert_string_equal(c.instance.address, "2001:db8::7");
	assert_true(c.networks.is_named);
	assert_false(c.wishes_any);
	read_labelled("{\"x\":\"v6hook.enable\"}", "", &c);
	assert_false(c.wishes_any);
}

TEST(labels_of_the_image)
{
	static const struct {
		const char *more;
		int r;
		long status;
		const char *image;
	} rows[] = {
		{ "", 0, 200, "{\"Config\":{\"Labels\":" ALL "}}" },
		{ "", 0, 404, OTHER },
		{ "", 0, 200, "{" },
		{ "", -EIO, 200, OTHER },
		{ ",\"ImageManifestDescriptor\":{\"platform\":{\"architecture\":\"arm64\"}}", 0,
		  200, "{\"Architecture\":\"amd64\",\"Config\":{}}" },
	};
	struct docker_container c;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		read_labelled(ALL, rows[i].more, &c);
		grant(&c, rows[i].r, rows[i].status, rows[i].image);
		check(c.instance.enable == WISH_NONE && !*c.instance.address &&
			      !c.networks.is_named,
		      "row %zu: granted", i);
	}
	read_labelled(ALL,
		      ",\"ImageManifestDescriptor\":{\"platform\":{\"architecture\":\"arm64\"}}",
		      &c);
	grant(&c, 0, 200, "{\"Architecture\":\"arm64\",\"Config\":{}}");
	assert_int_equal(c.instance.enable, WISH_YES);
}

TEST(what_keeps_a_container_off)
{
	static const char *const words[] = { "false", "False", "yes", "" };
	struct docker_container c;
	char labels[64];

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		snprintf(labels, sizeof(labels), "{\"v6hook.enable\":\"%s\"}", words[i]);
		read_labelled(labels, "", &c);
		assert_int_equal(c.instance.enable, WISH_NO);
		assert_false(c.wishes_any);
	}
}

TEST(what_no_image_is_called)
{
	char path[ENGINE_PATH_MAX];
	struct docker_container c;

	read_labelled(ALL, ",\"Image\":\"../containers/x\"", &c);
	assert_true(engine_path(DOCKER_IMAGE, c.image, path) < 0);
	assert_int_equal(engine_path(DOCKER_IMAGE, "sha256:" ID, path), 0);
	assert_string_equal(path, "/images/sha256:" ID "/json");
	assert_true(engine_path(DOCKER_CONTAINER, "a/../b", path) < 0);
	assert_true(engine_path(DOCKER_CONTAINER, "a b", path) < 0);
	assert_true(engine_path((enum engine_what)77, ID, path) < 0);
	/* one of Swarm's networks is asked for as Docker's others are */
	assert_int_equal(engine_path(DOCKER_SUBNET, "lxj1dwj95kny63a1lg2r5txlf", path), 0);
	assert_string_equal(path, "/networks?filters=%7B%22id%22%3A%5B%22"
				  "lxj1dwj95kny63a1lg2r5txlf%22%5D%7D");
}

#define SWARM(task) \
	"\"com.docker.swarm.service.name\":\"a.b\",\"com.docker.swarm.task.name\":\"" task "\""
#define NUMBER "\"com.docker.compose.container-number\":\"1\""
#define COMPOSE "\"com.docker.compose.project\":\"p\",\"com.docker.compose.service\":\"w\"," NUMBER

TEST(places)
{
	static const struct {
		const char *labels, *image, *want;
	} rows[] = {
		{ SWARM("a.b.1.x"), "", "swarm:a.b:a.b.1.x" },
		{ SWARM("a.b.1.x") "," COMPOSE, "", "swarm:a.b:a.b.1.x" },
		{ SWARM("a.b.1.x"), SWARM("a.b.1.x"), "" },
		{ SWARM("a.b.1"), "", "" },
		{ SWARM("a.b.1."), "", "" },
		{ SWARM("a.b..x"), "", "" },
		{ SWARM("a.b.1.x.y"), "", "" },
		{ SWARM("a.c.1.x"), "", "" },
		{ SWARM("a.b:1.x"), "", "" },
		{ COMPOSE, "", "compose:p:w:1" },
		{ COMPOSE ",\"com.docker.compose.oneoff\":\"False\"", "", "compose:p:w:1" },
		{ COMPOSE ",\"com.docker.compose.oneoff\":\"True\"", "", "" },
		/* Compose labels the images that it builds with the rest */
		{ COMPOSE, "\"com.docker.compose.project\":\"p\"", "compose:p:w:1" },
		{ COMPOSE, NUMBER, "" },
		{ NUMBER, "", "" },
	};
	struct docker_container c;
	char labels[512], image[512];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(labels, sizeof(labels), "{%s}", rows[i].labels);
		snprintf(image, sizeof(image), "{\"Config\":{\"Labels\":{%s}}}", rows[i].image);
		read_labelled(labels, "", &c);
		assert_string_equal(c.instance.place, "");
		if (c.wishes_any)
			grant(&c, 0, 200, image);
		check(strcmp(c.instance.place, rows[i].want) == 0, "row %zu: %s", i,
		      c.instance.place);
	}
}

TEST(how_a_place_is_asked_for)
{
	static const char *const none[] = {
		"",
		"compose",
		"compose:p:w",
		"compose:p:w:1:2",
		"compose:p::1",
		"swarm:w%22:w",
		"podman:p:w:1",
		"compose:p:w:",
		"swarm:w",
	};
	char path[ENGINE_PATH_MAX], which[512];

	assert_int_equal(engine_path(DOCKER_PLACE, ID " swarm:w:w.1.x", path), 0);
	assert_string_equal(path, "/containers/json?all=1&filters=%7B%22id%22%3A%5B%22" ID
				  "%22%5D%2C%22label%22%3A%5B"
				  "%22com.docker.swarm.service.name%3Dw%22%2C"
				  "%22com.docker.swarm.task.name%3Dw.1.x%22%5D%7D");
	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		snprintf(which, sizeof(which), "%s %s", ID, none[i]);
		check(engine_path(DOCKER_PLACE, which, path) < 0, "row %zu: %s", i, path);
	}
	assert_true(engine_path(DOCKER_PLACE, "x swarm:w:w.1.x", path) < 0);
	assert_true(engine_path(DOCKER_PLACE, ID, path) < 0);
	assert_int_equal(engine_path(DOCKER_CREATED, ID, path), 0);
	assert_string_equal(path,
			    "/containers/json?all=1&filters=%7B%22id%22%3A%5B%22" ID "%22%5D%7D");
	assert_true(engine_path(DOCKER_CREATED, ID " x", path) < 0);
	assert_true(engine_path(DOCKER_CREATED, "web", path) < 0);
	assert_int_equal(engine_path(DOCKER_CALLED, ID " a.b-c", path), 0);
	assert_string_equal(path, "/containers/json?all=1&filters=%7B%22id%22%3A%5B%22" ID
				  "%22%5D%2C%22name%22%3A%5B%22%5E%2F%3Fa%5B.%5Db-c%24%22%5D%7D");
	assert_true(engine_path(DOCKER_CALLED, ID " .*", path) < 0);
	assert_true(engine_path(DOCKER_CALLED, ID " a|b", path) < 0);
	assert_true(engine_path(DOCKER_CALLED, ID " ", path) < 0);
	assert_true(engine_path(DOCKER_CALLED, ID, path) < 0);
	assert_int_equal(engine_path(DOCKER_ENDPOINTS, "my_net.1", path), 0);
	assert_string_equal(path, "/networks/my_net.1");
	assert_true(engine_path(DOCKER_ENDPOINTS, "../x", path) < 0);
	/* the longest that there is */
	snprintf(which, sizeof(which), "%s a%0*d", ID, IDENT_NAME_MAX - 1, 0);
	for (char *p = strchr(which, ' ') + 2; *p; p++)
		*p = '.';
	assert_int_equal(engine_path(DOCKER_CALLED, which, path), 0);
	snprintf(which, sizeof(which), "%s compose:%0*d:w:1", ID, IDENT_PLACE_MAX - 13, 0);
	assert_int_equal(engine_path(DOCKER_PLACE, which, path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places),
		cmocka_unit_test(how_a_place_is_asked_for),
		cmocka_unit_test(labels_of_who_ran_it),
		cmocka_unit_test(labels_of_the_image),
		cmocka_unit_test(what_keeps_a_container_off),
		cmocka_unit_test(what_no_image_is_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
