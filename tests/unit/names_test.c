/* Checks whose a name is: by whose word, in which order, and that nobody is given another's. */
#include "store.h"

#include <sys/utsname.h>

#include "names/hosts.h"
#include "names/names.h"

/* One container of the store: leased so long ago, attached or not, with what its label says. */
struct row {
	const char *ident, *label, *said; /* label and configuration; null: nothing */
	int ago;
	bool ended;
	const char *want; /* its names, with spaces between, or "" */
};

static char boot_id[40];

static void put(const struct row *r, const char *address)
{
	struct attachment a = { .since = time(NULL), .ended = r->ended, .address = ip(address) };
	struct error e;

	held(r->ident, address, r->ago);
	memcpy(a.boot_id, boot_id, sizeof(boot_id));
	a.has_address = true;
	snprintf(a.hostname, sizeof(a.hostname), "%s", r->label ? r->label : "");
	check(store->ops->attach(store, r->ident, &a, &e) == 0, "%s", e.text);
}

/* The names of the one with that address, with spaces between. */
static const char *names_of(const struct names *n, const char *address)
{
	static char text[1024];
	struct in6_addr a = ip(address);

	*text = '\0';
	for (size_t i = 0; i < n->count; i++)
		if (same_address(&n->list[i].holder->address, &a)) {
			strcat(text, *text ? " " : "");
			strcat(text, n->list[i].text);
		}
	return text;
}

/* Checks the names that the rows are given, in a domain or in none. */
static void check_rows(const struct row *rows, size_t count, const char *domain)
{
	struct config_container said[16] = { 0 };
	struct config config = { .containers = said, .domain = (char *)domain };
	struct context c = { .config = &config, .store = store };
	_look_ struct look look = { .store = store, .boot_id = boot_id };
	_names_ struct names n = { 0 };
	struct error e;
	char address[64];

	assert_int_equal(lease_boot_id(boot_id, &e), 0);
	memcpy(c.boot_id, boot_id, sizeof(boot_id));
	for (size_t i = 0; i < count; i++) {
		snprintf(address, sizeof(address), "2001:db8::%zx", i + 1);
		put(&rows[i], address);
		if (!rows[i].said)
			continue;
		said[config.container_count].ident = (char *)rows[i].ident;
		said[config.container_count++].name = (char *)rows[i].said;
	}
	check(look_read_store(&look, &e) == 0, "%s", e.text);
	assert_int_equal(names_find(&c, &look, &n), 0);
	for (size_t i = 0; i < count; i++) {
		snprintf(address, sizeof(address), "2001:db8::%zx", i + 1);
		check(strcmp(names_of(&n, address), rows[i].want) == 0,
		      "row %zu, %s: \"%s\", not \"%s\"", i, rows[i].ident, names_of(&n, address),
		      rows[i].want);
	}
}

TEST(without_a_domain_there_are_the_engines_names_alone)
{
	static const struct row rows[] = {
		{ .ident = "lxc:Web1", .ago = 9, .want = "web1" },
		{ .ident = "docker:db", .label = "www.example.org", .ago = 9, .want = "db" },
		{ .ident = "docker:my_box", .ago = 9, .want = "" },
		{ .ident = "docker:www.example.org", .ago = 9, .want = "" },
		{ .ident = "lxc:12", .ago = 9, .want = "" },
		{ .ident = "1000/lxc:mine", .ago = 9, .want = "" },
		{ .ident = "1000/lxc:known",
		  .said = "known.example.net",
		  .ago = 9,
		  .want = "known.example.net" },
		{ .ident = "lxc:stopped", .ago = 9, .ended = true, .want = "" },
		{ .ident = "docker:localhost", .ago = 9, .want = "" },
	};

	check_rows(rows, ARRAY_SIZE(rows), NULL);
}

TEST(in_a_domain_labels_may_name)
{
	static const struct row rows[] = {
		{ .ident = "lxc:web1", .ago = 9, .want = "web1.example.org web1" },
		{ .ident = "docker:db",
		  .label = "sql.example.org",
		  .ago = 9,
		  .want = "sql.example.org db.example.org db" },
		{ .ident = "docker:evil",
		  .label = "www.example.com",
		  .ago = 9,
		  .want = "evil.example.org evil" },
		{ .ident = "docker:apex",
		  .label = "example.org",
		  .ago = 9,
		  .want = "apex.example.org apex" },
		{ .ident = "lxc:whole.example.org", .ago = 9, .want = "whole.example.org" },
		{ .ident = "lxc:whole.example.com", .ago = 9, .want = "" },
		{ .ident = "lxc:12", .ago = 9, .want = "12.example.org" },
		{ .ident = "docker:same",
		  .label = "same.example.org",
		  .ago = 9,
		  .want = "same.example.org same" },
		{ .ident = "1000/lxc:mine", .label = "mine.example.org", .ago = 9, .want = "" },
	};

	check_rows(rows, ARRAY_SIZE(rows), "example.org");
}

