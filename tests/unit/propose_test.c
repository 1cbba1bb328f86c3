/* Checks which range is proposed for containers: never one with a stranger in it, nor more than is
 * safe. */
#include "unit.h"

#include "policy/propose.h"
#include "policy/survey_link.h"

#define KNOWN_MOST 4

/* A host, who else is there, and what is to be proposed. */
struct row {
	const char *name, *address;
	unsigned int length;
	bool dynamic;
	const char *sixteen;
	const char *known[KNOWN_MOST], *others[KNOWN_MOST], *held[KNOWN_MOST];
	const char *want;    /* null: refused */
	const char *exclude; /* the one that is left out, or null */
	const char *says;    /* the reason, the trap or the refusal */
};

static size_t addresses(const char *const *texts, struct in6_addr *ret)
{
	size_t n = 0;

	while (n < KNOWN_MOST && texts[n]) {
		ret[n] = ip(texts[n]);
		n++;
	}
	return n;
}

static void check_row(const struct row *row)
{
	struct in6_addr known[KNOWN_MOST], others[KNOWN_MOST];
	struct range held[KNOWN_MOST];
	struct propose_evidence v = {
		.address = ip(row->address),
		.length = row->length,
		.dynamic = row->dynamic,
		.sixteen = row->sixteen,
		.known = known,
		.others = others,
		.held = held,
	};
	struct error e = { 0 };
	struct proposal p = { 0 };
	char text[64], told[sizeof(p.why) + sizeof(p.trap) + 2];
	int r;

	v.known_count = addresses(row->known, known);
	v.own_count = v.known_count;
	v.other_count = addresses(row->others, others);
	for (; v.held_count < KNOWN_MOST && row->held[v.held_count]; v.held_count++)
		assert_int_equal(range_parse(row->held[v.held_count], &held[v.held_count], &e), 0);
	r = propose(&v, &p, &e);
	if (!row->want) {
		check(r == -ENODATA && e.status == STATUS_USAGE, "%s: %d", row->name, r);
		assert_contains(e.text, row->says);
		return;
	}
	check(r == 0, "%s: %s", row->name, e.text);
	propose_text(&p.range, p.length, text);
	check(strcmp(text, row->want) == 0, "%s: %s, not %s", row->name, text, row->want);
	check(p.exclude_count == (row->exclude ? 1u : 0u), "%s: %zu are left out", row->name,
	      p.exclude_count);
	if (row->exclude) {
		struct in6_addr wanted = ip(row->exclude);

		assert_memory_equal(&p.exclude[0], &wanted, sizeof(wanted));
		assert_int_equal(p.whose[0], v.known_count && memcmp(&known[0], &wanted, 16) == 0
						     ? PROPOSE_HOSTS
						     : PROPOSE_ANOTHERS);
	}
	snprintf(told, sizeof(told), "%s; %s", p.why, p.trap);
	assert_contains(told, row->says);
}

