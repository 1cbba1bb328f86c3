/* Checks that leases and attachments read back as written, and nothing else is taken for one. */
#include "unit.h"

#include "base/json.h"
#include "base/text.h"
#include "store/lease_json.h"

static const struct lease lease = {
	.ident = "lxc:web1@/srv/\xc3\xa4 \"quoted\"",
	.address = { { { 0x20, 0x01, 0x0d, 0xb8, [15] = 5 } } },
	.pinned = true,
	.created = 1769903999,
	.freed = 1769904000,
	.network = "pods",
};

static const struct attachment attachment = {
	.instance = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	.pid = INT_MAX,
	.netns_path = "/run/netns/\xc3\xa4 \"x\"",
	.netns_dev = UINT64_MAX,
	.netns_inode = UINT64_C(9007199254740993), /* 2^53 + 1: no double holds it */
	.started = UINT64_MAX - 1,
	.boot_id = "01234567-89ab-cdef-0123-456789abcdef",
	.bridge = "lxcbr0",
	.uplink = "eth0",
	.routed = true,
	.since = 1769903999,
	.ended = true,
	.place = "compose:p:web:1",
	.network = "pods",
	.error = "cannot\nattach",
};

static void check_lease(const struct lease *l)
{
	_free_ char *text = NULL;
	struct lease back;
	size_t len = 0;

	assert_int_equal(lease_encode(l, &text, &len), 0);
	assert_int_equal(len, strlen(text));
	assert_int_equal(text[len - 1], '\n');
	check(lease_decode(text, len, &back) == 0, "not read: %s", text);
	assert_string_equal(back.ident, l->ident);
	assert_memory_equal(&back.address, &l->address, sizeof(l->address));
	assert_int_equal(back.pinned, l->pinned);
	assert_int_equal(back.created, l->created);
	assert_int_equal(back.freed, l->freed);
	assert_string_equal(back.network, l->network);
}

TEST(leases_make_the_round_trip)
{
	struct lease l = lease;

	check_lease(&l);
	l.freed = 0;
	check_lease(&l);
	l.pinned = false;
	check_lease(&l);
	*l.network = '\0';
	check_lease(&l);
}

static void check_attachment(const struct attachment *a)
{
	char ident[IDENT_TEXT_MAX];
	_free_ char *text = NULL;
	struct attachment b;
	size_t len = 0;

	assert_int_equal(attachment_encode(lease.ident, a, &text, &len), 0);
	check(attachment_decode(text, len, ident, &b) == 0, "not read: %s", text);
	assert_string_equal(ident, lease.ident);
	assert_string_equal(b.instance, a->instance);
	assert_int_equal(b.pid, a->pid);
	assert_string_equal(b.netns_path, a->netns_path);
	assert_true(b.netns_dev == a->netns_dev && b.netns_inode == a->netns_inode);
	assert_true(b.started == a->started);
	assert_string_equal(b.boot_id, a->boot_id);
	assert_string_equal(b.bridge, a->bridge);
	assert_string_equal(b.uplink, a->uplink);
	assert_string_equal(b.error, a->error);
	assert_string_equal(b.place, a->place);
	assert_string_equal(b.network, a->network);
	assert_int_equal(b.routed, a->routed);
	assert_int_equal(b.since, a->since);
	assert_int_equal(b.ended, a->ended);
	assert_int_equal(b.port, a->port);
	assert_int_equal(b.waits, a->waits);
	assert_int_equal(b.nsid, a->nsid);
}

/* Gives a record the checksum that it must have, unless it is no JSON. @text: size bytes */
static void resum(char *text, size_t size)
{
	_json_ json_t *json = json_loads(text, 0, NULL);
	_free_ char *compact = NULL, *whole = NULL;
	char sum[32];

	if (!json)
		return;
	json_object_del(json, "sum");
	compact = json_dumps(json, JSON_COMPACT);
	snprintf(sum, sizeof(sum), "%016llx", (unsigned long long)text_hash(compact, 0));
	json_object_set_new(json, "sum", json_string(sum));
	whole = json_dumps(json, 0);
	assert_true(strlen(whole) < size);
	strcpy(text, whole);
}

