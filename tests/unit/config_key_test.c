/* Checks that every key takes what it must and refuses the rest by name. */
#include "configs.h"

#include "base/user.h"

TEST(unknown_keys_are_refused_by_name)
{
	static const struct {
		const char *text, *key;
	} rows[] = {
		{ "{\"pools\":[" POOL "],\"pool\":1}", "pool: unknown" },
		{ "{\"Pools\":[" POOL "]}", "Pools: unknown" },
		{ "{\"pools\":[" POOL "],\"\":1}", "unknown" },
		{ "{\"pools\":[" POOL "],\"GUARD\":true}",
		  "GUARD: unknown key: did you mean guard? (man" },
		{ "{\"pools\":[" POOL "],\"probe\":1}", "did you mean probe_ms?" },
		{ "{\"pools\":[" POOL ",{\"range\":[]}]}",
		  "pools[1].range: unknown key: did you mean ranges? (man 5 v6hook.json)" },
		{ "{\"pools\":[{\"Ranges\":[" RANGE "]}]}", "pools[0].Ranges: unknown" },
		{ "{\"pools\":[" POOL "],\"expose\":{\"libvirt\":\"all\"}}",
		  "expose.libvirt: unknown key (man 5 v6hook.json)" },
		{ "{\"pools\":[" POOL "],\"lxc\":{\"path\":\"/\"}}", "lxc.path: unknown" },
		{ "{\"pools\":[" POOL "],\"docker\":{\"Socket\":\"/s\"}}",
		  "docker.Socket: unknown" },
		{ "{\"pools\":[" POOL "],\"containers\":{\"lxc:a\":{\"adress\":\"::1\"}}}",
		  "containers.lxc:a.adress: unknown" },
		{ "{\"pools\":[" POOL "],\"users\":{\"alice\":{\"bridge\":[]}}}",
		  "users.alice.bridge: unknown" },
		{ "{\"pools\":[" POOL "],\"on_change\":{\"command\":[]}}",
		  "on_change.command: unknown" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		refuse(rows[i].text, rows[i].key);
}

TEST(keys_are_named_whatever_their_container_is_called)
{
	char text[512], name[256];

	memset(name, 'x', 255);
	name[255] = '\0';
	snprintf(text, sizeof(text),
		 "{\"pools\":[" POOL "],\"containers\":{\"lxc:%s\":{\"adress\":1}}}", name);
	refuse(text, ".adress: unknown");
}

/* Where a value stands in a configuration that is good otherwise, at the #, and its one good type.
 */
static const struct {
	const char *key, *text, *type;
} places[] = {
	{ "pools", "{\"pools\":#}", "list" },
	{ "pools[0]", "{\"pools\":[#]}", "object" },
	{ "pools[0].name", "{\"pools\":[{\"name\":#,\"ranges\":[" RANGE "]}]}", "string" },
	{ "pools[0].ranges", "{\"pools\":[{\"ranges\":#}]}", "list" },
	{ "pools[0].ranges[1]", "{\"pools\":[{\"ranges\":[" RANGE ",#]}]}", "string" },
	{ "pools[0].exclude", "{\"pools\":[{\"ranges\":[" RANGE "],\"exclude\":#}]}", "list" },
	{ "pools[0].exclude[0]", "{\"pools\":[{\"ranges\":[" RANGE "],\"exclude\":[#]}]}",
	  "string" },
	{ "pools[0].uplink", "{\"pools\":[{\"ranges\":[" RANGE "],\"uplink\":#}]}", "string" },
	{ "pools[0].upstream", "{\"pools\":[{\"ranges\":[" RANGE "],\"upstream\":#}]}", "" },
	{ "gateway", "{\"pools\":[" POOL "],\"gateway\":#}", "" },
	{ "probe_ms", "{\"pools\":[" POOL "],\"probe_ms\":#}", "number" },
	{ "hold_s", "{\"pools\":[" POOL "],\"hold_s\":#}", "number" },
	{ "announce_s", "{\"pools\":[" POOL "],\"announce_s\":#}", "number" },
	{ "announce_from", "{\"pools\":[" POOL "],\"announce_from\":#}", "" },
	{ "expose", "{\"pools\":[" POOL "],\"expose\":#}", "object" },
	{ "expose.lxc", "{\"pools\":[" POOL "],\"expose\":{\"lxc\":#}}", "list" },
	{ "expose.docker", "{\"pools\":[" POOL "],\"expose\":{\"docker\":#}}", "list" },
	{ "guard", "{\"pools\":[" POOL "],\"guard\":#}", "bool" },
	{ "open_firewall", "{\"pools\":[" POOL "],\"open_firewall\":#}", "bool" },
	{ "lxc", "{\"pools\":[" POOL "],\"lxc\":#}", "object" },
	{ "lxc.required", "{\"pools\":[" POOL "],\"lxc\":{\"required\":#}}", "bool" },
	{ "docker", "{\"pools\":[" POOL "],\"docker\":#}", "object" },
	{ "podman", "{\"pools\":[" POOL "],\"podman\":#}", "object" },
	{ "podman.attach", "{\"pools\":[" POOL "],\"podman\":{\"attach\":#}}", "" },
	{ "podman.socket", "{\"pools\":[" POOL "],\"podman\":{\"socket\":#}}", "" },
	{ "incus", "{\"pools\":[" POOL "],\"incus\":#}", "object" },
	{ "incus.attach", "{\"pools\":[" POOL "],\"incus\":{\"attach\":#}}", "" },
	{ "incus.socket", "{\"pools\":[" POOL "],\"incus\":{\"socket\":#}}", "" },
	{ "expose.incus", "{\"pools\":[" POOL "],\"expose\":{\"incus\":#}}", "list" },
	{ "expose.podman", "{\"pools\":[" POOL "],\"expose\":{\"podman\":#}}", "list" },
	{ "docker.attach", "{\"pools\":[" POOL "],\"docker\":{\"attach\":#}}", "" },
	{ "docker.socket", "{\"pools\":[" POOL "],\"docker\":{\"socket\":#}}", "" },
	{ "containers", "{\"pools\":[" POOL "],\"containers\":#}", "object" },
	{ "containers.lxc:a", "{\"pools\":[" POOL "],\"containers\":{\"lxc:a\":#}}", "object" },
	{ "containers.lxc:a.address",
	  "{\"pools\":[" POOL "],\"containers\":{\"lxc:a\":{\"address\":#}}}", "" },
	{ "containers.lxc:a.expose",
	  "{\"pools\":[" POOL "],\"containers\":{\"lxc:a\":{\"expose\":#}}}", "list" },
	{ "containers.lxc:a.expose",
	  "{\"pools\":[" POOL "],\"containers\":{\"lxc:a\":{\"expose\":[#]}}}", "" },
	{ "users", "{\"pools\":[" POOL "],\"users\":#}", "object" },
	{ "users.alice", "{\"pools\":[" POOL "],\"users\":{\"alice\":#}}", "" },
	{ "users.alice.addresses", "{\"pools\":[" POOL "],\"users\":{\"alice\":{\"addresses\":#}}}",
	  "number" },
	{ "users.alice.bridges", "{\"pools\":[" POOL "],\"users\":{\"alice\":{\"bridges\":#}}}",
	  "list" },
	{ "users.alice.bridges[0]",
	  "{\"pools\":[" POOL "],\"users\":{\"alice\":{\"bridges\":[#]}}}", "string" },
	{ "containers.lxc:a.name", "{\"pools\":[" POOL "],\"containers\":{\"lxc:a\":{\"name\":#}}}",
	  "string" },
	{ "domain", "{\"pools\":[" POOL "],\"domain\":#}", "string" },
	{ "hosts", "{\"pools\":[" POOL "],\"hosts\":#}", "" },
	{ "metrics", "{\"pools\":[" POOL "],\"metrics\":#}", "" },
	{ "on_change", "{\"pools\":[" POOL "],\"on_change\":#}", "" },
	{ "on_change.user", "{\"pools\":[" POOL "],\"on_change\":{\"user\":#,\"run\":[\"/p\"]}}",
	  "string" },
	{ "on_change.run", "{\"pools\":[" POOL "],\"on_change\":{\"user\":\"u\",\"run\":#}}", "" },
	{ "on_change.run[1]",
	  "{\"pools\":[" POOL "],\"on_change\":{\"user\":\"u\",\"run\":[\"/p\",#]}}", "string" },
	{ "socket", "{\"pools\":[" POOL "],\"socket\":#}", "" },
	{ "state_dir", "{\"pools\":[" POOL "],\"state_dir\":#}", "" },
	{ "store", "{\"pools\":[" POOL "],\"store\":#}", "object" },
	{ "store.etcd", "{\"pools\":[" POOL "],\"store\":{\"etcd\":#}}", "list" },
	{ "store.etcd[0]", "{\"pools\":[" POOL "],\"store\":{\"etcd\":[#]}}", "string" },
	{ "store.prefix", "{\"pools\":[" POOL "],\"store\":{\"etcd\":[\"http://a\"],\"prefix\":#}}",
	  "" },
	{ "store.host", "{\"pools\":[" POOL "],\"store\":{\"etcd\":[\"http://a\"],\"host\":#}}",
	  "string" },
	{ "store.ca", "{\"pools\":[" POOL "],\"store\":{\"etcd\":[\"https://a\"],\"ca\":#}}", "" },
	{ "store.cert", "{\"pools\":[" POOL "],\"store\":{\"etcd\":[\"https://a\"],\"cert\":#}}",
	  "" },
	{ "store.key", "{\"pools\":[" POOL "],\"store\":{\"etcd\":[\"https://a\"],\"key\":#}}",
	  "" },
	{ "store.user", "{\"pools\":[" POOL "],\"store\":{\"etcd\":[\"http://a\"],\"user\":#}}",
	  "string" },
	{ "store.identity",
	  "{\"pools\":[" POOL "],\"store\":{\"etcd\":[\"http://a\"],\"identity\":#}}", "" },
	{ "store.ttl_s",
	  "{\"pools\":[" POOL "],\"store\":{\"etcd\":[\"http://a\"],\"identity\":\"cluster\","
	  "\"ttl_s\":#}}",
	  "number" },
	{ "store.password",
	  "{\"pools\":[" POOL "],\"store\":{\"etcd\":[\"http://a\"],\"password\":#}}", "string" },
};

TEST(wrong_types_are_refused_by_name)
{
	static const struct {
		const char *type, *text;
	} values[] = {
		{ "list", "[]" },      { "object", "{}" }, { "string", "\"junk\"" },
		{ "string", "\"0\"" }, { "number", "1" },  { "bool", "true" },
		{ "bool", "false" },   { "null", "null" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		for (size_t k = 0; k < ARRAY_SIZE(values); k++) {
			const char *hole = strchr(places[i].text, '#');
			char text[256], key[64];

			if (strcmp(places[i].type, values[k].type) == 0)
				continue;
			snprintf(text, sizeof(text), "%.*s%s%s", (int)(hole - places[i].text),
				 places[i].text, values[k].text, hole + 1);
			snprintf(key, sizeof(key), ": %s: ", places[i].key);
			refuse(text, key);
		}
}

TEST(values_that_mean_nothing_are_refused)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "{\"pools\":[]}", "pools: must" },
		{ "{\"pools\":[" POOL "],\"domain\":\"0\"}", "domain: must be a host's name" },
		{ "{\"pools\":[" POOL "],\"domain\":\"a_b.org\"}",
		  "domain: must be a host's name" },
		{ "{\"pools\":[" POOL "],\"hosts\":\"/etc/hosts\"}", "hosts: must be a file of" },
		{ "{\"pools\":[" POOL "],\"metrics\":\"/srv/\"}", "metrics: must be a file of" },
		{ "{\"pools\":[" POOL "],\"on_change\":{\"user\":\"root\",\"run\":[\"/p\"]}}",
		  "on_change.user: must be an ordinary user" },
		{ "{\"pools\":[" POOL "],\"on_change\":{\"user\":\"00\",\"run\":[\"/p\"]}}",
		  "on_change.user: must be an ordinary user" },
		{ "{\"pools\":[" POOL "],\"on_change\":{\"user\":\"u\",\"run\":[\"p\"]}}",
		  "on_change.run: must begin with a program's absolute path" },
		{ "{\"pools\":[" POOL "],\"on_change\":{\"user\":\"u\"}}",
		  "on_change: must say what" },
		{ "{\"pools\":[" POOL "],\"on_change\":{\"run\":[\"/p\"]}}",
		  "on_change: must say what" },
		{ "{\"pools\":[" POOL "],\"containers\":{\"lxc:a\":{\"name\":\"w.org\"},"
		  "\"lxc:b\":{\"name\":\"W.org\"}}}",
		  "containers.lxc:b: has the name of lxc:a too" },
		{ "{\"pools\":[{}]}", "pools[0]: has no \"ranges\"" },
		{ "{\"pools\":[{\"ranges\":[]}]}", "pools[0]: has no \"ranges\"" },
		{ "{\"pools\":[{\"ranges\":[\"\"]}]}", "pools[0].ranges[0]" },
		{ "{\"pools\":[{\"name\":\"\",\"ranges\":[" RANGE "]}]}", "pools[0].name" },
		{ "{\"pools\":[{\"name\":\"a\",\"ranges\":[" RANGE "]},"
		  "{\"name\":\"a\",\"ranges\":[\"::1\"]}]}",
		  "pools[1]: another pool" },
		{ "{\"pools\":[{\"uplink\":\"\",\"ranges\":[" RANGE "]}]}", "pools[0].uplink" },
		{ "{\"pools\":[{\"uplink\":\"sixteen-letters-\",\"ranges\":[" RANGE "]}]}",
		  "pools[0].uplink" },
		{ "{\"pools\":[{\"upstream\":\"Routed\",\"ranges\":[" RANGE "]}]}",
		  "pools[0].upstream: must be \"on-link\" or \"routed\"" },
		{ "{\"pools\":[" POOL "],\"gateway\":\"2001:db8::1\"}", "gateway" },
		{ "{\"pools\":[" POOL "],\"gateway\":\"fe80::1/64\"}", "gateway" },
		{ "{\"pools\":[" POOL "],\"gateway\":\"fe80::1%eth0\"}", "gateway" },
		{ "{\"pools\":[" POOL "],\"gateway\":\"169.254.0.1\"}", "gateway" },
		{ "{\"pools\":[" POOL "],\"expose\":{\"lxc\":\"\"}}", "expose.lxc" },
		{ "{\"pools\":[" POOL "],\"docker\":{\"attach\":\"none\"}}", "docker.attach" },
		{ "{\"pools\":[" POOL "],\"docker\":{\"socket\":\"run/d.sock\"}}",
		  "docker.socket" },
		{ "{\"pools\":[" POOL "],\"state_dir\":\"var/lib\"}", "state_dir" },
		{ "{\"pools\":[" POOL "],\"state_dir\":\"\"}", "state_dir" },
		{ "{\"pools\":[" POOL "],\"containers\":{\"web1\":{}}}", "containers.web1" },
		{ "{\"pools\":[" POOL "],\"containers\":{\"lxc:\":{}}}", "containers.lxc:" },
		{ "{\"pools\":[" POOL "],\"containers\":{\"lxc:a/b\":{}}}", "containers.lxc:a/b" },
		{ "{\"pools\":[" POOL "],\"containers\":{\"lxc:a\":{\"address\":\"10.0.0.1\"}}}",
		  "containers.lxc:a.address" },
		{ "{\"pools\":[" POOL
		  "],\"containers\":{\"lxc:a\":{\"address\":\"2001:db8::1/64\"}}}",
		  "containers.lxc:a.address" },
		{ "{\"pools\":[" POOL "],\"containers\":{\"lxc:a\":{\"address\":\"2001:db8::1\"},"
		  "\"lxc:b\":{\"address\":\"2001:db8:0::1\"}}}",
		  "containers.lxc:b: has the address of lxc:a" },
		{ "{\"pools\":[" POOL
		  "],\"containers\":{\"54321/lxc:a\":{\"address\":\"2001:db8::1\"},"
		  "\"54322/lxc:a\":{\"address\":\"2001:db8::1\"}}}",
		  "containers.54322/lxc:a: has the address of 54321/lxc:a" },
		{ "{\"pools\":[" POOL "],\"containers\":{\"0/lxc:a\":{}}}", "containers.0/lxc:a" },
		{ "{\"pools\":[" POOL "],\"containers\":{\"root/lxc:a\":{}}}",
		  "containers.root/lxc:a" },
		{ "{\"pools\":[" POOL "],\"containers\":{\"54321/web1\":{}}}",
		  "containers.54321/web1" },
		{ "{\"pools\":[" POOL "],\"users\":{\"alice\":{\"addresses\":1}}}",
		  "users.alice: must say" },
		{ "{\"pools\":[" POOL "],\"users\":{\"alice\":{\"addresses\":1,\"bridges\":[]}}}",
		  "users.alice: must say" },
		{ "{\"pools\":[" POOL "],\"users\":{\"alice\":{\"bridges\":[\"br0\"]}}}",
		  "users.alice: must say" },
		{ "{\"pools\":[" POOL "],\"users\":{\"alice\":{\"addresses\":65537}}}",
		  "users.alice.addresses: must be a whole number from 0 to 65536" },
		{ "{\"pools\":[" POOL "],\"users\":{\"alice\":{\"addresses\":-1}}}",
		  "users.alice.addresses" },
		{ "{\"pools\":[" POOL "],\"users\":{\"alice\":{\"bridges\":[\"\"]}}}",
		  "users.alice.bridges[0]" },
		{ "{\"pools\":[" POOL "],\"socket\":\"run/v.sock\"}", "socket" },
		{ "{\"pools\":[" POOL "],\"socket\":\"\"}", "socket" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		refuse(rows[i].text, rows[i].why);
}

/* Users who are listed and are gone from this machine are nobody's right, and no mistake. */
TEST(users_are_found_by_name_or_number)
{
	_config_ struct config *c = read_good(sample);
	_config_ struct config *gone = NULL;
	const struct config_user *user = config_user(c, 54321);
	uid_t nobody;

	assert_non_null(user);
	assert_int_equal(user->addresses, 4);
	assert_int_equal(user->bridges.count, 2);
	assert_string_equal(user->bridges.list[1], "br1");
	assert_int_equal(user_find("nobody", &nobody), 0);
	assert_non_null(config_user(c, nobody));
	assert_int_equal(config_user(c, nobody)->addresses, 0);
	assert_null(config_user(c, 54322));
	assert_null(config_user(c, 0));
	gone = read_good("{\"pools\":[" POOL "],\"users\":{\"no-such-user\":"
			 "{\"addresses\":1,\"bridges\":[\"br0\"]}}}");
	assert_int_equal(gone->user_count, 1);
	assert_null(config_user(gone, 0));
	assert_null(config_user(gone, 54321));
	assert_null(config_user(gone, (uid_t)-1));
}

TEST(numbers_are_whole_and_in_range)
{
	static const struct {
		const char *key, *number;
		bool good;
		unsigned int n;
	} rows[] = {
		{ "probe_ms", "0", true, 0 },
		{ "probe_ms", "60000", true, 60000 },
		{ "probe_ms", "6e4", true, 60000 },
		{ "probe_ms", "60001", false, 0 },
		{ "hold_s", "0", true, 0 },
		{ "hold_s", "2592000", true, 2592000 },
		{ "hold_s", "2592001", false, 0 },
		{ "hold_s", "-1", false, 0 },
		{ "hold_s", "1.5", false, 0 },
		{ "hold_s", "0.1", false, 0 },
		{ "hold_s", "4294967297", false, 0 }, /* 2^32 + 1 */
		{ "hold_s", "4294967296", false, 0 },
		{ "hold_s", "18446744073709551617", false, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_config_ struct config *c = NULL;
		char text[128];

		snprintf(text, sizeof(text), "{\"pools\":[" POOL "],\"%s\":%s}", rows[i].key,
			 rows[i].number);
		if (!rows[i].good) {
			refuse(text, rows[i].key);
			continue;
		}
		c = read_good(text);
		assert_int_equal(*rows[i].key == 'p' ? c->probe_ms : c->hold_s, rows[i].n);
	}
}

TEST(ports_of_a_container_are_checked)
{
	static const struct {
		const char *port;
		bool good;
	} rows[] = {
		{ "80/tcp", true },	 { "1/udp", true },	 { "65535/tcp", true },
		{ "0/tcp", false },	 { "65536/tcp", false }, { "99999/tcp", false },
		{ "100000/tcp", false }, { "80", false },	 { "80/", false },
		{ "/tcp", false },	 { "80/TCP", false },	 { "80/sctp", false },
		{ "80/tcpx", false },	 { "80/tc", false },	 { "80/tcp ", false },
		{ "-80/tcp", false },	 { "80-90/tcp", true },	 { "http/tcp", false },
		{ "", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[256];

		snprintf(text, sizeof(text),
			 "{\"pools\":[" POOL
			 "],\"containers\":{\"lxc:a\":{\"expose\":[\"1/tcp\",\"%s\"]}}}",
			 rows[i].port);
		if (rows[i].good)
			config_free(read_good(text));
		else
			refuse(text, "containers.lxc:a.expose: must hold ports");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(unknown_keys_are_refused_by_name),
		SCRATCH_TEST(keys_are_named_whatever_their_container_is_called),
		SCRATCH_TEST(wrong_types_are_refused_by_name),
		SCRATCH_TEST(values_that_mean_nothing_are_refused),
		SCRATCH_TEST(users_are_found_by_name_or_number),
		SCRATCH_TEST(numbers_are_whole_and_in_range),
		SCRATCH_TEST(ports_of_a_container_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
