/* Checks how what an engine sends is cut into lines and messages, and how much of it is kept. */
#include "unit.h"

#include "engine/ask.h"
#include "engine/frames.h"
#include "engine/lines.h"

/* What was heard, each in < >. */
static char heard[512];

static void on_text(const char *text, size_t len, void *arg)
{
	(void)arg;
	check(!text || strlen(text) == len, "of another length");
	snprintf(heard + strlen(heard), sizeof(heard) - strlen(heard), "<%s>",
		 text ? text : "too long");
}

/* Reads frames in two pieces, and byte by byte. Returns as engine_frames_read does. */
static int read_frames(const char *data, size_t len, size_t split)
{
	char text[131];
	struct engine_frames f = { .text = text, .most = sizeof(text) - 1 };
	int r = 0;

	*heard = '\0';
	if (split <= len) {
		r = engine_frames_read(&f, data, split, on_text, NULL);
		return r ? r : engine_frames_read(&f, data + split, len - split, on_text, NULL);
	}
	for (size_t i = 0; i < len && r == 0; i++)
		r = engine_frames_read(&f, data + i, 1, on_text, NULL);
	return r;
}

TEST(frames)
{
	static const struct {
		const char *data;
		size_t len;
		int want;
		const char *heard;
	} rows[] = {
#define ROW(data, want, heard) { data, sizeof(data) - 1, want, heard }
		ROW("", 0, ""),
		ROW("\x81\x02hi", 0, "<hi>"),
		ROW("\x81\x02hi\x81\x01!", 0, "<hi><!>"),
		/* in parts, with a ping between them */
		ROW("\x01\x02hi\x89\x09keepalive\x00\x01,\x80\x02yo", 0, "<hi,yo>"),
		ROW("\x81\x7e\x00\x03"
		    "abc",
		    0, "<abc>"),
		ROW("\x81\x7f\x00\x00\x00\x00\x00\x00\x00\x03"
		    "abc",
		    0, "<abc>"),
		ROW("\x81\x00\x8a\x00\x89\x00\x81\x01x", 0, "<x>"),
		ROW("\x81\x05hi", 0, ""),
		ROW("\x88\x02\x03\xe8", 1, ""),
		/* masked, with reserved bits, of an unknown kind */
		ROW("\x81\x82\x01\x02\x03\x04hi", -EBADMSG, ""),
		ROW("\xc1\x02hi", -EBADMSG, ""),
		ROW("\x82\x02hi", -EBADMSG, ""),
		ROW("\x83\x02hi", -EBADMSG, ""),
		/* a part of nothing, a message within a message, a ping in parts */
		ROW("\x80\x02hi", -EBADMSG, ""),
		ROW("\x01\x02hi\x81\x02yo", -EBADMSG, ""),
		ROW("\x09\x02hi", -EBADMSG, ""),
		ROW("\x89\x7e\x00\x80", -EBADMSG, ""),
		ROW("\x81\x7f\xff\x00\x00\x00\x00\x00\x00\x03", -EBADMSG, ""),
	};
	char large[2 + 2 + 200 + 3] = "\x81\x7e";

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (size_t split = 0; split <= rows[i].len + 1; split++) {
			int r = read_frames(rows[i].data, rows[i].len, split);

			check(r == rows[i].want, "row %zu, split at %zu: %d", i, split, r);
			check(strcmp(heard, rows[i].heard) == 0, "row %zu, split at %zu: %s", i,
			      split, heard);
		}
	/* too long to be kept, which does not hurt the next */
	large[3] = (char)200;
	memset(large + 4, 'x', 200);
	memcpy(large + 204, "\x81\x01y", 3);
	for (size_t split = 0; split <= sizeof(large) + 1; split++) {
		assert_int_equal(read_frames(large, sizeof(large), split), 0);
		assert_string_equal(heard, "<too long><y>");
	}
}

TEST(lines)
{
	static const char text[] = "a\n\nbcd\nbcde\nbcdef\nx\ny";

	for (size_t split = 0; split < sizeof(text); split++) {
		char room[5];
		struct engine_lines l = { .text = room, .most = sizeof(room) - 1 };

		*heard = '\0';
		engine_lines_read(&l, text, split, on_text, NULL);
		engine_lines_read(&l, text + split, sizeof(text) - 1 - split, on_text, NULL);
		check(strcmp(heard, "<a><bcd><bcde><too long><x>") == 0, "split at %zu: %s", split,
		      heard);
	}
}

TEST(answers_are_bounded)
{
	CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
	static char piece[16384];
	int pieces = 0;

	memset(piece, 'x', sizeof(piece));
	while (engine_answer_add(piece, sizeof(piece), &answer) == ENGINE_TAKEN)
		pieces++;
	assert_int_equal(pieces, 256);
	assert_int_equal(answer.len, 4 << 20);
	assert_int_equal(strlen(answer.text), 4 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames),
		cmocka_unit_test(lines),
		cmocka_unit_test(answers_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
