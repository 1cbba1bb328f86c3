/* Checks that of any number of processes one gets an address, whatever dies when. */
#include "store.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define MOST_PROCESSES 16
#define MOST_ROUNDS 60

/* What the processes see of each other. */
static struct shared {
	atomic_int arrived[MOST_ROUNDS];
	int result[MOST_ROUNDS][MOST_PROCESSES];
	struct in6_addr address[MOST_ROUNDS][MOST_PROCESSES];
	struct error error[MOST_ROUNDS][MOST_PROCESSES];
} * shared;

static int race_setup(void **state)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	return shared == MAP_FAILED ? -1 : store_setup(state);
}

static int race_teardown(void **state)
{
	munmap(shared, sizeof(*shared));
	return store_teardown(state);
}

#define RACE_TEST(name) cmocka_unit_test_setup_teardown(name, race_setup, race_teardown)

/* What process number me of the race does in one round; it leaves its result in shared. */
typedef void (*runner)(struct lease_store *s, int me, int round);

static void run_rounds(int processes, int rounds, runner run, int me)
{
	struct lease_store *s;
	struct error e;

	alarm_scaled(100);
	note_to(NULL);
	if (lease_dir_open(scratch, true, &s, &e) < 0)
		_exit(1);
	for (int round = 0; round < rounds; round++) {
		atomic_fetch_add(&shared->arrived[round], 1);
		while (atomic_load(&shared->arrived[round]) < processes)
			sched_yield();
		run(s, me, round);
	}
	_exit(0);
}

/* Runs the rounds in so many processes, which begin each round together. */
static void race(int processes, int rounds, runner run)
{
	pid_t pids[MOST_PROCESSES];

	for (int me = 0; me < processes; me++) {
		pids[me] = fork();
		assert_return_code(pids[me], errno);
		if (pids[me] == 0)
			run_rounds(processes, rounds, run, me);
	}
	for (int me = 0; me < processes; me++) {
		int status;

		assert_int_equal(waitpid(pids[me], &status, 0), pids[me]);
		assert_int_equal(status, 0);
	}
}

static const char *name_of(int round, int me)
{
	static char ident[64];

	snprintf(ident, sizeof(ident), "lxc:r%d-p%d", round, me);
	return ident;
}

/* The address that a round is about. */
static const char *prize(int round)
{
	static char text[32];

	snprintf(text, sizeof(text), "2001:db8::%x", round + 1);
	return text;
}

static void claim_prize(struct lease_store *s, int me, int round)
{
	struct in6_addr address = ip(prize(round));
	struct lease got;

	shared->result[round][me] = lease_claim(s, &address, name_of(round, me), false, 60, &got,
						&shared->error[round][me]);
}

/* Checks that each round has one winner, whom the store knows, and that the others know why. */
static void check_one_winner(int processes, int rounds)
{
	for (int round = 0; round < rounds; round++) {
		int winners = 0;

		for (int me = 0; me < processes; me++) {
			const struct error *e = &shared->error[round][me];

			if (shared->result[round][me] == 0) {
				winners++;
				check(strcmp(holder_of(prize(round)), name_of(round, me)) == 0,
				      "round %d: %d won, but %s has it", round, me,
				      holder_of(prize(round)));
				assert_string_equal(found(name_of(round, me)), prize(round));
				continue;
			}
			check(shared->result[round][me] == -EADDRINUSE, "round %d: %d: %s", round,
			      me, e->text);
			assert_int_equal(e->status, STATUS_IN_USE);
			check(!strstr(e->text, "damaged"), "round %d: %d: %s", round, me, e->text);
			assert_string_equal(found(name_of(round, me)), "");
		}
		check(winners == 1, "round %d: %d winners", round, winners);
	}
	assert_int_equal(count_files("leases", ".new-"), 0);
}

TEST(one_of_eight_gets_the_address)
{
	race(8, 50, claim_prize);
	check_one_winner(8, 50);
	assert_int_equal(count_leases(), 50);
}

