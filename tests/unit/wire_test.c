/* Checks what doctor makes of what it hears on the uplink: sequences of packets, and the findings.
 */
#include "unit.h"

#include "doctor/wire.h"

static const unsigned char host[6] = { 2, 0, 0, 0, 0, 1 }, router[6] = { 2, 0, 0, 0, 0, 2 },
			   other[6] = { 2, 0, 0, 0, 0, 3 };
static const struct uplink eth0 = { .name = "eth0", .has_mac = true, .mac = { 2, 0, 0, 0, 0, 1 } };

/* What happens, a letter a packet; in capitals it is about the fresh address. */
static struct witnessed packet(char letter)
{
	const bool fresh = letter >= 'A' && letter <= 'Z';
	struct witnessed w = { .seen.about = ip(fresh ? "2001:db8::f" : "2001:db8::5") };
	const unsigned char *mac = router;

	w.seen.from = ip("fe80::1");
	switch (letter | 0x20) {
	case 'q': /* a question to all */
		w.seen.what = SEEN_QUESTION;
		w.seen.to_group = true;
		break;
	case 'r': /* a question to this host */
		w.seen.what = SEEN_QUESTION;
		break;
	case 'a': /* this host's answer */
		w.seen.what = SEEN_ANSWER;
		w.ours = true;
		mac = host;
		break;
	case 'p': /* a packet */
		w.seen.what = SEEN_PACKET;
		break;
	case 'o': /* another's answer */
		w.seen.what = SEEN_ANSWER;
		mac = other;
		break;
	case 'c': /* another wants it */
		w.seen.what = SEEN_CLAIM;
		mac = other;
		break;
	default: /* e: this host's own probe, sent back */
		w.seen.what = SEEN_CLAIM;
		mac = host;
	}
	memcpy(w.mac, mac, sizeof(w.mac));
	return w;
}

/* Runs one of the three; returns its state. */
static enum finding_state run(const struct wire *w, struct findings *f,
			      void (*tell)(const struct wire *w, struct exam *x), const char *name)
{
	struct exam x = { .check = name, .first = f->count, .found = f };

	tell(w, &x);
	exam_end(&x);
	assert_int_equal(x.failed, 0);
	return findings_worst(f, name);
}

static const struct row {
	const char *heard;
	bool routed, router_answers, served, fresh;
	bool clear;
	enum finding_state upstream, answer, owner;
	const char *says;
} rows[] = {
	{ "qapQ", false, false, true, true, true, FINDING_OK, FINDING_OK, FINDING_OK,
	  "on-link, as is configured" },
	{ "Q", false, false, false, true, true, FINDING_OK, FINDING_SKIPPED, FINDING_OK,
	  "on-link, as is configured" },
	{ "prQ", false, false, true, true, true, FINDING_OK, FINDING_OK, FINDING_OK, "on-link" },
	{ "pP", false, false, true, true, true, FINDING_WARNING, FINDING_OK, FINDING_OK,
	  "routes the range to this host" },
	{ "pP", true, false, true, true, true, FINDING_OK, FINDING_SKIPPED, FINDING_OK,
	  "as is configured" },
	{ "QqQq", true, false, true, true, true, FINDING_BROKEN, FINDING_SKIPPED, FINDING_OK,
	  "not routed" },
	/* a cache may know one that was in use: nothing follows of that */
	{ "p", false, false, true, false, true, FINDING_OK, FINDING_OK, FINDING_OK, "arrives" },
	{ "", false, true, true, true, false, FINDING_BROKEN, FINDING_SKIPPED, FINDING_OK,
	  "the router answers this host" },
	{ "", false, false, true, true, false, FINDING_WARNING, FINDING_SKIPPED, FINDING_OK,
	  "pinged from elsewhere" },
	{ "", true, false, false, true, false, FINDING_WARNING, FINDING_SKIPPED, FINDING_OK,
	  "pinged from elsewhere" },
	{ "qaqaqa", false, false, true, true, true, FINDING_OK, FINDING_BROKEN, FINDING_OK,
	  "drops its advertisements" },
	/* one may be lost */
	{ "qaqap", false, false, true, true, true, FINDING_OK, FINDING_OK, FINDING_OK, "knows" },
	{ "qaqa", false, false, true, true, false, FINDING_OK, FINDING_SKIPPED, FINDING_OK, "" },
	{ "qapqapqap", false, false, true, true, true, FINDING_OK, FINDING_OK, FINDING_OK, "" },
	{ "qq", false, false, true, true, true, FINDING_OK, FINDING_BROKEN, FINDING_OK,
	  "this host does not answer" },
	{ "qaop", false, false, true, true, true, FINDING_OK, FINDING_OK, FINDING_BROKEN,
	  "02:00:00:00:00:03" },
	{ "qapc", false, false, true, true, true, FINDING_OK, FINDING_OK, FINDING_BROKEN,
	  "about to take" },
	{ "qapQO", false, false, true, true, true, FINDING_OK, FINDING_OK, FINDING_BROKEN,
	  "2001:db8::f" },
	{ "eqapeQE", false, false, true, true, true, FINDING_OK, FINDING_OK, FINDING_OK, "" },
};

TEST(what_it_means)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		_findings_ struct findings f = { 0 };
		struct wire w = {
			.uplink = &eth0,
			.pool = "default",
			.range = "RANGE",
			.config_path = "FILE",
			.container = "lxc:c1",
			.routed = row->routed,
			.router_answers = row->router_answers,
			.served = { .address = ip("2001:db8::5"), .there = row->served },
			.fresh = { .address = ip("2001:db8::f"), .there = row->fresh },
		};
		bool said = !*row->says;

		for (const char *c = row->heard; *c; c++) {
			const struct witnessed one = packet(*c);

			wire_take(&w, &one);
		}
		check(wire_is_clear(&w) == row->clear, "row %zu (%s): clear", i, row->heard);
		check(run(&w, &f, wire_tell_upstream, "u") == row->upstream, "row %zu (%s): %s", i,
		      row->heard, f.list[0].what);
		check(run(&w, &f, wire_tell_answer, "a") == row->answer, "row %zu (%s): %s", i,
		      row->heard, f.list[f.count - 1].what);
		check(run(&w, &f, wire_tell_owner, "o") == row->owner, "row %zu (%s): %s", i,
		      row->heard, f.list[f.count - 1].what);
		for (size_t k = 0; k < f.count; k++) {
			said |= strstr(f.list[k].what, row->says) != NULL;
			check(*f.list[k].remedy || f.list[k].state < FINDING_WARNING,
			      "row %zu (%s): no remedy", i, row->heard);
		}
		check(said, "row %zu (%s): nothing says %s", i, row->heard, row->says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
