/* Checks that the configuration is read whole. */
#include "configs.h"

TEST(defaults_are_as_documented)
{
	_config_ struct config *c = read_good("{\"pools\":[" POOL "]}");
	struct in6_addr gateway = ip("fe80::1");

	assert_int_equal(c->pool_count, 1);
	assert_string_equal(c->pools[0].name, "default");
	assert_int_equal(c->pools[0].ranges.count, 1);
	assert_string_equal(c->pools[0].ranges.list[0], "2001:db8::d000/124");
	assert_int_equal(c->pools[0].exclude.count, 0);
	assert_null(c->pools[0].uplink);
	assert_false(c->pools[0].routed);
	assert_memory_equal(&c->gateway, &gateway, sizeof(gateway));
	assert_int_equal(c->probe_ms, 1000);
	assert_int_equal(c->hold_s, 60);
	assert_int_equal(c->announce_s, 0);
	assert_false(c->announce_link_local);
	assert_int_equal(c->expose_lxc.word, EXPOSE_ALL);
	assert_int_equal(c->engines[ENGINE_DOCKER].expose.word, EXPOSE_UNSAID);
	assert_int_equal(c->engines[ENGINE_PODMAN].expose.word, EXPOSE_UNSAID);
	assert_int_equal(c->guard, CONFIG_GUARD_ON);
	assert_int_equal(c->open_firewall, CONFIG_OPEN_DOCKER);
	assert_false(c->engines[ENGINE_DOCKER].labelled);
	assert_string_equal(c->engines[ENGINE_DOCKER].socket, "/var/run/docker.sock");
	assert_null(c->engines[ENGINE_PODMAN].socket);
	assert_int_equal(c->container_count, 0);
	assert_int_equal(c->user_count, 0);
	assert_null(c->hosts);
	assert_null(c->domain);
	assert_null(c->metrics);
	assert_null(c->on_change.user);
	assert_string_equal(c->socket, "/run/v6hook/v6hook.sock");
	assert_string_equal(c->state_dir, "/var/lib/v6hook");
}

TEST(every_key_is_read)
{
	_config_ struct config *c = read_good(sample);
	struct in6_addr gateway = ip("fe80::1:2"), address = ip("2a03:b0c0:1:d0::18:d005");
	const struct config_container *web;

	assert_int_equal(c->pool_count, 2);
	assert_string_equal(c->pools[0].name, "default");
	assert_int_equal(c->pools[0].ranges.count, 2);
	assert_string_equal(c->pools[0].ranges.list[1],
			    "2a03:b0c0:1:d0::19:0-2a03:b0c0:1:d0::19:5");
	assert_int_equal(c->pools[0].exclude.count, 1);
	assert_string_equal(c->pools[0].exclude.list[0], "2a03:b0c0:1:d0::18:d000/126");
	assert_string_equal(c->pools[0].uplink, "eth0");
	assert_false(c->pools[0].routed);
	assert_true(c->pools[1].routed);
	assert_memory_equal(&c->gateway, &gateway, sizeof(gateway));
	assert_int_equal(c->probe_ms, 250);
	assert_int_equal(c->hold_s, 5);
	assert_int_equal(c->announce_s, 30);
	assert_true(c->announce_link_local);
	assert_int_equal(c->expose_lxc.word, EXPOSE_NONE);
	assert_int_equal(c->engines[ENGINE_DOCKER].expose.word, EXPOSE_ALL);
	assert_false(c->guard);
	assert_true(c->engines[ENGINE_DOCKER].labelled);
	assert_string_equal(c->engines[ENGINE_DOCKER].socket, "/run/d.sock");
	assert_int_equal(c->engines[ENGINE_PODMAN].expose.word, EXPOSE_NONE);
	assert_false(c->engines[ENGINE_PODMAN].labelled);
	assert_string_equal(c->engines[ENGINE_PODMAN].socket, "/run/p.sock");
	assert_string_equal(c->state_dir, "/srv/v6hook");
	assert_string_equal(c->socket, "/run/v.sock");
	assert_string_equal(c->hosts, "/run/v6hook/hosts");
	assert_string_equal(c->domain, "example.org");
	assert_string_equal(c->metrics, "/srv/v6hook.prom");
	assert_string_equal(c->on_change.user, "nobody");
	assert_int_equal(c->on_change.run.count, 2);
	assert_string_equal(c->on_change.run.list[0], "/bin/tell");
	assert_int_equal(c->container_count, 3);
	assert_non_null(config_container(c, "54321/lxc:web1"));
	assert_null(config_container(c, "54322/lxc:web1"));
	assert_int_equal(c->user_count, 2);
	web = config_container(c, "lxc:web1");
	assert_non_null(web);
	assert_true(web->has_address);
	assert_memory_equal(&web->address, &address, sizeof(address));
	assert_string_equal(web->name, "www.example.net");
	assert_non_null(config_container(c, "docker:db"));
	assert_false(config_container(c, "docker:db")->has_address);
	assert_null(config_container(c, "lxc:db"));
	assert_null(config_container(c, "lxc:web"));
	assert_true(config_requires_lxc(in_scratch("config.json")));
}

