/* Checks what the store tells whoever listens to it: what was changed, and by whoever's hand. */
#include "store.h"

static struct lease_change heard[64];
static size_t heard_count;

static void on_change(const struct lease_change *c, void *arg)
{
	(void)arg;
	if (heard_count == ARRAY_SIZE(heard))
		heard_count--;
	heard[heard_count++] = *c;
}

static void listen_now(void)
{
	struct error e;
	int fd;

	check(store->ops->listen(store, &fd, &e) == 0, "%s", e.text);
	heard_count = 0;
	store->ops->heard(store, on_change, NULL);
	heard_count = 0;
}

/* Hears what there is to be heard, and whether that is among it. */
static bool hears(enum lease_change_what what, const char *ident, const char *address)
{
	struct in6_addr wanted = IN6ADDR_ANY_INIT;

	if (address)
		inet_pton(AF_INET6, address, &wanted);
	store->ops->heard(store, on_change, NULL);
	for (size_t i = 0; i < heard_count; i++)
		if (heard[i].what == what && (!ident || strcmp(heard[i].ident, ident) == 0) &&
		    memcmp(&heard[i].address, &wanted, sizeof(wanted)) == 0)
			return true;
	return false;
}

static void in_store(const char *command)
{
	char line[PATH_MAX + 512];

	snprintf(line, sizeof(line), "cd '%s' && %s", scratch, command);
	assert_int_equal(system(line), 0);
}

TEST(nothing_is_told_of_nothing)
{
	struct lease lease;
	struct error e;

	listen_now();
	store->ops->find(store, "lxc:a", &lease, &e);
	store->ops->sweep(store);
	assert_false(hears(LEASE_CHANGE_ALL, NULL, NULL));
	assert_int_equal(heard_count, 0);
}

TEST(a_lease_and_its_record_are_told)
{
	static const char *const idents[] = { "lxc:a", "1000/lxc:a b%2F@/x\xc3\xa4", "docker:..." };

	for (size_t i = 0; i < ARRAY_SIZE(idents); i++) {
		struct attachment a = { .pid = 1 };
		struct lease lease, holder;
		struct in6_addr address;
		char text[INET6_ADDRSTRLEN];
		struct error e;

		snprintf(text, sizeof(text), "2001:db8::%zx", i + 1);
		inet_pton(AF_INET6, text, &address);
		lease = lease_new(store, idents[i], &address, false);
		listen_now();
		assert_int_equal(store->ops->claim(store, &lease, &holder, &e), 0);
		assert_true(hears(LEASE_CHANGE_LEASE, NULL, text));
		assert_true(hears(LEASE_CHANGE_LINK, idents[i], NULL));
		assert_false(hears(LEASE_CHANGE_RECORD, NULL, NULL));
		assert_int_equal(store->ops->attach(store, idents[i], &a, &e), 0);
		assert_true(hears(LEASE_CHANGE_RECORD, idents[i], NULL));
		assert_false(hears(LEASE_CHANGE_ALL, NULL, NULL));
		assert_int_equal(store->ops->attach(store, idents[i], NULL, &e), 0);
		heard_count = 0;
		assert_true(hears(LEASE_CHANGE_RECORD, idents[i], NULL));
	}
}

TEST(what_is_done_by_hand_is_told)
{
	listen_now();
	in_store("echo x >leases/2001:db8::5.json");
	assert_true(hears(LEASE_CHANGE_LEASE, NULL, "2001:db8::5"));
	listen_now();
	in_store("chmod 0 leases/2001:db8::5.json");
	assert_true(hears(LEASE_CHANGE_LEASE, NULL, "2001:db8::5"));
	listen_now();
	in_store("mv leases/2001:db8::5.json leases/2001:db8::5.json.damaged");
	assert_true(hears(LEASE_CHANGE_LEASE, NULL, "2001:db8::5"));
	listen_now();
	in_store("mkdir attached/lxc:d.json");
	assert_true(hears(LEASE_CHANGE_RECORD, "lxc:d", NULL));
	listen_now();
	in_store("ln -s nowhere leases/lxc:d.json");
	assert_true(hears(LEASE_CHANGE_LINK, "lxc:d", NULL));
	/* names that nobody here gives */
	listen_now();
	in_store("touch leases/x leases/.new-1 attached/.new-1 other");
	assert_false(hears(LEASE_CHANGE_ALL, NULL, NULL));
	assert_int_equal(heard_count, 0);
}

TEST(a_directory_in_the_place_of_another_is_listened_to)
{
	static const char *const parts[] = { "leases", "attached" };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		char line[128];

		listen_now();
		snprintf(line, sizeof(line), "mv %s old-%zu && mkdir %s", parts[i], i, parts[i]);
		in_store(line);
		assert_true(hears(LEASE_CHANGE_ALL, NULL, NULL));
		listen_now();
		snprintf(line, sizeof(line), "touch %s/lxc:n.json", parts[i]);
		in_store(line);
		assert_true(hears(i ? LEASE_CHANGE_RECORD : LEASE_CHANGE_LINK, "lxc:n", NULL));
		assert_false(hears(LEASE_CHANGE_ALL, NULL, NULL));
		/* of the former one nothing is told */
		listen_now();
		snprintf(line, sizeof(line), "touch old-%zu/lxc:m.json", i);
		in_store(line);
		assert_false(hears(LEASE_CHANGE_ALL, NULL, NULL));
		assert_int_equal(heard_count, 0);
	}
}

/* /proc/sys/fs/inotify/max_queued_events is 16384 */
TEST(more_than_can_be_told_is_told_as_anything)
{
	char a[PATH_MAX], b[PATH_MAX];

	snprintf(a, sizeof(a), "%s/leases/lxc:a.json", scratch);
	snprintf(b, sizeof(b), "%s/leases/lxc:b.json", scratch);
	assert_int_equal(symlink("nowhere", a), 0);
	for (int control = 1; control >= 0; control--) {
		listen_now();
		for (int i = 0; i < (control ? 100 : 5000); i++) {
			assert_int_equal(rename(a, b), 0);
			assert_int_equal(rename(b, a), 0);
		}
		assert_int_equal(hears(LEASE_CHANGE_ALL, NULL, NULL), !control);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(nothing_is_told_of_nothing),
		STORE_TEST(a_lease_and_its_record_are_told),
		STORE_TEST(what_is_done_by_hand_is_told),
		STORE_TEST(a_directory_in_the_place_of_another_is_listened_to),
		STORE_TEST(more_than_can_be_told_is_told_as_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