/* Before it was recorded when the process was started. */
TEST(attachments_of_an_earlier_version_are_read)
{
	char ident[IDENT_TEXT_MAX], *line, *end;
	_free_ char *text = NULL;
	struct attachment b;
	size_t len = 0;

	assert_int_equal(attachment_encode(lease.ident, &attachment, &text, &len), 0);
	line = strstr(text, "  \"started\"");
	assert_non_null(line);
	end = strchr(line, '\n') + 1;
	memmove(line, end, strlen(end) + 1);
	line = strstr(text, "  \"port\"");
	assert_non_null(line);
	end = strchr(line, '\n') + 1;
	memmove(line, end, strlen(end) + 1);
	assert_int_equal(attachment_decode(text, strlen(text), ident, &b), -EBADMSG);
	resum(text, len);
	assert_int_equal(attachment_decode(text, strlen(text), ident, &b), 0);
	assert_true(b.started == 0 && b.port == 0 && b.netns_inode == attachment.netns_inode);
}

TEST(attachments_make_the_round_trip)
{
	struct attachment a = attachment;

	check_attachment(&a);
	a = (struct attachment){ 0 };
	check_attachment(&a);
	a.port = INT_MAX;
	check_attachment(&a);
	/* the number of its namespace may be 0 */
	a.waits = true;
	check_attachment(&a);
	a.nsid = INT_MAX;
	check_attachment(&a);
	memset(a.instance, 'i', sizeof(a.instance) - 1);
	memset(a.netns_path, 'n', sizeof(a.netns_path) - 1);
	memset(a.boot_id, 'b', sizeof(a.boot_id) - 1);
	memset(a.bridge, 'b', sizeof(a.bridge) - 1);
	memset(a.uplink, 'u', sizeof(a.uplink) - 1);
	memset(a.error, 'e', sizeof(a.error) - 1);
	memset(a.place, 'p', sizeof(a.place) - 1);
	check_attachment(&a);
}

/*
 * Paths, interface names and cut messages may hold any byte, JSON only UTF-8: then nothing is
 * written, or what is written can be read.
 */
TEST(nothing_is_written_that_cannot_be_read)
{
	for (int field = 0; field < 4; field++) {
		struct attachment a = attachment, b;
		char *const texts[] = { a.netns_path, a.bridge, a.uplink, a.error };
		char ident[IDENT_TEXT_MAX];
		_free_ char *text = NULL;
		size_t len = 0;

		strcpy(texts[field], "/\xc3");
		check(attachment_encode("lxc:a", &a, &text, &len) < 0 ||
			      attachment_decode(text, len, ident, &b) == 0,
		      "field %d", field);
	}
}

TEST(no_lease_is_written_that_cannot_be_read)
{
	struct lease l = lease, back;
	_free_ char *text = NULL;
	size_t len = 0;

	strcpy(l.ident, "lxc:a@/srv/\xff");
	check(lease_encode(&l, &text, &len) < 0 || lease_decode(text, len, &back) == 0, "%s", text);
}

/* A change to what was written: the first part that is `was` becomes `is`. */
struct change {
	const char *was, *is;
};

static void change(const char *text, const struct change *c, char *out, size_t size)
{
	const char *at = strstr(text, c->was);

	check(at, "the test's own row: %s", c->was);
	snprintf(out, size, "%.*s%s%s", (int)(at - text), text, c->is, at + strlen(c->was));
}

TEST(what_is_no_lease_is_refused)
{
	static const char *const bad[] = { "", "{}", "[]", "null", "\"lxc:a\"", "\xff" };
	struct lease l = { .created = 4711 };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check(lease_decode(bad[i], strlen(bad[i]), &l) == -EBADMSG, "%s", bad[i]);
	assert_int_equal(l.created, 4711);
}

