/* What the tests of the configuration share: a sample with every key, and how texts are read. */
#ifndef V6HOOK_UNIT_CONFIGS_H
#define V6HOOK_UNIT_CONFIGS_H

#include "unit.h"

#include "base/config_read.h"

#define RANGE "\"2001:db8::d000/124\""
#define POOL "{\"ranges\":[" RANGE "]}"

/* Every key, as DESIGN.md shows them. */
static const char sample[] =
	"{ \"pools\": [ { \"name\": \"default\",\n"
	"	\"ranges\": [\"2a03:b0c0:1:d0::18:d000/124\", "
	"\"2a03:b0c0:1:d0::19:0-2a03:b0c0:1:d0::19:5\"],\n"
	"	\"exclude\": [\"2a03:b0c0:1:d0::18:d000/126\"],\n"
	"	\"uplink\": \"eth0\",\n"
	"	\"upstream\": \"on-link\" },\n"
	"	{ \"name\": \"other\", \"ranges\": [\"2001:db8::/64\"], \"upstream\": \"routed\" } "
	"],\n"
	"  \"gateway\": \"fe80::1:2\",\n"
	"  \"probe_ms\": 250,\n"
	"  \"hold_s\": 5,\n"
	"  \"announce_s\": 30, \"announce_from\": \"link-local\",\n"
	"  \"expose\": { \"lxc\": \"none\", \"docker\": \"all\", \"podman\": \"none\" },\n"
	"  \"guard\": false,\n"
	"  \"lxc\": { \"required\": true },\n"
	"  \"docker\": { \"attach\": \"labelled\", \"socket\": \"/run/d.sock\" },\n"
	"  \"podman\": { \"attach\": \"all\", \"socket\": \"/run/p.sock\" },\n"
	"  \"containers\": {\n"
	"	\"lxc:web1\": { \"address\": \"2a03:b0c0:1:d0::18:d005\", \"expose\": [\"80/tcp\", "
	"\"53/udp\"], \"name\": \"www.example.net\" },\n"
	"	\"docker:db\": {}, \"54321/lxc:web1\": { \"address\": \"2a03:b0c0:1:d0::18:d006\" "
	"} },\n"
	"  \"users\": { \"54321\": { \"addresses\": 4, \"bridges\": [\"lxcbr0\", \"br1\"] },\n"
	"	\"nobody\": { \"addresses\": 0, \"bridges\": [\"br0\"] } },\n"
	"  \"hosts\": \"/run/v6hook/hosts\", \"domain\": \"Example.org\",\n"
	"  \"metrics\": \"/srv/v6hook.prom\",\n"
	"  \"on_change\": { \"user\": \"nobody\", \"run\": [\"/bin/tell\", \"it\"] },\n"
	"  \"socket\": \"/run/v.sock\",\n"
	"  \"state_dir\": \"/srv/v6hook\" }";

static inline int read_bytes(const char *text, size_t len, struct config **ret, struct error *e)
{
	write_file(in_scratch("config.json"), text, len);
	return config_read(in_scratch("config.json"), ret, e);
}

/* What a text must be read as; freed when the test is over. */
static inline struct config *read_good(const char *text)
{
	struct config *c = NULL;
	struct error e;

	check(read_bytes(text, strlen(text), &c, &e) == 0, "%s\nis refused: %s", text, e.text);
	return c;
}

static inline void check_message(const struct error *e, const char *path, const char *part)
{
	assert_int_equal(e->status, STATUS_USAGE);
	assert_contains(e->text, path);
	assert_contains(e->text, part);
	check(!strpbrk(e->text, "\r\n"), "more than one line: %s", e->text);
}

static inline void refuse_bytes(const char *text, size_t len, const char *part)
{
	struct config *c = NULL;
	struct error e = { .status = STATUS_DONE };

	check(read_bytes(text, len, &c, &e) < 0, "accepted: %s", text);
	assert_null(c);
	check_message(&e, in_scratch("config.json"), part);
}

static inline void refuse(const char *text, const char *part)
{
	refuse_bytes(text, strlen(text), part);
}

#endif