TEST(nobody_is_given_anothers)
{
	static const struct row rows[] = {
		/* the engine's name goes before a label, however old, */
		{ .ident = "docker:old",
		  .label = "web1.example.org",
		  .ago = 100,
		  .want = "old.example.org old" },
		{ .ident = "lxc:web1", .ago = 9, .want = "web1.example.org web1" },
		/* also if its container is stopped, */
		{ .ident = "docker:next",
		  .label = "off.example.org",
		  .ago = 100,
		  .want = "next.example.org next" },
		{ .ident = "lxc:off", .ago = 9, .ended = true, .want = "" },
		/* and the configuration's before both */
		{ .ident = "lxc:shop", .ago = 100, .want = "shop" },
		{ .ident = "docker:real",
		  .said = "shop.example.org",
		  .ago = 1,
		  .want = "shop.example.org real.example.org real" },
		/* of two with the same right, the one whose lease is older, */
		{ .ident = "docker:db", .ago = 50, .want = "" },
		{ .ident = "lxc:db", .ago = 60, .want = "db.example.org db" },
		{ .ident = "docker:a",
		  .label = "x.example.org",
		  .ago = 60,
		  .want = "x.example.org a.example.org a" },
		{ .ident = "docker:b",
		  .label = "x.example.org",
		  .ago = 50,
		  .want = "b.example.org b" },
		/* also if that is stopped */
		{ .ident = "docker:c",
		  .label = "y.example.org",
		  .ago = 60,
		  .ended = true,
		  .want = "" },
		{ .ident = "docker:d",
		  .label = "y.example.org",
		  .ago = 50,
		  .want = "d.example.org d" },
	};

	check_rows(rows, ARRAY_SIZE(rows), "example.org");
}

TEST(the_hosts_own_name_is_nobodys)
{
	struct utsname host;
	char own[300], label[600];
	const struct row rows[] = {
		{ .ident = own, .ago = 9, .want = "" },
		{ .ident = "docker:box", .label = label, .ago = 9, .want = "box.example.org box" },
	};

	assert_int_equal(uname(&host), 0);
	host.nodename[strcspn(host.nodename, ".")] = '\0';
	snprintf(own, sizeof(own), "lxc:%s", host.nodename);
	snprintf(label, sizeof(label), "%s.example.org", host.nodename);
	check_rows(rows, ARRAY_SIZE(rows), "example.org");
}

/* The whole hosts file. */
static const char *hosts(struct context *c)
{
	static char text[4096];
	struct error e;
	ssize_t n;

	check(hosts_write(c, &e) == 0, "%s", e.text);
	{
		_close_ int fd = open(c->config->hosts, O_RDONLY);

		n = read(fd, text, sizeof(text) - 1);
		assert_true(n >= 0);
		text[n] = '\0';
	}
	return strchr(text, '\n') + 1;
}

TEST(the_hosts_file_is_made_of_what_is_stored)
{
	char domain[] = "example.org";
	struct config config = { .hosts = strdup(in_scratch("made/hosts")), .domain = domain };
	struct context c = { .config = &config, .store = store };
	const struct row one = { .ident = "docker:a", .label = "l.example.org", .ago = 9 },
			 two = { .ident = "lxc:b", .ago = 9 },
			 three = { .ident = "lxc:c", .ago = 9 };
	struct stat before, after;
	struct error e;

	assert_int_equal(lease_boot_id(boot_id, &e), 0);
	memcpy(c.boot_id, boot_id, sizeof(boot_id));
	assert_string_equal(hosts(&c), "");
	put(&one, "2001:db8::1");
	assert_string_equal(hosts(&c), "2001:db8::1 l.example.org a.example.org a\n");
	put(&two, "2001:db8::2");
	assert_string_equal(hosts(&c), "2001:db8::1 l.example.org a.example.org a\n"
				       "2001:db8::2 b.example.org b\n");
	/* one that is as it is to be is not replaced: who reads it is not woken */
	assert_int_equal(stat(config.hosts, &before), 0);
	hosts(&c);
	assert_int_equal(stat(config.hosts, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	/* unreadable is not absent */
	write_file(in_scratch("attached/docker:a.json"), "{", 1);
	put(&three, "2001:db8::3");
	assert_string_equal(hosts(&c),
			    "2001:db8::1 l.example.org a.example.org a\n"
			    "2001:db8::2 b.example.org b\n2001:db8::3 c.example.org c\n");
	/* another's is let alone */
	write_file(config.hosts, "127.0.0.1 localhost\n", 20);
	assert_int_equal(hosts_write(&c, &e), -EEXIST);
	assert_contains(e.text, "not made by v6hook");
	free(config.hosts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(without_a_domain_there_are_the_engines_names_alone),
		STORE_TEST(in_a_domain_labels_may_name),
		STORE_TEST(nobody_is_given_anothers),
		STORE_TEST(the_hosts_own_name_is_nobodys),
		STORE_TEST(the_hosts_file_is_made_of_what_is_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