TEST(leases_with_wrong_values_are_refused)
{
	static const struct change rows[] = {
		{ "\"lxc:web1@", "\"web1@" },
		{ "\"lxc:web1@", "\"lxc:@" },
		{ "\"lxc:web1@", "\"lxc:web/1@" },
		{ "\"lxc:web1@", "\"lxc:web\\n1@" },
		{ "\"container\":", "\"Container\":" },
		{ "\"2001:db8::5\"", "\"192.0.2.1\"" },
		{ "\"2001:db8::5\"", "\"2001:db8::5/64\"" },
		{ "\"2001:db8::5\"", "5" },
		{ "true", "\"true\"" },
		{ "true", "null" },
		{ "true", "1" },
		{ "\"pinned\":", "\"pin\":" },
		{ "\"2026-01-31T23:59:59Z\"", "\"yesterday\"" },
		{ "\"2026-01-31T23:59:59Z\"", "1769903999" },
		{ "\"2026-02-01T00:00:00Z\"", "\"now\"" },
		{ "\"2026-02-01T00:00:00Z\"", "1769904000" },
		{ "\"2026-02-01T00:00:00Z\"", "null" },
		{ "\"freed\":", "\"created\":" },
		{ "\"pods\"", "\"pod\"" },
		{ "\"pods\"", "5" },
		{ "\"network\":", "\"net\":" },
		{ "}", "} x" },
	};
	struct lease l = { .created = 4711 };
	_free_ char *text = NULL;
	size_t len = 0;

	assert_int_equal(lease_encode(&lease, &text, &len), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char bad[2048];

		change(text, &rows[i], bad, sizeof(bad));
		check(lease_decode(bad, strlen(bad), &l) == -EBADMSG, "row %zu: %s", i, bad);
	}
	assert_int_equal(l.created, 4711);
}

TEST(attachments_with_wrong_values_are_refused)
{
	static const struct change rows[] = {
		{ "\"since\":", "\"Since\":" },
		{ "2026-01-31T23:59:59Z", "2026-01-31T23:59:59" },
		{ "\"pid\": 2147483647", "\"pid\": 2147483648" },
		{ "\"pid\": 2147483647", "\"pid\": -7" },
		{ "\"pid\": 2147483647", "\"pid\": 1.5" },
		{ "\"9007199254740993\"", "9007199254740993" },
		{ "\"9007199254740993\"", "\"90071992547x\"" },
		{ "\"9007199254740993\"", "\"\"" },
		{ "\"lxcbr0\"", "\"sixteen-letters-\"" },
		{ "\"lxcbr0\"", "null" },
		{ "\"lxc:web1@", "\"web1@" },
		{ "\"state\":", "\"State\":" },
		{ "\"detached\"", "\"attachee\"" },
		{ "\"detached\"", "\"\"" },
		{ "\"detached\"", "\"waiting\"" },
		{ "\"port\": 0", "\"port\": -1" },
		{ "\"port\": 0", "\"port\": null" },
		{ "}", ",\"published\":\"published\"}" },
		{ "}", ",\"published\":\"80\"}" },
		{ "}", ",\"expose\":7}" },
	};
	_free_ char *text = NULL;
	char ident[IDENT_TEXT_MAX] = "untouched";
	struct attachment a = { .pid = 4711 };
	size_t len = 0;

	assert_int_equal(attachment_encode(lease.ident, &attachment, &text, &len), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char bad[2048];

		change(text, &rows[i], bad, sizeof(bad));
		/* each is refused for itself, not for the sum */
		resum(bad, sizeof(bad));
		check(attachment_decode(bad, strlen(bad), ident, &a) == -EBADMSG, "row %zu", i);
	}
	assert_int_equal(a.pid, 4711);
	assert_string_equal(ident, "untouched");
}

