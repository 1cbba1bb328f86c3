/* Checks what guards a port: the elements, their names, and the messages that carry them. */
#include "unit.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "filter/bare_table.h"
#include "filter/build.h"
#include "filter/guard.h"
#include "filter/guard_table.h"
#include "filter/sweep.h"

static struct guard_port some_port(const char *name)
{
	struct guard_port p = {
		.name = name, .port = 7, .speaks = true, .mac = { 2, 0, 0, 0, 0, 5 }
	};

	inet_pton(AF_INET6, "fe80::1", &p.gateway);
	inet_pton(AF_INET6, "2001:db8::5", &p.address);
	return p;
}

/* How many of the elements are of the set. */
static size_t count_of(const struct guard_port *p, enum guard_set set)
{
	struct filter_element list[GUARD_ELEMENTS];
	size_t count = guard_elements(p, list), n = 0;

	assert_true(count <= GUARD_ELEMENTS);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(list[i].len, (guard_table.sets[list[i].set].len + 3) / 4 * 4 -
						      (list[i].set == GUARD_TAKEN_MACS ? 2 : 0));
		n += list[i].set == set;
	}
	return n;
}

TEST(a_port_has_its_own_and_others_have_not)
{
	struct guard_port p = some_port("lxc:web1");

	assert_int_equal(count_of(&p, GUARD_PORTS), 1);
	/* v6hook's, and the link-local one of the MAC */
	assert_int_equal(count_of(&p, GUARD_OWN6), 2);
	assert_int_equal(count_of(&p, GUARD_TAKEN6), 2);
	assert_int_equal(count_of(&p, GUARD_ANY4), 1);
	assert_int_equal(count_of(&p, GUARD_OWN4), 0);
	assert_int_equal(count_of(&p, GUARD_ROUTED6), 1);
	p.on_link = true;
	assert_int_equal(count_of(&p, GUARD_ROUTED6), 0);
	p.has_ipv4 = true;
	assert_int_equal(count_of(&p, GUARD_ANY4), 0);
	assert_int_equal(count_of(&p, GUARD_OWN4), 1);
	assert_int_equal(count_of(&p, GUARD_TAKEN4), 1);
	p.given_count = GUARD_GIVEN_MAX;
	assert_int_equal(count_of(&p, GUARD_OWN6), 2 + GUARD_GIVEN_MAX);
}

/* On no bridge nobody has to be kept from its MAC and its addresses. */
TEST(a_bare_port_has_its_own_alone)
{
	static const struct {
		unsigned int set;
		size_t len;
	} want[] = { { BARE_PORTS, 4 }, { BARE_OWN6, 20 }, { BARE_OWN6, 20 }, { BARE_OWN4, 8 } };
	struct guard_port p = some_port("lxc:web1");
	struct filter_element list[GUARD_ELEMENTS];

	p.bare = true;
	assert_int_equal(guard_elements(&p, list), 3);
	assert_int_equal(list[2].set, BARE_ANY4);
	p.has_ipv4 = true;
	p.given_count = 1;
	assert_int_equal(guard_elements(&p, list), ARRAY_SIZE(want));
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		assert_int_equal(list[i].set, want[i].set);
		assert_int_equal(list[i].len, want[i].len);
		assert_int_equal(bare_table.sets[list[i].set - BARE_PORTS].len, want[i].len);
	}
	p.open.word = EXPOSE_NONE;
	assert_int_equal(guard_elements(&p, list), ARRAY_SIZE(want) + 1);
	p.speaks = false;
	assert_int_equal(guard_elements(&p, list), 1);
}

TEST(comments_tell_names_apart)
{
	char one[FILTER_COMMENT_MAX], other[FILTER_COMMENT_MAX], name[512], second[512];

	assert_string_equal(guard_comment("lxc:web1", one), "lxc:web1");
	/* nothing that nft(8) prints moves a terminal's cursor */
	assert_null(strchr(guard_comment("lxc:a\nb\033c", one), '\n'));
	assert_null(strchr(one, '\033'));
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	memcpy(second, name, sizeof(name));
	second[sizeof(second) - 2] = 'y';
	assert_string_not_equal(guard_comment(name, one), guard_comment(second, other));
	assert_true(strlen(one) < FILTER_COMMENT_MAX);
}

static void count_message(struct nl_msg *message, void *arg)
{
	assert_non_null(message);
	assert_int_equal(nlmsg_hdr(message)->nlmsg_type >> 8, NFNL_SUBSYS_NFTABLES);
	++*(size_t *)arg;
	nlmsg_free(message);
}

TEST(every_rule_fits_in_a_message)
{
	size_t count = 0, rules = 0;

	for (size_t i = 0; i < guard_table.chain_count; i++)
		for (size_t k = 0; k < guard_table.chains[i].count; k++)
			rules += guard_table.chains[i].terms[k].what == TERM_VERDICT;
	build_table(&guard_table, count_message, &count);
	assert_int_equal(count, 1 + guard_table.set_count + guard_table.chain_count + rules);
}