TEST(proposed)
{
	static const struct row rows[] = {
		{ .name = "a /64",
		  .address = "2001:db8:1::2",
		  .length = 64,
		  .want = "2001:db8:1::c:0/112",
		  .says = "/80 at Leaseweb" },
		{ .name = "a longer address: its own /80",
		  .address = "2001:db8:1:0:ab::2",
		  .length = 64,
		  .want = "2001:db8:1:0:ab:0:c:0/112",
		  .says = "from the /80" },
		{ .name = "an address that the host made itself: what is announced",
		  .address = "2001:db8:1:0:5054:ff:fe12:3456",
		  .length = 64,
		  .dynamic = true,
		  .want = "2001:db8:1::c:0/112",
		  .says = "announce to everybody" },
		{ .name = "a /48 counts as the /64",
		  .address = "2001:db8:1:7::2",
		  .length = 48,
		  .want = "2001:db8:1:7::c:0/112",
		  .says = "65,536" },
		{ .name = "the host, the router and a bridge in the first three parts",
		  .address = "2001:db8:1::c:2",
		  .length = 64,
		  .known = { "2001:db8:1::c:2", "2001:db8:1::d:1" },
		  .held = { "2001:db8:1::e:0/112" },
		  .want = "2001:db8:1::f:0/112",
		  .says = "65,536" },
		{ .name = "a machine in another /80",
		  .address = "2001:db8:1::2",
		  .length = 64,
		  .others = { "2001:db8:1:0:7::2" },
		  .want = "2001:db8:1::c:0/112",
		  .says = "65,536" },
		{ .name = "a machine in the same /80",
		  .address = "2001:db8:1::12",
		  .length = 64,
		  .known = { "2001:db8:1::12" },
		  .others = { "2001:db8:1::c:5" },
		  .want = "2001:db8:1::10/124",
		  .exclude = "2001:db8:1::12",
		  .says = "2001:db8:1::c:5, is nearby on the link, so that the prefix may be "
			  "shared; "
			  "if your provider gives you all of the /64, take more of it: v6hook "
			  "setup "
			  "--range 2001:db8:1::d:0/112" },
		{ .name = "a machine beside the host",
		  .address = "2001:db8:1::2",
		  .length = 64,
		  .others = { "2001:db8:1:0:7::1", "2001:db8:1::3" },
		  .says = "2001:db8:1::3, answers beside this host's 2001:db8:1::2" },
		{ .name = "DigitalOcean",
		  .address = "2a03:b0c0:1:d0::18:d001",
		  .length = 64,
		  .sixteen = "DigitalOcean",
		  .known = { "2a03:b0c0:1:d0::18:d001", "2a03:b0c0:1:d0::1" },
		  .others = { "2a03:b0c0:1:d0::18:c001" },
		  .want = "2a03:b0c0:1:d0::18:d000/124",
		  .exclude = "2a03:b0c0:1:d0::18:d001",
		  .says = "DigitalOcean gives a server the 16 addresses" },
		{ .name = "DigitalOcean, with the address alone",
		  .address = "2a03:b0c0:1:d0::18:d001",
		  .length = 128,
		  .sixteen = "DigitalOcean",
		  .want = "2a03:b0c0:1:d0::18:d000/124",
		  .says = "DigitalOcean" },
		{ .name = "an address alone",
		  .address = "2001:db8:1::2",
		  .length = 128,
		  .says = "only your provider can say" },
		{ .name = "a /116",
		  .address = "2001:db8:1::5:2",
		  .length = 116,
		  .known = { "2001:db8:1::5:2" },
		  .want = "2001:db8:1::5:0/116",
		  .exclude = "2001:db8:1::5:2",
		  .says = "the whole prefix" },
		{ .name = "a /96",
		  .address = "2001:db8:1:0:ab:0:5:2",
		  .length = 96,
		  .want = "2001:db8:1:0:ab:0:c:0/112",
		  .says = "65,536" },
		{ .name = "a /110, of which three quarters are in use",
		  .address = "2001:db8:1::5:2",
		  .length = 110,
		  .held = { "2001:db8:1::4:0/111", "2001:db8:1::7:0/112" },
		  .want = "2001:db8:1::6:0/112",
		  .says = "65,536" },
		{ .name = "a /110, all of which is in use",
		  .address = "2001:db8:1::5:2",
		  .length = 110,
		  .held = { "2001:db8:1::4:0/110" },
		  .says = "no /112" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(&rows[i]);
}

/* Never an address of another machine's, nor outside the host's own /80, wherever they are. */
TEST(never_a_strangers)
{
	uint64_t seed = 4711;

	for (int round = 0; round < 20000; round++) {
		struct in6_addr others[8], host = ip("2001:db8:1::2");
		struct propose_evidence v = { .length = 64, .others = others };
		struct proposal p = { 0 };
		struct error e = { 0 };

		host.s6_addr[9] = (unsigned char)(next_random(&seed) % 2);
		host.s6_addr[13] = (unsigned char)(next_random(&seed) % 32);
		host.s6_addr[15] = (unsigned char)(next_random(&seed) % 64);
		v.address = host;
		v.sixteen = next_random(&seed) % 8 ? NULL : "DigitalOcean";
		v.other_count = next_random(&seed) % 8;
		for (size_t i = 0; i < v.other_count; i++) {
			others[i] = host;
			others[i].s6_addr[9] = (unsigned char)(next_random(&seed) % 3);
			others[i].s6_addr[13] = (unsigned char)(next_random(&seed) % 32);
			others[i].s6_addr[15] = (unsigned char)next_random(&seed);
		}
		if (propose(&v, &p, &e) < 0)
			continue;
		assert_memory_equal(range_address(p.range.prefix, p.range.first).s6_addr,
				    host.s6_addr, 10);
		for (size_t i = 0; i < v.other_count; i++) {
			bool left_out = !range_contains(&p.range, &others[i]);

			for (size_t k = 0; k < p.exclude_count; k++)
				left_out |= memcmp(&p.exclude[k], &others[i], sizeof(host)) == 0;
			check(left_out, "round %d: another machine's address", round);
		}
	}
}

TEST(providers)
{
	const struct in6_addr theirs = ip("2604:a880:2:d0::1"), not = ip("2604:a881::1");

	assert_string_equal(survey_sixteen(&theirs), "DigitalOcean");
	/* unless this machine is one of theirs */
	if (access("/sys/class/dmi/id/sys_vendor", F_OK) < 0)
		assert_null(survey_sixteen(&not ));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proposed),
		cmocka_unit_test(never_a_strangers),
		cmocka_unit_test(providers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
