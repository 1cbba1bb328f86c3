/* Checks what one look makes of the leases and records, and that it keeps little of each. */
#include "store.h"

#include "store/lease_json.h"
#include "world/look.h"

#define MANY 800

#ifdef __SANITIZE_ADDRESS__
/* The sanitizer's: what has been allocated and not freed yet. Without it nothing counts that. */
size_t __sanitizer_get_current_allocated_bytes(void);
#endif

/* A look at the store of the test, by a reader. */
static void look_now(struct look *l, struct lease_store **s)
{
	static char boot_id[40];
	struct error e;

	assert_int_equal(lease_boot_id(boot_id, &e), 0);
	check(lease_dir_open(scratch, false, s, &e) == 0, "%s", e.text);
	*l = (struct look){ .store = *s, .boot_id = boot_id };
	check(nl_open(&l->host, &e) == 0, "%s", e.text);
	check(look_read(l, &e) == 0, "%s", e.text);
}

static void look_away(struct look *l, struct lease_store **s)
{
	look_release(l);
	cleanup_nl_sock(&l->host);
	cleanup_lease_store(s);
}

static const struct holder *at(const struct holders *h, const char *address)
{
	struct in6_addr a = ip(address);

	return holders_find(h, &a);
}

TEST(each_lease_finds_its_record)
{
	struct lease_store *s = NULL;
	struct look l;

	held("lxc:a", "2001:db8::1", 100);
	held("lxc:b", "2001:db8::2", 100);
	held("lxc:c", "2001:db8::3", 100);
	set_pinned("2001:db8::3");
	held("lxc:rests", "2001:db8::4", 100);
	set_freed("2001:db8::4", 5);
	attached("lxc:a", 50, false, NULL);
	attached("lxc:b", 40, true, NULL);
	attached("lxc:none", 30, true, NULL);
	look_now(&l, &s);
	assert_int_equal(l.present.count, 3);
	assert_int_equal(l.strays.count + l.ended.count, 0);
	assert_string_equal(at(&l.present, "2001:db8::1")->ident, "lxc:a");
	assert_false(at(&l.present, "2001:db8::1")->attachment->ended);
	assert_true(at(&l.present, "2001:db8::2")->recorded);
	/* that it is detached is all that there is to tell */
	assert_null(at(&l.present, "2001:db8::2")->attachment);
	assert_int_equal(at(&l.present, "2001:db8::2")->since, time(NULL) - 40);
	assert_false(at(&l.present, "2001:db8::3")->recorded);
	assert_true(at(&l.present, "2001:db8::3")->pinned);
	assert_null(at(&l.present, "2001:db8::4"));
	look_away(&l, &s);
}

TEST(what_a_move_has_left_is_a_stray_and_told_of)
{
	struct lease_store *s = NULL;
	struct look l;

	held("lxc:a", "2001:db8::1", 100);
	held("lxc:a", "2001:db8::2", 50);
	look_now(&l, &s);
	assert_int_equal(l.present.count, 1);
	assert_true(at(&l.present, "2001:db8::2")->was_moving);
	assert_int_equal(l.strays.count, 1);
	assert_string_equal(at(&l.strays, "2001:db8::1")->ident, "lxc:a");
	look_away(&l, &s);
}

TEST(a_record_that_cannot_be_read_is_no_absent_one)
{
	struct lease_store *s = NULL;
	struct look l;

	held("lxc:a", "2001:db8::1", 100);
	held("lxc:b", "2001:db8::2", 100);
	write_file(in_scratch("attached/lxc:a.json"), "{", 1);
	look_now(&l, &s);
	assert_true(l.lost);
	assert_true(at(&l.present, "2001:db8::1")->unreadable);
	assert_true(at(&l.present, "2001:db8::1")->lost);
	assert_false(at(&l.present, "2001:db8::2")->lost);
	look_away(&l, &s);
}

TEST(why_an_attach_failed_is_kept_with_and_without_a_lease)
{
	struct attachment a = { .since = time(NULL), .ended = true, .error = "no bridge" };
	struct lease_store *s = NULL;
	struct error e;
	struct look l;

	held("lxc:b", "2001:db8::2", 100);
	assert_int_equal(lease_boot_id(a.boot_id, &e), 0);
	assert_int_equal(store->ops->attach(store, "lxc:a", &a, &e), 0);
	assert_int_equal(store->ops->attach(store, "lxc:b", &a, &e), 0);
	look_now(&l, &s);
	assert_int_equal(l.ended.count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(l.ended.list[i].attachment->error, "no bridge");
		assert_int_equal(l.ended.list[i].leased,
				 strcmp(l.ended.list[i].ident, "lxc:b") == 0);
	}
	assert_string_equal(at(&l.present, "2001:db8::2")->attachment->error, "no bridge");
	look_away(&l, &s);
}

#ifdef __SANITIZE_ADDRESS__
/* Makes leases of these numbers as claims do, but for their durability. */
static void make(int from, int to)
{
	for (int i = from; i < to; i++) {
		char ident[32], address[64], file[PATH_MAX], link[PATH_MAX], target[80];
		struct lease l;

		snprintf(ident, sizeof(ident), "lxc:container-%d", i);
		snprintf(address, sizeof(address), "2001:db8::1:%x", i + 1);
		snprintf(target, sizeof(target), "%s.json", address);
		snprintf(file, sizeof(file), "%s/leases/%s", scratch, target);
		snprintf(link, sizeof(link), "%s/leases/%s.json", scratch, ident);
		l = lease_of(ident, address);
		{
			_free_ char *text = NULL;
			size_t len = 0;

			assert_int_equal(lease_encode(&l, &text, &len), 0);
			write_file(file, text, len);
		}
		assert_return_code(symlink(target, link), errno);
		/* of every other one the end is recorded */
		if (i % 2)
			attached(ident, 10, true, NULL);
	}
}

/* How many bytes a look keeps. */
static size_t kept(size_t leases)
{
	size_t before = __sanitizer_get_current_allocated_bytes(), with;
	struct lease_store *s = NULL;
	struct look l;

	look_now(&l, &s);
	with = __sanitizer_get_current_allocated_bytes();
	assert_int_equal(l.present.count, leases);
	look_away(&l, &s);
	return with - before;
}

/* A struct lease alone has 1.6 KB. */
TEST(of_each_lease_little_is_kept)
{
	size_t few, many;

	make(0, MANY / 4);
	few = kept(MANY / 4);
	make(MANY / 4, MANY);
	many = kept(MANY);
	check((many - few) / (MANY - MANY / 4) <= 400, "%zu bytes a lease",
	      (many - few) / (MANY - MANY / 4));
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(each_lease_finds_its_record),
		STORE_TEST(what_a_move_has_left_is_a_stray_and_told_of),
		STORE_TEST(a_record_that_cannot_be_read_is_no_absent_one),
		STORE_TEST(why_an_attach_failed_is_kept_with_and_without_a_lease),
#ifdef __SANITIZE_ADDRESS__
		STORE_TEST(of_each_lease_little_is_kept),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
