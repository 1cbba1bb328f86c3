/* Checks which inspects are sent, when, and that of one container they follow each other. */
#include "unit.h"

#include "engine/queue.h"

static int add(struct engine_queue *q, const char *id, const char *why, bool listed)
{
	struct engine_inspect inspect = { .why = why, .listed = listed };

	snprintf(inspect.id, sizeof(inspect.id), "%s", id);
	snprintf(inspect.name, sizeof(inspect.name), "%s", id);
	return engine_queue_add(q, &inspect);
}

/* Sends the next one, which must be this. */
static struct engine_inspect *next_is(struct engine_queue *q, const char *id)
{
	struct engine_inspect *i = engine_queue_next(q);

	check(i && strcmp(i->id, id) == 0, "%s instead of %s", i ? i->id : "none", id);
	assert_true(i->sent);
	return i;
}

static void none_is_next(struct engine_queue *q)
{
	const struct engine_inspect *i = engine_queue_next(q);

	check(!i, "%s is sent", i->id);
}

TEST(in_the_order_in_which_they_came)
{
	struct engine_queue q = { 0 };

	none_is_next(&q);
	assert_int_equal(add(&q, "a", "start", false), 0);
	assert_int_equal(add(&q, "b", "start", false), 0);
	engine_queue_remove(&q, next_is(&q, "a"));
	assert_int_equal(add(&q, "a", "start", false), 0);
	next_is(&q, "b");
	next_is(&q, "a");
	none_is_next(&q);
	engine_queue_clear(&q);
	assert_int_equal(q.count + q.sent + q.listed, 0);
}

TEST(one_that_waits_is_not_doubled)
{
	struct engine_queue q = { 0 };

	add(&q, "a", "connect", false);
	add(&q, "a", "start", true);
	assert_int_equal(q.count, 1);
	/* the listing waits for it all the same, and counts it once */
	add(&q, "a", "running", true);
	assert_int_equal(q.listed, 1);
	assert_string_equal(next_is(&q, "a")->why, "connect");
	engine_queue_clear(&q);
}

TEST(one_that_was_sent_is_followed_by_another)
{
	struct engine_queue q = { 0 };
	struct engine_inspect *first;

	add(&q, "a", "start", false);
	first = next_is(&q, "a");
	add(&q, "a", "start", false);
	add(&q, "a", "start", false);
	add(&q, "b", "start", false);
	assert_int_equal(q.count, 3);
	/* never beside each other: their answers could come in any order */
	next_is(&q, "b");
	none_is_next(&q);
	engine_queue_remove(&q, first);
	next_is(&q, "a");
	none_is_next(&q);
	engine_queue_clear(&q);
}

TEST(so_many_at_once)
{
	struct engine_inspect *first = NULL;
	struct engine_queue q = { 0 };
	char id[16];

	for (int i = 0; i < ENGINE_INSPECTS_MOST; i++) {
		snprintf(id, sizeof(id), "c%d", i);
		assert_int_equal(add(&q, id, "start", false), 0);
	}
	assert_int_equal(add(&q, "more", "start", false), -ENOBUFS);
	assert_int_equal(add(&q, "c5", "start", false), 0);
	for (int i = 0; i < ENGINE_INSPECTS_AT_ONCE; i++) {
		snprintf(id, sizeof(id), "c%d", i);
		first = next_is(&q, id);
	}
	none_is_next(&q);
	engine_queue_remove(&q, first);
	assert_int_equal(add(&q, "more", "start", false), 0);
	snprintf(id, sizeof(id), "c%d", ENGINE_INSPECTS_AT_ONCE);
	next_is(&q, id);
	engine_queue_clear(&q);
	assert_int_equal(q.count, 0);
}

TEST(answers_that_are_overtaken)
{
	const struct engine_inspect *sent;
	struct engine_queue q = { 0 };

	add(&q, "a", "start", false);
	assert_null(engine_queue_outdate(&q, "a"));
	sent = next_is(&q, "a");
	add(&q, "a", "start", false);
	assert_null(engine_queue_outdate(&q, "b"));
	assert_false(sent->outdated);
	assert_ptr_equal(engine_queue_outdate(&q, "a"), sent);
	assert_true(sent->outdated);
	engine_queue_remove(&q, q.first);
	assert_false(next_is(&q, "a")->outdated);
	engine_queue_clear(&q);
}

TEST(owners_are_asked_for_after_the_answer)
{
	struct engine_inspect *a;
	struct engine_queue q = { 0 };

	add(&q, "a", "start", true);
	a = next_is(&q, "a");
	add(&q, "o", "start", false);
	next_is(&q, "o");
	engine_queue_ask_owner(&q, a, "o", "sharer");
	assert_int_equal(q.sent, 1);
	assert_int_equal(q.listed, 1);
	/* it is no inspect of o: that would follow another, and a further one not be dropped */
	assert_ptr_equal(next_is(&q, "o"), a);
	assert_string_equal(a->name, "sharer");
	assert_true(a->owner);
	add(&q, "o", "start", false);
	assert_int_equal(q.count, 3);
	none_is_next(&q);
	engine_queue_clear(&q);
	assert_int_equal(q.count + q.sent + q.listed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_the_order_in_which_they_came),
		cmocka_unit_test(one_that_waits_is_not_doubled),
		cmocka_unit_test(one_that_was_sent_is_followed_by_another),
		cmocka_unit_test(so_many_at_once),
		cmocka_unit_test(answers_that_are_overtaken),
		cmocka_unit_test(owners_are_asked_for_after_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
