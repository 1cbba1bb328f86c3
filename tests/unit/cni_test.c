/* Checks what CNI may say in the environment and on stdin, and by which code the rest is refused.
 */
#include "unit.h"

#include "runtime/cni.h"

#define HEAD "\"cniVersion\": \"1.1.0\", \"name\": \"lab\", \"type\": \"v6hook-cni\""
#define OWN "\"bridge\": \"br0\""
#define RESULT "\"prevResult\": {}"
#define VALID "\"cni.dev/valid-attachments\": []"

/* Sets what is given of the environment, and takes the rest out of it. */
static void set_environment(const char *command, const char *container, const char *netns,
			    const char *ifname, const char *args)
{
	const char *const pairs[][2] = {
		{ "CNI_COMMAND", command }, { "CNI_CONTAINERID", container },
		{ "CNI_NETNS", netns },	    { "CNI_IFNAME", ifname },
		{ "CNI_ARGS", args },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if (pairs[i][1])
			setenv(pairs[i][0], pairs[i][1], 1);
		else
			unsetenv(pairs[i][0]);
}

TEST(a_lease_is_named_after_the_pod)
{
	static const struct {
		const char *container, *ifname, *args, *name;
	} rows[] = {
		{ "c1", "eth0", NULL, "c1" },
		{ "c1", "eth0", "", "c1" },
		{ "c1", "net1", NULL, "c1%net1" },
		{ "c1", "eth0", "K8S_POD_NAME=web-0", "web-0" },
		{ "c1", "eth0", "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0", "shop:web-0" },
		{ "c1", "eth0",
		  "IgnoreUnknown=1;K8S_POD_NAME=web-0;K8S_POD_NAMESPACE=shop;X=", "shop:web-0" },
		{ "c1", "net1", "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=a.b", "shop:a.b%net1" },
		/* half a name is none */
		{ "c1", "eth0", "K8S_POD_NAMESPACE=shop", "c1" },
		{ "c1", "eth0", "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=", "c1" },
		{ "c1", "eth0", "XK8S_POD_NAME=web-0;=;;nonsense", "c1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cni_call call;
		struct error e;
		int code = 0;

		set_environment("ADD", rows[i].container, "/run/netns/a", rows[i].ifname,
				rows[i].args);
		check(cni_call_read(&call, &code, &e) == 0, "row %zu: %s", i, e.text);
		check(strcmp(call.name, rows[i].name) == 0, "row %zu: \"%s\"", i, call.name);
		assert_string_equal(call.instance, "c1");
		assert_string_equal(cni_ifname_of(call.name), rows[i].ifname);
		assert_true(cni_comes_again(call.name, "c1") == (*rows[i].name != 'c'));
		assert_int_equal(call.pid, 0);
	}
}

TEST(long_names_stay_apart)
{
	char id[300], pod[254], args[400];
	struct cni_call one, other;
	struct error e;
	int code;

	memset(id, 'a', sizeof(id));
	id[sizeof(id) - 1] = '\0';
	memset(pod, 'p', sizeof(pod));
	pod[sizeof(pod) - 1] = '\0';
	set_environment("DEL", id, "", "eth0", NULL);
	assert_int_equal(cni_call_read(&one, &code, &e), 0);
	assert_null(one.netns);
	id[sizeof(id) - 2] = 'b';
	assert_int_equal(cni_call_read(&other, &code, &e), 0);
	assert_string_equal(one.name, one.instance);
	assert_true(!cni_comes_again(one.name, one.instance));
	set_environment("DEL", id, "", "a23456789012345", NULL);
	assert_int_equal(cni_call_read(&other, &code, &e), 0);
	assert_string_not_equal(one.instance, other.instance);
	snprintf(args, sizeof(args), "K8S_POD_NAMESPACE=%.63s;K8S_POD_NAME=%s", pod, pod);
	set_environment("DEL", id, "", "eth0", args);
	assert_int_equal(cni_call_read(&one, &code, &e), 0);
	pod[sizeof(pod) - 2] = 'q';
	snprintf(args, sizeof(args), "K8S_POD_NAMESPACE=%.63s;K8S_POD_NAME=%s", pod, pod);
	set_environment("DEL", id, "", "eth0", args);
	assert_int_equal(cni_call_read(&other, &code, &e), 0);
	assert_string_not_equal(one.name, other.name);
	assert_true(cni_comes_again(one.name, one.instance));
}

TEST(a_namespace_may_be_that_of_a_process)
{
	static const struct {
		const char *netns;
		int pid;
	} rows[] = { { "/proc/12/ns/net", 12 },
		     { "/proc/12/ns/net2", 0 },
		     { "/proc/4194304/ns/net", 4194304 },
		     { "/proc/4294967741/ns/net", 0 },
		     { "/proc/ 12/ns/net", 0 },
		     { "/proc/+12/ns/net", 0 },
		     { "/proc/012/ns/net", 0 },
		     { "/proc//ns/net", 0 },
		     { "/proc/-1/ns/net", 0 },
		     { "/proc/self/ns/net", 0 },
		     { "/proc/12/task/3/ns/net", 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cni_call call;
		struct error e;
		int code;

		set_environment("ADD", "c1", rows[i].netns, "eth0", NULL);
		assert_int_equal(cni_call_read(&call, &code, &e), 0);
		assert_int_equal(call.pid, rows[i].pid);
	}
}

TEST(a_bad_environment_is_refused_by_the_name_of_the_variable)
{
	static const struct {
		const char *command, *container, *netns, *ifname, *args, *says;
	} rows[] = {
		{ NULL, "c1", "/n", "eth0", NULL, "CNI_COMMAND" },
		{ "", "c1", "/n", "eth0", NULL, "CNI_COMMAND" },
		{ "add", "c1", "/n", "eth0", NULL, "CNI_COMMAND" },
		{ "LIST", "c1", "/n", "eth0", NULL, "CNI_COMMAND" },
		{ "ADD", NULL, "/n", "eth0", NULL, "CNI_CONTAINERID" },
		{ "ADD", "", "/n", "eth0", NULL, "CNI_CONTAINERID" },
		{ "DEL", "../x", "/n", "eth0", NULL, "CNI_CONTAINERID" },
		{ "CHECK", "a b", "/n", "eth0", NULL, "CNI_CONTAINERID" },
		{ "ADD", "-a", "/n", "eth0", NULL, "CNI_CONTAINERID" },
		{ "ADD", "a:b", "/n", "eth0", NULL, "CNI_CONTAINERID" },
		{ "ADD", "c1", NULL, "eth0", NULL, "CNI_NETNS" },
		{ "CHECK", "c1", "", "eth0", NULL, "CNI_NETNS" },
		{ "ADD", "c1", "run/netns/a", "eth0", NULL, "CNI_NETNS" },
		{ "ADD", "c1", "/n\n", "eth0", NULL, "CNI_NETNS" },
		{ "ADD", "c1", "/\xff", "eth0", NULL, "CNI_NETNS" },
		{ "ADD", "c1", "/n", NULL, NULL, "CNI_IFNAME" },
		{ "DEL", "c1", "/n", "", NULL, "CNI_IFNAME" },
		{ "ADD", "c1", "/n", "..", NULL, "CNI_IFNAME" },
		{ "ADD", "c1", "/n", "a/b", NULL, "CNI_IFNAME" },
		{ "ADD", "c1", "/n", "a b", NULL, "CNI_IFNAME" },
		{ "ADD", "c1", "/n", "a%b", NULL, "CNI_IFNAME" },
		{ "ADD", "c1", "/n", "a234567890123456", NULL, "CNI_IFNAME" },
		{ "ADD", "c1", "/n", "eth0", "K8S_POD_NAME=../x", "K8S_POD_NAME" },
		{ "ADD", "c1", "/n", "eth0", "K8S_POD_NAME=a%b", "K8S_POD_NAME" },
		{ "ADD", "c1", "/n", "eth0", "K8S_POD_NAME=a;K8S_POD_NAMESPACE=a.b",
		  "K8S_POD_NAMESPACE" },
		{ "ADD", "c1", "/n", "eth0", "K8S_POD_NAME=a;K8S_POD_NAMESPACE=a:b",
		  "K8S_POD_NAMESPACE" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cni_call call;
		struct error e;
		int code = 0;

		set_environment(rows[i].command, rows[i].container, rows[i].netns, rows[i].ifname,
				rows[i].args);
		check(cni_call_read(&call, &code, &e) == -EINVAL, "row %zu is taken", i);
		check(code == CNI_CODE_ENVIRONMENT, "row %zu: code %d", i, code);
		assert_contains(e.text, rows[i].says);
	}
}

TEST(the_environment_of_others_does_not_matter)
{
	static const struct {
		const char *command;
		enum cni_command is;
	} rows[] = { { "GC", CNI_GC }, { "STATUS", CNI_STATUS }, { "VERSION", CNI_VERSION } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cni_call call;
		struct error e;
		int code;

		set_environment(rows[i].command, NULL, NULL, NULL, NULL);
		assert_int_equal(cni_call_read(&call, &code, &e), 0);
		assert_int_equal(call.command, rows[i].is);
	}
}

TEST(a_bad_configuration_is_refused_by_its_code)
{
	static const struct {
		enum cni_command command;
		const char *text;
		int code;
		const char *says;
	} rows[] = {
		{ CNI_ADD, "", CNI_CODE_DECODE, "empty" },
		{ CNI_ADD, "{", CNI_CODE_DECODE, "not valid JSON" },
		{ CNI_ADD, "[]", CNI_CODE_DECODE, "one object" },
		{ CNI_ADD, "{ " HEAD ", " OWN ", " OWN " }", CNI_CODE_DECODE, "stands twice" },
		{ CNI_ADD, "{ " HEAD ", " OWN " } x", CNI_CODE_DECODE, "not valid JSON" },
		{ CNI_ADD, "{ " HEAD ", \"bridge\": \"\xff\" }", CNI_CODE_DECODE, "UTF-8" },
		{ CNI_ADD, "{ \"name\": \"lab\" }", CNI_CODE_VERSION, "there is none" },
		{ CNI_ADD, "{ \"cniVersion\": 1 }", CNI_CODE_VERSION, "must be a text" },
		{ CNI_ADD, "{ \"cniVersion\": \"0.2.0\" }", CNI_CODE_VERSION, "0.2.0" },
		{ CNI_ADD, "{ \"cniVersion\": \"1.2.0\" }", CNI_CODE_VERSION, "1.2.0" },
		{ CNI_CHECK, "{ \"cniVersion\": \"0.3.1\" }", CNI_CODE_VERSION, "with 0.4.0" },
		{ CNI_STATUS, "{ \"cniVersion\": \"1.0.0\" }", CNI_CODE_VERSION, "with 1.1.0" },
		{ CNI_GC, "{ \"cniVersion\": \"1.0.0\" }", CNI_CODE_VERSION, "with 1.1.0" },
		{ CNI_ADD, "{ " HEAD ", " OWN ", \"x\": [ 1, 2 ] }", CNI_CODE_FIELD,
		  "x: unknown key, with the value: [1,2]" },
		{ CNI_ADD, "{ " HEAD ", " OWN ", \"runtimeConfig\": { \"mac\": \"x\" } }",
		  CNI_CODE_FIELD, "runtimeConfig.mac: unknown key, with the value: \"x\"" },
		{ CNI_ADD, "{ " HEAD ", " OWN ", \"ipam\": { \"type\": \"dhcp\" } }",
		  CNI_CODE_FIELD, "ipam" },
		{ CNI_ADD, "{ " HEAD ", " OWN ", \"ipMasq\": true }", CNI_CODE_FIELD, "ipMasq" },
		{ CNI_ADD, "{ \"cniVersion\": \"1.1.0\", " OWN " }", CNI_CODE_CONFIG, "\"name\"" },
		{ CNI_ADD, "{ \"cniVersion\": \"1.1.0\", \"name\": \"../x\" }", CNI_CODE_CONFIG,
		  "name: must be" },
		{ CNI_ADD, "{ \"cniVersion\": \"1.1.0\", \"name\": 7 }", CNI_CODE_CONFIG,
		  "name: must be" },
		{ CNI_ADD, "{ " HEAD " }", CNI_CODE_CONFIG, "no prevResult" },
		{ CNI_ADD, "{ " HEAD ", " OWN ", " RESULT " }", CNI_CODE_CONFIG, "\"bridge\"" },
		{ CNI_CHECK, "{ " HEAD ", " OWN " }", CNI_CODE_CONFIG, "no prevResult" },
		{ CNI_GC, "{ " HEAD ", " OWN " }", CNI_CODE_CONFIG, "nothing is removed" },
		{ CNI_GC, "{ " HEAD ", \"cni.dev/valid-attachments\": {} }", CNI_CODE_CONFIG,
		  "must be a list" },
		{ CNI_GC, "{ " HEAD ", \"cni.dev/valid-attachments\": [ { \"ifname\": \"e\" } ] }",
		  CNI_CODE_CONFIG, "containerID" },
		{ CNI_ADD, "{ " HEAD ", \"bridge\": 7 }", CNI_CODE_CONFIG, "bridge: must be" },
		{ CNI_ADD, "{ " HEAD ", \"bridge\": \"a234567890123456\" }", CNI_CODE_CONFIG,
		  "bridge: must be" },
		{ CNI_ADD, "{ " HEAD ", " OWN ", \"mtu\": 1279 }", CNI_CODE_CONFIG,
		  "mtu: must be" },
		{ CNI_ADD, "{ " HEAD ", " OWN ", \"keep\": 1 }", CNI_CODE_CONFIG, "keep: must be" },
		{ CNI_ADD, "{ " HEAD ", " OWN ", \"config\": \"x\" }", CNI_CODE_CONFIG,
		  "config: must be" },
		{ CNI_ADD, "{ " HEAD ", " OWN ", \"expose\": \"some\" }", CNI_CODE_CONFIG,
		  "expose: must be" },
		{ CNI_ADD, "{ " HEAD ", \"prevResult\": [] }", CNI_CODE_CONFIG,
		  "prevResult: must be" },
		{ CNI_ADD, "{ " HEAD ", \"prevResult\": { \"ips\": [ { \"address\": \"x\" } ] } }",
		  CNI_CODE_CONFIG, "prevResult: must hold" },
		{ CNI_ADD, "{ " HEAD ", " OWN ", \"runtimeConfig\": [] }", CNI_CODE_CONFIG,
		  "runtimeConfig: must be" },
		{ CNI_ADD, "{ " HEAD ", " OWN ", \"runtimeConfig\": { \"ips\": [ \"x\" ] } }",
		  CNI_CODE_CONFIG, "runtimeConfig.ips: must hold" },
		{ CNI_ADD, "{ " HEAD ", " OWN ", \"runtimeConfig\": { \"portMappings\": [ {} ] } }",
		  CNI_CODE_CONFIG, "runtimeConfig.portMappings: must be" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cni_conf_ struct cni_conf conf = { .tree = NULL };
		struct error e;
		int code = 0;
		int r = cni_conf_read(rows[i].text, strlen(rows[i].text), rows[i].command, &conf,
				      &code, &e);

		check(r < 0, "row %zu is taken", i);
		check(code == rows[i].code, "row %zu: code %d: %s", i, code, e.text);
		assert_contains(e.text, rows[i].says);
		assert_null(conf.tree);
		assert_true(*conf.version);
	}
}

TEST(what_is_read_of_a_configuration)
{
	static const char text[] =
		"{ " HEAD ", \"keep\": true, \"expose\": [ \"80/tcp\" ], \"config\": \"/etc/x\","
		"  \"capabilities\": { \"ips\": true }, \"args\": { \"x\": 1 }, \"dns\": {},"
		"  \"ipam\": {}, \"ipMasq\": false, \"cni.dev/later\": 1, \"disableCheck\": true,"
		"  \"runtimeConfig\": {"
		"    \"ips\": [ \"10.0.0.9/24\", \"2001:db8::7\", \"2001:db8::8\" ],"
		"    \"portMappings\": [ { \"hostPort\": 1, \"containerPort\": 53,"
		"      \"protocol\": \"UDP\" }, { \"containerPort\": 80 },"
		"      { \"containerPort\": 9, \"protocol\": \"sctp\" } ] },"
		"  \"prevResult\": { \"ips\": [ { \"address\": \"10.0.0.2/24\" },"
		"    { \"address\": \"2001:db8:5::2/64\" } ] } }";
	_cni_conf_ struct cni_conf conf = { .tree = NULL };
	struct in6_addr wanted = ip("2001:db8::7"), given = ip("2001:db8:5::2"),
			ipv4 = ip("::ffff:10.0.0.2");
	char list[EXPOSED_TEXT_MAX];
	struct error e;
	int code;

	check(cni_conf_read(text, strlen(text), CNI_ADD, &conf, &code, &e) == 0, "%s", e.text);
	assert_string_equal(conf.version, "1.1.0");
	assert_string_equal(conf.network, "lab");
	assert_string_equal(conf.config_path, "/etc/x");
	assert_int_equal(conf.keep, CNI_KEEP_YES);
	assert_string_equal(exposed_text(&conf.expose, list), "80/tcp");
	assert_string_equal(exposed_text(&conf.published, list), "80/tcp,53/udp");
	assert_true(conf.has_address);
	assert_memory_equal(&conf.address, &wanted, sizeof(wanted));
	assert_int_equal(conf.given_count, 2);
	assert_memory_equal(&conf.given[0], &ipv4, sizeof(ipv4));
	assert_memory_equal(&conf.given[1], &given, sizeof(given));
}

TEST(who_comes_and_goes_needs_no_result)
{
	static const char *const texts[] = {
		"{ " HEAD ", \"prevResult\": null }",
		"{ " HEAD ", \"prevResult\": {} }",
		"{ " HEAD ", \"prevResult\": 7 }",
		"{ " HEAD ", " OWN " }",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cni_conf_ struct cni_conf conf = { .tree = NULL };
		struct error e;
		int code;

		check(cni_conf_read(texts[i], strlen(texts[i]), CNI_DEL, &conf, &code, &e) == 0,
		      "%s", e.text);
		assert_int_equal(conf.published.word, EXPOSE_NONE);
	}
}

TEST(a_slip_of_the_pen_keeps_no_container_from_ending)
{
	static const char text[] =
		"{ " HEAD ", " OWN ", \"keep\": false, \"x\": 1, \"mtu\": \"x\", \"ipMasq\": true,"
		"  \"expose\": 7, \"runtimeConfig\": { \"mac\": 1 }, \"prevResult\": 7 }";
	_cni_conf_ struct cni_conf conf = { .tree = NULL }, none = { .tree = NULL };
	struct error e;
	int code;

	assert_int_equal(cni_conf_read(text, strlen(text), CNI_DEL, &conf, &code, &e), 0);
	assert_string_equal(conf.bridge, "br0");
	assert_int_equal(conf.keep, CNI_KEEP_NO);
	assert_true(cni_conf_read(text, strlen(text), CNI_ADD, &none, &code, &e) < 0);
}

TEST(valid_attachments_are_read)
{
	static const char *const keys[] = { "cni.dev/valid-attachments", "cni.dev/attachments" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		_cni_conf_ struct cni_conf conf = { .tree = NULL }, none = { .tree = NULL };
		char text[300];
		struct error e;
		int code;

		/* the other one is null: no word, where this one has some */
		snprintf(text, sizeof(text),
			 "{ " HEAD ", \"%s\": null"
			 ", \"%s\": [ { \"containerID\": \"a\", \"ifname\": \"eth0\" } ] }",
			 keys[1 - i], keys[i]);
		assert_int_equal(cni_conf_read(text, strlen(text), CNI_GC, &conf, &code, &e), 0);
		assert_int_equal(conf.valid_count, 1);
		assert_string_equal(conf.valid[0].instance, "a");
		assert_string_equal(conf.valid[0].ifname, "eth0");
		snprintf(text, sizeof(text), "{ " HEAD ", \"%s\": null }", keys[i]);
		assert_int_equal(cni_conf_read(text, strlen(text), CNI_GC, &none, &code, &e), 0);
		assert_true(none.has_valid && none.valid_count == 0);
	}
}

TEST(the_version_that_is_asked_in_is_answered)
{
	static const struct {
		const char *text, *version;
	} rows[] = {
		{ "", "1.1.0" },
		{ "{}", "1.1.0" },
		{ "{ \"cniVersion\": \"0.1.0\" }", "0.1.0" },
		{ "{ \"cniVersion\": \"9.9.9\", \"else\": 1 }", "9.9.9" },
		{ "{ \"cniVersion\": \"\" }", "1.1.0" },
		{ "{ \"cniVersion\": \"a version that is longer than any\" }", "1.1.0" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cni_conf_ struct cni_conf conf = { .tree = NULL };
		struct error e;
		int code;

		assert_int_equal(cni_conf_read(rows[i].text, strlen(rows[i].text), CNI_VERSION,
					       &conf, &code, &e),
				 0);
		assert_string_equal(conf.version, rows[i].version);
	}
	assert_true(cni_since("1.0.0", "1.0.0") && cni_since("1.1.0", "0.4.0"));
	assert_false(cni_since("0.4.0", "1.0.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lease_is_named_after_the_pod),
		cmocka_unit_test(long_names_stay_apart),
		cmocka_unit_test(a_namespace_may_be_that_of_a_process),
		cmocka_unit_test(a_bad_environment_is_refused_by_the_name_of_the_variable),
		cmocka_unit_test(the_environment_of_others_does_not_matter),
		cmocka_unit_test(a_bad_configuration_is_refused_by_its_code),
		cmocka_unit_test(what_is_read_of_a_configuration),
		cmocka_unit_test(who_comes_and_goes_needs_no_result),
		cmocka_unit_test(a_slip_of_the_pen_keeps_no_container_from_ending),
		cmocka_unit_test(valid_attachments_are_read),
		cmocka_unit_test(the_version_that_is_asked_in_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
