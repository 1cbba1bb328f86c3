/* Jobs that hang: killed when their time is over, not before, and what they leave is seen to. */
#include "watch/jobs.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "unit.h"

#include "watch/job.h"

static void stop_self(void)
{
	raise(SIGSTOP);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Starts what waits, and returns the job's process, which hangs. */
static pid_t start(struct jobs *j)
{
	int status;
	pid_t pid;

	jobs_start(j);
	pid = waitpid(-1, &status, WUNTRACED);
	assert_true(WIFSTOPPED(status));
	return pid;
}

/* Checks that the job's process is killed at that time, and takes it off the list. */
static void assert_killed(struct jobs *j, pid_t pid, int64_t at, uint32_t *ret_kind)
{
	int status;

	jobs_expire(j, at);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_true(jobs_ended(j, pid, ret_kind));
}

TEST(kills_what_hangs)
{
	struct record r = { .kind = RECORD_GONE, .name = "web", .why = "die" };
	const struct context nothing = { 0 }; /* no job comes to it */
	struct jobs *j = jobs_new(&nothing);
	int64_t now = now_ms();
	uint32_t kind;
	int status;
	pid_t pid;

	jobs_add(j, &r);
	pid = start(j);
	jobs_expire(j, now);
	jobs_expire(j, now + 119000);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	assert_false(jobs_reconciling(j));
	assert_killed(j, pid, now + 120000, &kind);
	assert_int_equal(kind, RECORD_GONE);
	/* which has longer, as it may be for thousands */
	assert_true(jobs_reconciling(j));
	pid = start(j);
	jobs_expire(j, now);
	jobs_expire(j, now + 899000);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	assert_killed(j, pid, now + 900000, &kind);
	assert_int_equal(kind, JOB_RECONCILE);
	assert_true(jobs_reconciling(j));
	jobs_free(j);
}

TEST(of_one_name_two_engines_have_two)
{
	struct record docker = { .kind = RECORD_GONE, .name = "web", .why = "die" };
	struct record podman = { .kind = RECORD_GONE, .engine = ENGINE_PODMAN, .name = "web" };
	const struct context nothing = { 0 };
	struct jobs *j = jobs_new(&nothing);
	pid_t pids[2];
	uint32_t ignored;
	int status;

	jobs_add(j, &docker);
	jobs_add(j, &podman);
	alarm(30); /* ends what waits for a job that is not started */
	pids[0] = start(j);
	pids[1] = start(j);
	alarm(0);
	/* of one engine the next one waits (control) */
	jobs_add(j, &podman);
	jobs_start(j);
	assert_int_equal(waitpid(-1, &status, WUNTRACED | WNOHANG), 0);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		kill(pids[i], SIGKILL);
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(jobs_ended(j, pids[i], &ignored));
	}
	jobs_free(j);
}

TEST(what_is_made_keeps_no_other_from_running)
{
	struct record r = { .kind = RECORD_GONE, .name = "web", .why = "die" };
	const struct context nothing = { 0 };
	struct jobs *j = jobs_new(&nothing);
	pid_t pids[3];
	uint32_t kind;
	int status;

	alarm(30);
	jobs_aside(j, JOB_MADE);
	jobs_aside(j, JOB_TELL);
	pids[0] = start(j);
	pids[1] = start(j);
	assert_true(jobs_has(j, JOB_MADE) && jobs_has(j, JOB_TELL));
	/* once each, however often it is asked for (control) */
	jobs_aside(j, JOB_MADE);
	jobs_aside(j, JOB_TELL);
	jobs_start(j);
	assert_int_equal(waitpid(-1, &status, WUNTRACED | WNOHANG), 0);
	jobs_add(j, &r);
	pids[2] = start(j);
	alarm(0);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		kill(pids[i], SIGKILL);
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(jobs_ended(j, pids[i], &kind));
	}
	assert_int_equal(kind, RECORD_GONE);
	assert_false(jobs_has(j, JOB_MADE) || jobs_has(j, JOB_TELL));
	jobs_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kills_what_hangs),
		cmocka_unit_test(of_one_name_two_engines_have_two),
		cmocka_unit_test(what_is_made_keeps_no_other_from_running),
	};

	pthread_atfork(NULL, NULL, stop_self);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