TEST(one_of_eight_gets_an_address_that_has_rested)
{
	for (int round = 0; round < 50; round++) {
		struct lease l = claim("lxc:former", prize(round));

		l.freed = time(NULL) - 1000;
		update(&l);
	}
	race(8, 50, claim_prize);
	check_one_winner(8, 50);
	assert_int_equal(count_leases(), 50);
}

/* Process 0 is the former holder and comes back as another takes the address over. */
TEST(a_former_holder_that_comes_back_races_fairly)
{
	for (int round = 0; round < 50; round++) {
		struct lease l = claim(name_of(round, 0), prize(round));

		l.freed = time(NULL) - 1000;
		update(&l);
	}
	race(2, 50, claim_prize);
	check_one_winner(2, 50);
}

/* What each round's addresses come from. */
static struct pools *pools[MOST_ROUNDS];

static void allocate_one(struct lease_store *s, int me, int round)
{
	struct lease got = { 0 };

	shared->result[round][me] = lease_allocate(s, pools[round], name_of(round, me), NULL, NULL,
						   3600, &got, &shared->error[round][me]);
	shared->address[round][me] = got.address;
}

/* Checks that so many of the processes have an address, no two the same one. */
static void check_all_differ(int processes, int round, int expected)
{
	int winners = 0;

	for (int me = 0; me < processes; me++) {
		const struct in6_addr *mine = &shared->address[round][me];

		if (shared->result[round][me] < 0) {
			check(shared->result[round][me] == -ENOSPC &&
				      shared->error[round][me].status == STATUS_FULL,
			      "round %d: %d: %s", round, me, shared->error[round][me].text);
			continue;
		}
		winners++;
		for (int other = 0; other < me; other++)
			check(shared->result[round][other] < 0 ||
				      !same_address(mine, &shared->address[round][other]),
			      "round %d: %d and %d have the same", round, me, other);
		check(*found(name_of(round, me)), "round %d: %d has lost it", round, me);
	}
	check(winners == expected, "round %d: %d winners", round, winners);
}

enum kind { FREE, IDLE, RESTED };

/* One /125 a round, with every address free, held by an idle container, or given up long ago. */
static void make_pools(int rounds, enum kind kind)
{
	for (int round = 0; round < rounds; round++) {
		char text[64];

		snprintf(text, sizeof(text), "2001:db8:0:%x::8/125", round);
		pools[round] = pools_of(text, NULL);
		for (int i = 0; i < 8 && kind != FREE; i++) {
			char ident[64];
			struct lease l, holder;
			struct error e;

			snprintf(text, sizeof(text), "2001:db8:0:%x::%x", round, 8 + i);
			snprintf(ident, sizeof(ident), "lxc:r%d-idle%d", round, i);
			l = lease_of(ident, text);
			l.created -= 10000 + i;
			assert_int_equal(store->ops->claim(store, &l, &holder, &e), 0);
			l.freed = l.created;
			if (kind == RESTED)
				update(&l);
		}
	}
}

static void free_pools(int rounds)
{
	for (int round = 0; round < rounds; round++)
		pools_free(pools[round]);
}

TEST(sixteen_get_eight_addresses)
{
	make_pools(5, FREE);
	race(16, 5, allocate_one);
	for (int round = 0; round < 5; round++)
		check_all_differ(16, round, 8);
	assert_int_equal(count_leases(), 40);
	free_pools(5);
}

TEST(eight_get_eight_addresses_that_have_rested)
{
	make_pools(20, RESTED);
	race(8, 20, allocate_one);
	for (int round = 0; round < 20; round++)
		check_all_differ(8, round, 8);
	assert_int_equal(count_leases(), 160);
	free_pools(20);
}

