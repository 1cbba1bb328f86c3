/* Checks which interface is taken for the uplink: also of the kinds that not every kernel can make.
 */
#include "unit.h"

#include "known/uplink.h"

static const struct link eth0 = { .name = "eth0", .solicits = true, .up = true, .ifindex = 2 };
static const struct link eth1 = { .name = "eth1", .solicits = true, .up = true, .ifindex = 3 };
static const struct link vlan = {
	.name = "eth0.7", .kind = "vlan", .solicits = true, .up = true, .ifindex = 4
};
static const struct link bond = {
	.name = "bond0", .kind = "bond", .solicits = true, .up = true, .ifindex = 5
};
static const struct link team = {
	.name = "team0", .kind = "team", .solicits = true, .up = true, .ifindex = 6
};
static const struct link bridge = {
	.name = "br0", .kind = "bridge", .solicits = true, .up = true, .ifindex = 7
};
static const struct link vrf = {
	.name = "vrf0", .kind = "vrf", .solicits = true, .up = true, .ifindex = 8
};
static const struct link wg = { .name = "wg0", .kind = "wireguard", .up = true, .ifindex = 9 };
static const struct link ppp = { .name = "ppp0", .kind = "ppp", .up = true, .ifindex = 10 };
static const struct link dummy = { .name = "dum0", .kind = "dummy", .up = true, .ifindex = 11 };

TEST(chosen)
{
	static const struct {
		const struct link *leaves, *on_link;
		bool routed;
		const struct link *want; /* null: refused */
		int r;
		const char *says, *too;
	} rows[] = {
		{ &eth0, NULL, false, &eth0, 0, NULL, NULL },
		{ &vlan, NULL, false, &vlan, 0, NULL, NULL },
		{ &bond, NULL, false, &bond, 0, NULL, NULL },
		{ &team, NULL, false, &team, 0, NULL, NULL },
		{ &bridge, NULL, false, &bridge, 0, NULL, NULL },
		{ NULL, &eth1, false, &eth1, 0, NULL, NULL },
		{ NULL, &vlan, false, &vlan, 0, NULL, NULL },
		/* what nothing leaves by is no uplink because the range is there */
		{ &eth0, &bridge, false, &eth0, 0, NULL, NULL },
		{ &eth0, &wg, false, &eth0, 0, NULL, NULL },
		{ &eth0, &dummy, false, &eth0, 0, NULL, NULL },
		{ &bridge, &wg, false, &bridge, 0, NULL, NULL },
		{ NULL, &bridge, false, NULL, -ENODEV, "br0", "uplink" },
		{ NULL, &wg, false, NULL, -ENODEV, "wg0", "uplink" },
		{ NULL, NULL, false, NULL, -ENODEV, "no uplink found", "HINT" },
		/* what may have a router is named, and so is the other */
		{ &eth0, &eth1, false, NULL, -ENOTUNIQ, "eth0", "eth1" },
		{ &bridge, &bond, false, NULL, -ENOTUNIQ, "br0", "bond0" },
		{ &wg, &eth0, false, NULL, -ENOTUNIQ, "wg0", "eth0" },
		{ &eth0, &eth1, true, NULL, -ENOTUNIQ, "eth0", "eth1" },
		/* nothing is solicited on a tunnel, and need not be if the range is routed */
		{ &wg, NULL, false, NULL, -ENOTUNIQ, "wg0", "routed" },
		{ &ppp, &bridge, false, NULL, -ENOTUNIQ, "ppp0", "routed" },
		{ &wg, NULL, true, &wg, 0, NULL, NULL },
		{ &ppp, &bridge, true, &ppp, 0, NULL, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct uplink_evidence v = {
			.leaves = rows[i].leaves,
			.on_link = rows[i].on_link,
			.routed = rows[i].routed,
			.range = "2001:db8::",
			.hint = "HINT",
		};
		const struct link *got = NULL;
		struct error e = { .text = "" };

		check(uplink_choose(&v, &got, &e) == rows[i].r, "row %zu: %s", i, e.text);
		check(got == rows[i].want, "row %zu: %s", i, got ? got->name : "none");
		if (rows[i].r < 0) {
			check(e.status == STATUS_USAGE, "row %zu: status %d", i, (int)e.status);
			assert_contains(e.text, rows[i].says);
			assert_contains(e.text, rows[i].too);
		}
	}
}

TEST(fit)
{
	const struct link down = { .name = "eth2", .solicits = true, .ifindex = 12 };
	const struct {
		const struct link *link, *master;
		bool routed;
		int r;
		const char *says;
	} rows[] = {
		{ &eth0, NULL, false, 0, NULL },
		{ &vlan, NULL, false, 0, NULL },
		{ &bond, NULL, false, 0, NULL },
		{ &team, NULL, false, 0, NULL },
		{ &bridge, NULL, false, 0, NULL },
		{ &eth0, &vrf, false, 0, NULL },
		{ &eth0, &bridge, false, -EBUSY, "eth0 is a port of br0" },
		{ &eth0, &bond, false, -EBUSY, "name bond0 with \"uplink\"" },
		{ &eth0, &team, true, -EBUSY, "eth0 is a port of team0" },
		{ &bond, &bridge, false, -EBUSY, "bond0 is a port of br0" },
		{ &wg, NULL, false, -EOPNOTSUPP, "\"upstream\": \"routed\"" },
		{ &ppp, NULL, false, -EOPNOTSUPP, "ppp0" },
		{ &wg, NULL, true, 0, NULL },
		{ &ppp, NULL, true, 0, NULL },
		{ &down, NULL, false, -ENETDOWN, "uplink eth2 is down: ip link set eth2 up" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error e = { .text = "" };

		check(uplink_check(rows[i].link, rows[i].master, rows[i].routed, &e) == rows[i].r,
		      "row %zu: %s", i, e.text);
		if (rows[i].r < 0)
			assert_contains(e.text, rows[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chosen),
		cmocka_unit_test(fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