/* What follows is asked of this machine's kernel, in a network namespace of its own. */
TEST(the_kernel_takes_it_and_lists_it)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	CLEANUP(guard_state_release) struct guard_state g = { 0 };
	_elements_ struct elements none = { 0 };
	struct guard_port one = some_port("lxc:one"), two = some_port("lxc:two");
	struct error e;

	if (unshare(CLONE_NEWNET) < 0)
		skip();
	two.port = 8;
	two.mac[5] = 6;
	inet_pton(AF_INET6, "2001:db8::6", &two.address);
	assert_int_equal(guard_open(&nl, &e), 0);
	assert_int_equal(guard_leave(nl, "lxc:one", NULL, &e), 0);
	assert_int_equal(guard_set(nl, &one, &e), 0);
	assert_int_equal(guard_set(nl, &two, &e), 0);
	assert_int_equal(guard_set(nl, &two, &e), 0);
	assert_int_equal(guard_read(nl, true, &g, &e), 0);
	assert_true(g.tables[0].there && g.tables[0].whole);
	assert_true(guard_holds(&g, &one) && guard_holds(&g, &two));
	/* what was read before is not the last word */
	assert_int_equal(guard_leave(nl, "lxc:one", NULL, &e), 0);
	assert_int_equal(guard_make(nl, &g, &none, &e), -ERESTART);
	guard_state_release(&g);
	assert_int_equal(guard_read(nl, true, &g, &e), 0);
	assert_true(g.tables[0].whole && !guard_holds(&g, &one) && guard_holds(&g, &two));
	/* moved to another port: what it had there goes */
	two.port = 9;
	assert_int_equal(guard_set(nl, &two, &e), 0);
	assert_int_equal(guard_leave(nl, "lxc:two", &two, &e), 0);
	guard_state_release(&g);
	assert_int_equal(guard_read(nl, true, &g, &e), 0);
	assert_int_equal(g.elements.count, 10);
	assert_int_equal(guard_leave(nl, "lxc:two", NULL, &e), 0);
	guard_state_release(&g);
	assert_int_equal(guard_read(nl, true, &g, &e), 0);
	assert_false(g.tables[0].there);
}

/* What is kept for ports that are gone is free; of those that are there nothing is lost. */
TEST(what_is_kept_for_a_port_that_is_gone_is_free)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	CLEANUP(guard_state_release) struct guard_state g = { 0 };
	struct guard_port here = some_port("lxc:here"), gone = some_port("lxc:gone");
	struct filter_element list[GUARD_ELEMENTS];
	bool ended[GUARD_TABLES];
	struct error e;

	if (unshare(CLONE_NEWNET) < 0)
		skip();
	/* the loopback */
	here.port = 1;
	here.has_ipv4 = gone.has_ipv4 = true;
	here.ipv4.s_addr = htonl(0x0a000005);
	gone.ipv4.s_addr = htonl(0x0a000006);
	gone.mac[5] = 6;
	inet_pton(AF_INET6, "2001:db8::6", &gone.address);
	/* of what both have, the one that is there keeps it */
	gone.given[gone.given_count++] = here.address;
	assert_int_equal(guard_open(&nl, &e), 0);
	assert_int_equal(guard_sweep(nl, &e), 0);
	assert_int_equal(guard_set(nl, &gone, &e), 0);
	assert_int_equal(guard_set(nl, &here, &e), 0);
	assert_int_equal(guard_sweep(nl, &e), 0);
	assert_int_equal(guard_read(nl, true, &g, &e), 0);
	assert_true(g.tables[0].whole && guard_holds(&g, &here));
	assert_int_equal(g.elements.count, guard_elements(&here, list));
	guard_state_release(&g);
	assert_int_equal(guard_leave(nl, "lxc:here", NULL, &e), 0);
	assert_int_equal(guard_set(nl, &gone, &e), 0);
	assert_int_equal(guard_sweep(nl, &e), 0);
	assert_int_equal(guard_read(nl, true, &g, &e), 0);
	assert_false(g.tables[0].there);
	assert_int_equal(guard_set(nl, &here, &e), 0);
	assert_int_equal(guard_end(nl, ended, &e), 0);
	assert_true(ended[0] && !ended[1]);
	assert_int_equal(guard_end(nl, ended, &e), 0);
	assert_false(ended[0] || ended[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_has_its_own_and_others_have_not),
		cmocka_unit_test(a_bare_port_has_its_own_alone),
		cmocka_unit_test(comments_tell_names_apart),
		cmocka_unit_test(every_rule_fits_in_a_message),
		cmocka_unit_test(the_kernel_takes_it_and_lists_it),
		cmocka_unit_test(what_is_kept_for_a_port_that_is_gone_is_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