TEST(an_attachment_without_its_checksum_is_refused)
{
	static const char *const rows[] = { "", ",\n  \"sum\": 7",
					    ",\n  \"sum\": \"0123456789abcdef\"" };
	_free_ char *text = NULL;
	char ident[IDENT_TEXT_MAX], *at;
	struct attachment a;
	size_t len = 0;

	assert_int_equal(attachment_encode(lease.ident, &attachment, &text, &len), 0);
	assert_int_equal(attachment_decode(text, len, ident, &a), 0);
	at = strstr(text, ",\n  \"sum\"");
	assert_non_null(at);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char bad[2048];

		snprintf(bad, sizeof(bad), "%.*s%s\n}\n", (int)(at - text), text, rows[i]);
		check(attachment_decode(bad, strlen(bad), ident, &a) == -EBADMSG, "row %zu", i);
	}
}

TEST(what_is_cut_anywhere_is_refused)
{
	_free_ char *one = NULL, *other = NULL;
	char ident[IDENT_TEXT_MAX];
	struct attachment a;
	struct lease l;
	size_t len = 0;

	assert_int_equal(lease_encode(&lease, &one, &len), 0);
	for (size_t n = 0; n + 1 < len; n++) {
		_free_ char *cut = strndup(one, n);

		check(lease_decode(cut, n, &l) == -EBADMSG, "%zu bytes of %zu", n, len);
	}
	assert_int_equal(attachment_encode("lxc:a", &attachment, &other, &len), 0);
	for (size_t n = 0; n + 1 < len; n++) {
		_free_ char *cut = strndup(other, n);

		check(attachment_decode(cut, n, ident, &a) == -EBADMSG, "%zu bytes of %zu", n, len);
	}
}

/* One flipped bit would say that a container that runs is gone, and take its address away. */
TEST(a_flipped_bit_makes_no_other_record)
{
	_free_ char *text = NULL;
	char ident[IDENT_TEXT_MAX];
	struct attachment live = attachment, a;
	size_t len = 0;

	live.ended = false;
	assert_int_equal(attachment_encode("lxc:a", &live, &text, &len), 0);
	for (size_t i = 0; i < 8 * len; i++) {
		text[i / 8] ^= (char)(1 << i % 8);
		if (attachment_decode(text, len, ident, &a) == 0)
			check(!strcmp(ident, "lxc:a") && !a.ended && a.pid == live.pid &&
				      a.netns_inode == live.netns_inode &&
				      a.started == live.started &&
				      !strcmp(a.boot_id, live.boot_id) &&
				      !strcmp(a.netns_path, live.netns_path) &&
				      !strcmp(a.bridge, live.bridge),
			      "bit %zu: %s", i, text);
		text[i / 8] ^= (char)(1 << i % 8);
	}
}

TEST(damaged_files_are_read_or_refused)
{
	uint64_t seed = 8200;
	int read = 0;

	for (int i = 0; i < 10000; i++) {
		char ident[IDENT_TEXT_MAX];
		_free_ char *text = NULL;
		struct attachment a;
		struct lease l;
		size_t len = 0;

		if (i % 2) {
			assert_int_equal(lease_encode(&lease, &text, &len), 0);
			mutate(text, &len, &seed);
			read += lease_decode(text, len, &l) == 0;
		} else {
			assert_int_equal(attachment_encode("lxc:a", &attachment, &text, &len), 0);
			mutate(text, &len, &seed);
			read += attachment_decode(text, len, ident, &a) == 0;
		}
	}
	assert_in_range(read, 1, 9999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leases_make_the_round_trip),
		cmocka_unit_test(attachments_make_the_round_trip),
		cmocka_unit_test(attachments_of_an_earlier_version_are_read),
		cmocka_unit_test(nothing_is_written_that_cannot_be_read),
		cmocka_unit_test(no_lease_is_written_that_cannot_be_read),
		cmocka_unit_test(what_is_no_lease_is_refused),
		cmocka_unit_test(leases_with_wrong_values_are_refused),
		cmocka_unit_test(attachments_with_wrong_values_are_refused),
		cmocka_unit_test(an_attachment_without_its_checksum_is_refused),
		cmocka_unit_test(what_is_cut_anywhere_is_refused),
		cmocka_unit_test(a_flipped_bit_makes_no_other_record),
		cmocka_unit_test(damaged_files_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
