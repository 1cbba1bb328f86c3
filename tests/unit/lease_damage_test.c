/* Checks that a damaged lease file never costs its holder the address, nor gives it to another. */
#include "damage.h"

static int claim_for(const char *ident, struct lease *holder)
{
	struct lease l = lease_of(ident, ADDRESS);
	struct error e;

	return store->ops->claim(store, &l, holder, &e);
}

TEST(a_file_cut_anywhere_stays_its_holders)
{
	struct lease holder;

	hold();
	for (size_t len = 0; len < whole_len; len++) {
		int r;

		damage(whole, len);
		r = claim_for("lxc:other", &holder);
		check(r == -EBADMSG || (r == -EEXIST && len + 1 == whole_len), "%zu bytes: %d", len,
		      r);
		check(strcmp(found("lxc:other"), "") == 0, "%zu bytes: found by another", len);
		check(strcmp(found("lxc:web1"), ADDRESS) == 0, "%zu bytes: lost", len);
		check(claim_for("lxc:other", &holder) == -EEXIST, "%zu bytes: free", len);
		assert_string_equal(holder.ident, "lxc:web1");
	}
}

TEST(a_flipped_byte_is_nobody_elses_lease)
{
	static const unsigned char masks[] = { 0x01, 0x02, 0x20, 0x80, 0xff };
	char text[sizeof(whole)];

	hold();
	for (size_t i = 0; i < whole_len * ARRAY_SIZE(masks); i++) {
		struct lease holder;
		const char *address;

		memcpy(text, whole, whole_len);
		text[i / ARRAY_SIZE(masks)] ^= (char)masks[i % ARRAY_SIZE(masks)];
		damage(text, whole_len);
		assert_string_equal(found("lxc:web0"), "");
		assert_string_equal(found("lxc:other"), "");
		check(claim_for("lxc:other", &holder) < 0, "byte %zu", i / ARRAY_SIZE(masks));
		address = found("lxc:web1");
		check(!*address || strcmp(address, ADDRESS) == 0, "byte %zu: %s",
		      i / ARRAY_SIZE(masks), address);
	}
}

/* What is attached keeps its address, even if the damage still makes a lease of the file. */
TEST(a_flipped_byte_gives_the_address_to_nobody)
{
	_pools_ struct pools *pools = pools_of(ADDRESS, NULL);
	char text[sizeof(whole)];

	hold();
	attached("lxc:web1", 100, false, NULL);
	for (size_t i = 0; i < whole_len; i++) {
		static const char *const others[] = { "lxc:other", "lxc:web0" };
		struct lease got;
		struct error e;

		for (size_t k = 0; k < ARRAY_SIZE(others); k++) {
			memcpy(text, whole, whole_len);
			text[i] ^= 1;
			damage(text, whole_len);
			check(lease_allocate(store, pools, others[k], NULL, NULL, 0, &got, &e) < 0,
			      "byte %zu: %s has it", i, others[k]);
		}
	}
}

TEST(a_file_that_cannot_be_read_is_set_aside_aloud)
{
	struct lease holder;

	hold();
	damage("{", 1);
	assert_int_equal(claim_for("lxc:other", &holder), -EBADMSG);
	assert_contains(warned, "damaged");
	assert_contains(warned, FILE_OF_IT);
	assert_int_equal(access(in_scratch(FILE_OF_IT), F_OK), -1);
	assert_return_code(access(in_scratch(FILE_OF_IT ".damaged"), F_OK), errno);
	warned[0] = '\0';
	assert_string_equal(found("lxc:web1"), ADDRESS);
	assert_contains(warned, "restored");
	assert_contains(warned, "lxc:web1");
	assert_string_equal(holder_of(ADDRESS), "lxc:web1");
	assert_int_equal(count_files("leases", ""), 2);
}

/* A store as one who may not write it sees it. */
static struct lease_store *open_reader(void)
{
	struct lease_store *s = NULL;
	struct error e;

	check(lease_dir_open(scratch, false, &s, &e) == 0, "%s", e.text);
	return s;
}

/* Hands the store over to a reader, and back. */
static void as_reader(void)
{
	lease_store_close(store);
	store = open_reader();
}

static void as_writer(void)
{
	lease_store_close(store);
	store = open_store();
}

TEST(a_walk_mends_what_a_link_can_tell)
{
	hold();
	claim("lxc:b", "2001:db8::6");
	damage("{", 1);
	assert_int_equal(count_leases(), 2);
	assert_contains(warned, "restored");
	assert_string_equal(holder_of(ADDRESS), "lxc:web1");
	assert_return_code(access(in_scratch("2001:db8::5.json.damaged"), F_OK), errno);
}

TEST(a_reader_sees_the_damage_and_mends_nothing)
{
	struct looked look;
	struct lease l;
	struct error e;

	hold();
	claim("lxc:b", "2001:db8::6");
	damage("{", 1);
	as_reader();
	look = look_for(ADDRESS);
	assert_int_equal(look.leases, 1);
	assert_int_equal(look.troubled, 1);
	assert_int_equal(store->ops->find(store, "lxc:web1", &l, &e), 1);
	assert_contains(l.trouble, "cannot be read");
	assert_true(same_address(&l.address, &look.address));
	assert_int_equal(store->ops->at(store, &l.address, &l, &e), 1);
	assert_string_equal(l.ident, "lxc:web1");
	assert_return_code(access(in_scratch(FILE_OF_IT), F_OK), errno);
	assert_int_equal(access(in_scratch(FILE_OF_IT ".damaged"), F_OK), -1);
}