TEST(lxc_is_required_only_where_the_file_says_so)
{
	static const struct {
		const char *text;
		bool required;
	} rows[] = {
		{ "{\"lxc\":{\"required\":true}}", true },
		{ "{\"lxc\":{\"required\":true},\"typo\":1,\"pools\":[]}", true },
		{ "{\"lxc\":{\"required\":false}}", false },
		{ "{\"lxc\":{\"required\":\"true\"}}", false },
		{ "{\"lxc\":{\"required\":1}}", false },
		{ "{\"lxc\":{}}", false },
		{ "{\"lxc\":true}", false },
		{ "{\"required\":true}", false },
		{ "[]", false },
		{ "{\"lxc\":{\"required\":true}", false },
		{ "", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		write_file(in_scratch("c"), rows[i].text, strlen(rows[i].text));
		check(config_requires_lxc(in_scratch("c")) == rows[i].required, "%s", rows[i].text);
	}
	assert_false(config_requires_lxc(in_scratch("absent")));
}

TEST(what_a_bad_file_says_still)
{
	static const struct {
		const char *text, *socket, *state_dir, *gateway;
	} rows[] = {
		{ "{\"bogus\":1,\"state_dir\":\"/srv/v\",\"gateway\":\"fe80::2\",\"socket\":7}",
		  "/run/v6hook/v6hook.sock", "/srv/v", "fe80::2" },
		{ "{\"socket\":\"/run/s\",\"gateway\":\"2001:db8::1\"}", "/run/s",
		  "/var/lib/v6hook", "fe80::1" },
		{ "{\"state_dir\":\"/srv/v\"", "/run/v6hook/v6hook.sock", "/var/lib/v6hook",
		  "fe80::1" },
		{ NULL, "/run/v6hook/v6hook.sock", "/var/lib/v6hook", "fe80::1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_config_ struct config *c = NULL;
		struct in6_addr gateway = ip(rows[i].gateway);
		struct error e;

		if (rows[i].text)
			write_file(in_scratch("config.json"), rows[i].text, strlen(rows[i].text));
		else
			unlink(in_scratch("config.json"));
		assert_true(config_read(in_scratch("config.json"), &c, &e) < 0);
		assert_int_equal(config_salvage(in_scratch("config.json"), &c, &e), 0);
		assert_string_equal(c->socket, rows[i].socket);
		assert_string_equal(c->state_dir, rows[i].state_dir);
		assert_memory_equal(&c->gateway, &gateway, sizeof(gateway));
		assert_int_equal(c->pool_count, 0);
	}
}

TEST(podman_is_served_if_it_is_named)
{
	static const char text[] = "{\"pools\":[{\"ranges\":[\"2001:db8::/64\"]}],\"podman\":{}}";
	_config_ struct config *c = NULL;
	struct error e;

	assert_int_equal(read_bytes(text, strlen(text), &c, &e), 0);
	assert_string_equal(c->engines[ENGINE_PODMAN].socket, "/run/podman/podman.sock");
	assert_string_equal(c->engines[ENGINE_DOCKER].socket, "/var/run/docker.sock");
}

TEST(a_socket_of_both_is_podmans)
{
	static const struct {
		const char *docker, *podman; /* null: not named */
		bool want[ENGINES];
	} rows[] = {
		{ "one", NULL, { true, false } },    { "one", "two", { true, true } },
		{ "one", "absent", { true, true } }, { "absent", "one", { true, true } },
		{ "one", "one", { false, true } },   { "one", "link", { false, true } },
		{ "link", "one", { false, true } },
	};

	write_file(in_scratch("one"), "", 0);
	write_file(in_scratch("two"), "", 0);
	assert_int_equal(symlink("one", in_scratch("link")), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char docker[PATH_MAX], podman[PATH_MAX];
		struct config_engine engines[ENGINES] = { { .socket = docker } };

		strcpy(docker, in_scratch(rows[i].docker));
		if (rows[i].podman)
			engines[ENGINE_PODMAN].socket = strcpy(podman, in_scratch(rows[i].podman));
		for (enum engine k = 0; k < ENGINES; k++)
			check(config_serves(engines, k) == rows[i].want[k], "row %zu, %s", i,
			      engine_names[k]);
	}
}

TEST(the_guard_may_be_left_out_or_tried)
{
	static const struct {
		const char *text;
		enum config_guard guard;
	} rows[] = {
		{ "\"guard\":true", CONFIG_GUARD_ON },
		{ "\"guard\":false", CONFIG_GUARD_OFF },
		{ "\"guard\":\"best-effort\"", CONFIG_GUARD_BEST_EFFORT },
		{ "\"hold_s\":1", CONFIG_GUARD_ON },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_config_ struct config *c = NULL;
		char text[256];

		snprintf(text, sizeof(text), "{\"pools\":[" POOL "],%s}", rows[i].text);
		c = read_good(text);
		check(c->guard == rows[i].guard, "%s", rows[i].text);
	}
}

TEST(other_firewalls_are_opened_as_far_as_is_said)
{
	static const struct {
		const char *text;
		enum config_open open;
	} rows[] = {
		{ "\"open_firewall\":true", CONFIG_OPEN_ALL },
		{ "\"open_firewall\":false", CONFIG_OPEN_NONE },
		{ "\"open_firewall\":\"docker\"", CONFIG_OPEN_DOCKER },
		{ "\"hold_s\":1", CONFIG_OPEN_DOCKER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_config_ struct config *c = NULL;
		char text[256];

		snprintf(text, sizeof(text), "{\"pools\":[" POOL "],%s}", rows[i].text);
		c = read_good(text);
		check(c->open_firewall == rows[i].open, "%s", rows[i].text);
	}
}

TEST(the_nearest_says_what_is_exposed)
{
	static const struct {
		const char *members, *ident, *label, *published, *want;
	} rows[] = {
		{ "\"hold_s\":0", "lxc:a", "", "", "all" },
		{ "\"expose\":{\"docker\":\"published\"}", "docker:a", "", "", "all" },
		{ "\"expose\":{\"docker\":\"published\"}", "docker:a", "", "none", "none" },
		{ "\"expose\":{\"lxc\":\"published\"}", "lxc:a", "", "", "none" },
		{ "\"expose\":{\"podman\":\"published\"}", "podman:a", "", "80/tcp", "80/tcp" },
		{ "\"hold_s\":0", "podman:a", "", "80/tcp", "80/tcp" },
		{ "\"hold_s\":0", "docker:a", "", "80/tcp", "80/tcp" },
		{ "\"hold_s\":0", "docker:a", "", "none", "none" },
		{ "\"expose\":{}", "docker:a", "", "80/tcp", "80/tcp" },
		{ "\"hold_s\":0", "docker:a", "all", "80/tcp", "all" },
		{ "\"hold_s\":0", "docker:a", "none", "80/tcp", "none" },
		{ "\"expose\":{\"docker\":[\"1/udp\"]}", "docker:a", "", "80/tcp", "1/udp" },
		{ "\"expose\":{\"docker\":[\"1/udp\"]}", "docker:a", "published", "80/tcp",
		  "80/tcp" },
		{ "\"expose\":{\"docker\":[]}", "docker:a", "", "80/tcp", "none" },
		{ "\"expose\":{\"lxc\":\"none\"}", "docker:a", "", "80/tcp", "80/tcp" },
		{ "\"containers\":{\"docker:a\":{\"expose\":\"none\"}}", "docker:a", "all", "",
		  "none" },
		{ "\"containers\":{\"docker:a\":{\"expose\":[\"5-6/tcp\"]}}", "docker:a", "all", "",
		  "5-6/tcp" },
		{ "\"containers\":{\"docker:a\":{}}", "docker:a", "all", "", "all" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_config_ struct config *c = NULL;
		struct exposed label = { 0 }, published = { 0 }, got;
		char text[256], shown[EXPOSED_TEXT_MAX];

		snprintf(text, sizeof(text), "{\"pools\":[" POOL "],%s}", rows[i].members);
		c = read_good(text);
		exposed_parse(rows[i].label, &label);
		exposed_parse(rows[i].published, &published);
		got = config_exposed(c, rows[i].ident, &label, &published);
		check(strcmp(exposed_text(&got, shown), rows[i].want) == 0, "%s %s %s: %s",
		      rows[i].members, rows[i].ident, rows[i].label, shown);
	}
}

TEST(pools_without_a_name_get_one)
{
	_config_ struct config *c = read_good("{\"pools\":[" POOL "," POOL "]}");

	assert_string_equal(c->pools[0].name, "pools[0]");
	assert_string_equal(c->pools[1].name, "pools[1]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(defaults_are_as_documented),
		SCRATCH_TEST(every_key_is_read),
		SCRATCH_TEST(lxc_is_required_only_where_the_file_says_so),
		SCRATCH_TEST(what_a_bad_file_says_still),
		SCRATCH_TEST(podman_is_served_if_it_is_named),
		SCRATCH_TEST(a_socket_of_both_is_podmans),
		SCRATCH_TEST(the_guard_may_be_left_out_or_tried),
		SCRATCH_TEST(other_firewalls_are_opened_as_far_as_is_said),
		SCRATCH_TEST(the_nearest_says_what_is_exposed),
		SCRATCH_TEST(pools_without_a_name_get_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