/* Who asks takes the longest idle back, each but once. */
TEST(six_get_the_six_that_were_idle_longest)
{
	make_pools(10, IDLE);
	race(6, 10, allocate_one);
	for (int round = 0; round < 10; round++) {
		char ident[64], address[64];

		check_all_differ(6, round, 6);
		for (int i = 0; i < 2; i++) {
			snprintf(ident, sizeof(ident), "lxc:r%d-idle%d", round, i);
			snprintf(address, sizeof(address), "2001:db8:0:%x::%x", round, 8 + i);
			assert_string_equal(holder_of(address), ident);
		}
	}
	free_pools(10);
}

TEST(sixteen_get_sixteen_addresses_of_a_large_range)
{
	pools[0] = pools_of("2001:db8::/64", NULL);
	race(16, 1, allocate_one);
	check_all_differ(16, 0, 16);
	free_pools(1);
}

/* Does everything that a store can do, over and over, for four containers and six addresses. */
static void work_for_ever(void)
{
	struct lease_store *s;
	struct error e;
	uint64_t seed = (uint64_t)getpid();

	if (lease_dir_open(scratch, true, &s, &e) < 0)
		_exit(1);
	atomic_store(&shared->arrived[0], 1);
	for (;;) {
		struct attachment a = { .since = time(NULL) };
		char address[32], ident[32];
		struct lease l, holder;

		snprintf(ident, sizeof(ident), "lxc:c%d", (int)(next_random(&seed) % 4));
		snprintf(address, sizeof(address), "2001:db8::%x",
			 1 + (int)(next_random(&seed) % 6));
		l = lease_of(ident, address);
		if (s->ops->claim(s, &l, &holder, &e) < 0)
			continue;
		s->ops->attach(s, ident, &a, &e);
		l.pinned = true;
		s->ops->update(s, &l, &e);
		if (next_random(&seed) % 2)
			lease_free(s, &l, &e);
		else
			s->ops->remove(s, &l, &e);
	}
}

TEST(whatever_is_killed_leaves_whole_leases)
{
	_pools_ struct pools *six = pools_of("2001:db8::1-2001:db8::6", NULL);

	for (unsigned int round = 0; round < 40; round++) {
		char had[4][INET6_ADDRSTRLEN];
		pid_t pid;

		atomic_store(&shared->arrived[0], 0);
		pid = fork();
		assert_return_code(pid, errno);
		if (pid == 0) {
			alarm_scaled(100);
			work_for_ever();
		}
		while (!atomic_load(&shared->arrived[0]))
			usleep(100);
		usleep(1 + round * 97 % 4000);
		assert_return_code(kill(pid, SIGKILL), errno);
		assert_int_equal(waitpid(pid, NULL, 0), pid);

		count_leases();
		for (int i = 0; i < 4; i++) {
			char ident[32];
			struct lease got;
			struct error e;

			snprintf(ident, sizeof(ident), "lxc:c%d", i);
			if (!*found(ident))
				check(lease_allocate(store, six, ident, NULL, NULL, 0, &got, &e) ==
					      0,
				      "round %u: %s", round, e.text);
			snprintf(had[i], sizeof(had[i]), "%s", found(ident));
			assert_string_equal(holder_of(had[i]), ident);
			for (int k = 0; k < i; k++)
				assert_string_not_equal(had[k], had[i]);
		}
		/* of two that were killed a link may be lost, and is made again; no file is cut */
		check(!strstr(warned, "is damaged") && !strstr(warned, "restored"), "round %u: %s",
		      round, warned);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RACE_TEST(one_of_eight_gets_the_address),
		RACE_TEST(one_of_eight_gets_an_address_that_has_rested),
		RACE_TEST(a_former_holder_that_comes_back_races_fairly),
		RACE_TEST(sixteen_get_eight_addresses),
		RACE_TEST(eight_get_eight_addresses_that_have_rested),
		RACE_TEST(six_get_the_six_that_were_idle_longest),
		RACE_TEST(sixteen_get_sixteen_addresses_of_a_large_range),
		RACE_TEST(whatever_is_killed_leaves_whole_leases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