TEST(two_links_to_one_damaged_file_tell_nothing)
{
	struct lease l = { .address = ip(ADDRESS) };
	struct error e;

	hold();
	assert_return_code(symlink("2001:db8::5.json", in_scratch("leases/lxc:thief.json")), errno);
	damage("{", 1);
	as_reader();
	assert_int_equal(store->ops->at(store, &l.address, &l, &e), 1);
	assert_string_equal(l.ident, "");
	as_writer();
	assert_int_equal(store->ops->at(store, &l.address, NULL, &e), 1);
}

/* Mending reads all for each: the service's look leaves that to a process of its own. */
TEST(who_only_looks_mends_nothing_and_notes_it)
{
	struct looked look;
	struct lease l;
	struct error e;

	hold();
	record(NULL);
	store->looks = true;
	assert_int_equal(count_leases(), 1);
	assert_false(store->met);
	for (int i = 0; i < 3; i++) {
		if (i == 0)
			damage("{", 1);
		else
			lose(i == 1, i == 2);
		store->met = false;
		look = look_for(ADDRESS);
		/* of a file that is gone nothing tells but the record; without its link it is whole
		 */
		assert_int_equal(look.troubled, i == 0);
		store->ops->find(store, "lxc:web1", &l, &e);
		check(store->met, "row %d", i);
		assert_string_equal(warned, "");
		assert_int_equal(access(in_scratch(FILE_OF_IT ".damaged"), F_OK), -1);
		store->looks = false;
		assert_string_equal(found("lxc:web1"), ADDRESS);
		assert_int_equal(count_leases(), 1);
		store->looks = true;
		store->met = false;
		assert_int_equal(count_leases(), 1);
		assert_false(store->met);
		warned[0] = '\0';
	}
}

/* Nobody can say whose it was: it stays taken, for its former holder too. */
TEST(a_damaged_file_without_a_link_keeps_the_address)
{
	_pools_ struct pools *pools = pools_of("2001:db8::5-2001:db8::6", NULL);
	struct lease holder, got;
	struct error e;

	hold();
	damage("{", 1);
	assert_return_code(unlink(in_scratch("leases/lxc:web1.json")), errno);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(claim_for("lxc:other", &holder), -EBADMSG);
		assert_int_equal(claim_for("lxc:web1", &holder), -EBADMSG);
		assert_string_equal(found("lxc:web1"), "");
		lease_store_close(store);
		store = open_store();
	}
	got.address = ip(ADDRESS);
	assert_int_equal(lease_claim(store, &got.address, "lxc:web1", false, 0, &got, &e),
			 -EADDRINUSE);
	assert_int_equal(e.status, STATUS_IN_USE);
	assert_contains(e.text, "damaged");
	assert_int_equal(lease_allocate(store, pools, "lxc:web1", NULL, NULL, 0, &got, &e), 0);
	assert_string_equal(found("lxc:web1"), "2001:db8::6");
	assert_int_equal(lease_allocate(store, pools, "lxc:other", NULL, NULL, 3600, &got, &e),
			 -ENOSPC);
	assert_return_code(unlink(in_scratch(FILE_OF_IT ".damaged")), errno);
	assert_int_equal(lease_allocate(store, pools, "lxc:other", NULL, NULL, 3600, &got, &e), 0);
	assert_string_equal(found("lxc:other"), ADDRESS);
}

TEST(random_damage_gives_the_address_to_nobody)
{
	uint64_t seed = 4862;

	hold();
	for (int i = 0; i < 1000; i++) {
		char text[sizeof(whole)];
		size_t len = whole_len;
		struct lease holder;
		const char *address;

		memcpy(text, whole, whole_len);
		mutate(text, &len, &seed);
		damage(text, len);
		if (i % 2)
			check(claim_for("docker:other", &holder) < 0, "round %d: free", i);
		check(strcmp(found("docker:other"), "") == 0, "round %d: found by another", i);
		address = found("lxc:web1");
		check(!*address || strcmp(address, ADDRESS) == 0, "round %d: %s", i, address);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_file_cut_anywhere_stays_its_holders),
		STORE_TEST(a_flipped_byte_is_nobody_elses_lease),
		STORE_TEST(a_flipped_byte_gives_the_address_to_nobody),
		STORE_TEST(a_file_that_cannot_be_read_is_set_aside_aloud),
		STORE_TEST(a_walk_mends_what_a_link_can_tell),
		STORE_TEST(a_reader_sees_the_damage_and_mends_nothing),
		STORE_TEST(two_links_to_one_damaged_file_tell_nothing),
		STORE_TEST(who_only_looks_mends_nothing_and_notes_it),
		STORE_TEST(a_damaged_file_without_a_link_keeps_the_address),
		STORE_TEST(random_damage_gives_the_address_to_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
