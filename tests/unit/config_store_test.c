/* Checks what is read of a store that many hosts share. */
#include "configs.h"

#define STORE(text) "{\"pools\":[" POOL "],\"store\":" text "}"

TEST(a_store_that_cannot_be_asked_is_refused)
{
	static const struct {
		const char *text, *what;
	} rows[] = {
		{ STORE("{}"), "store: must have \"etcd\"" },
		{ STORE("{\"prefix\":\"/a/\"}"), "store: must have \"etcd\"" },
		{ STORE("{\"etcd\":[]}"), "store.etcd: must name one" },
		{ STORE("{\"etcd\":[\"10.0.0.1:2379\"]}"), "store.etcd: must be URLs" },
		{ STORE("{\"etcd\":[\"ftp://a\"]}"), "store.etcd: must be URLs" },
		{ STORE("{\"etcd\":[\"http://a\"],\"prefix\":\"a/\"}"), "store.prefix: must be" },
		{ STORE("{\"etcd\":[\"http://a\"],\"prefix\":\"/a\"}"), "store.prefix: must be" },
		{ STORE("{\"etcd\":[\"http://a\"],\"prefix\":\"/\"}"), "store.prefix: must be" },
		{ STORE("{\"etcd\":[\"http://a\"],\"host\":\"a b\"}"), "store.host: must be" },
		{ STORE("{\"etcd\":[\"https://a\"],\"cert\":\"/c\"}"), "needed both" },
		{ STORE("{\"etcd\":[\"https://a\"],\"key\":\"/c\"}"), "needed both" },
		{ STORE("{\"etcd\":[\"http://a\"],\"user\":\"u\"}"), "needed both" },
		{ STORE("{\"etcd\":[\"http://a\"],\"ca\":\"/c\"}"), "https://" },
		{ STORE("{\"etcd\":[\"http://a\"],\"identity\":\"rack\"}"), "store.identity" },
		{ STORE("{\"etcd\":[\"http://a\"],\"ttl_s\":9}"), "is for \"identity\"" },
		{ STORE("{\"etcd\":[\"http://a\"],\"identity\":\"cluster\",\"ttl_s\":4}"),
		  "store.ttl_s: must be 5 seconds" },
		{ STORE("{\"etcd\":[\"http://a\"],\"endpoints\":[]}"), "store.endpoints: unknown" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		refuse(rows[i].text, rows[i].what);
}

TEST(a_password_is_for_the_owner_alone)
{
	static const char text[] =
		STORE("{\"etcd\":[\"http://a\"],\"user\":\"u\",\"password\":\"p\"}");
	struct config *c;
	struct error e;

	write_file(in_scratch("config.json"), text, strlen(text));
	chmod(in_scratch("config.json"), 0640);
	assert_int_equal(config_read(in_scratch("config.json"), &c, &e), -EINVAL);
	assert_non_null(strstr(e.text, "chmod 600"));
	chmod(in_scratch("config.json"), 0600);
	assert_int_equal(config_read(in_scratch("config.json"), &c, &e), 0);
	assert_string_equal(c->store.password, "p");
	config_free(c);
}

TEST(a_store_has_its_defaults)
{
	struct config *c = read_good(STORE("{\"etcd\":[\"http://a\",\"http://b\"]}"));

	assert_int_equal(c->store.etcd.count, 2);
	assert_string_equal(c->store.prefix, "/v6hook/");
	assert_true(*c->store.host);
	assert_null(c->store.user);
	config_free(c);
	c = read_good("{\"pools\":[" POOL "]}");
	assert_int_equal(c->store.etcd.count, 0);
	config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(a_store_that_cannot_be_asked_is_refused),
		SCRATCH_TEST(a_password_is_for_the_owner_alone),
		SCRATCH_TEST(a_store_has_its_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
