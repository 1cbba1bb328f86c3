/* What a lease and an attachment look like as JSON, for people and for stores. */
#include "store/lease_json.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

/*
 * The text of an object that json_pack_ex made, with a newline at its end. Frees the object.
 * Returns 0, -ENOMEM, or -EILSEQ if a text in it is not UTF-8.
 */
static int finish(json_t *made, const json_error_t *why, char **ret, size_t *ret_len)
{
	_json_ json_t *json = made;
	char text[LEASE_FILE_MAX];
	size_t len;

	if (!json)
		return json_error_code(why) == json_error_invalid_utf8 ? -EILSEQ : -ENOMEM;
	len = json_dumpb(json, text, sizeof(text) - 1, JSON_LINES);
	/* what does not fit would not be read */
	if (len == 0 || len > sizeof(text) - 1)
		return len ? -E2BIG : -ENOMEM;
	text[len++] = '\n';
	*ret = malloc(len + 1);
	if (!*ret)
		return -ENOMEM;
	memcpy(*ret, text, len);
	(*ret)[len] = '\0';
	*ret_len = len;
	return 0;
}

/*
 * A checksum over all that a lease says: one flipped bit in a name would give the address of a
 * container that runs to another. @out: 32 bytes
 */
static char *sum_of(const struct lease *l, char *out)
{
	char text[IDENT_TEXT_MAX + LEASE_HOST_MAX + LEASE_NETWORK_MAX + 128];
	char address[INET6_ADDRSTRLEN];

	snprintf(text, sizeof(text), "%s %s %d %lld %lld%s%s%s%s", l->ident,
		 text_address(&l->address, address), l->pinned, (long long)l->created,
		 (long long)l->freed, *l->host ? " " : "", l->host, *l->network ? " /" : "",
		 l->network);
	snprintf(out, 32, "%016llx", (unsigned long long)text_hash(text, 0));
	return out;
}

int lease_encode(const struct lease *lease, char **ret, size_t *ret_len)
{
	char address[INET6_ADDRSTRLEN], created[32], freed[32], sum[32];
	json_error_t why;
	json_t *json = json_pack_ex(
		&why, 0, "{s:s, s:s*, s:s, s:b, s:s, s:s*, s:s*, s:s}", "container", lease->ident,
		"host", *lease->host ? lease->host : NULL, "address",
		text_address(&lease->address, address), "pinned", lease->pinned, "created",
		text_time(lease->created, created, sizeof(created)), "freed",
		lease->freed ? text_time(lease->freed, freed, sizeof(freed)) : NULL, "network",
		*lease->network ? lease->network : NULL, "sum", sum_of(lease, sum));

	return finish(json, &why, ret, ret_len);
}

int lease_decode(const char *text, size_t len, struct lease *ret)
{
	_json_ json_t *json = NULL;
	struct lease lease = { 0 };
	struct error ignored;
	struct ident id;
	const char *ident, *host, *address, *created, *freed, *network;
	char sum[32];

	if (json_parse(text, len, &json, &ignored) < 0)
		return -EBADMSG;
	ident = json_text(json, "container");
	address = json_text(json, "address");
	created = json_text(json, "created");
	freed = json_text(json, "freed");
	host = json_text(json, "host");
	network = json_text(json, "network");
	if (host &&
	    (size_t)snprintf(lease.host, sizeof(lease.host), "%s", host) >= sizeof(lease.host))
		return -EBADMSG;
	if (!ident || ident_from_text(ident, &id) < 0 || !address || !created ||
	    inet_pton(AF_INET6, address, &lease.address) != 1 ||
	    !json_is_boolean(json_object_get(json, "pinned")))
		return -EBADMSG;
	snprintf(lease.ident, sizeof(lease.ident), "%s", ident);
	snprintf(lease.network, sizeof(lease.network), "%s", network ? network : "");
	lease.pinned = json_is_true(json_object_get(json, "pinned"));
	lease.created = text_parse_time(created);
	lease.freed = freed ? text_parse_time(freed) : 0;
	if (lease.created < 0 || lease.freed < 0 || (!freed && json_object_get(json, "freed")) ||
	    (!network && json_object_get(json, "network")) ||
	    !text_equal(json_text(json, "sum"), sum_of(&lease, sum)))
		return -EBADMSG;
	*ret = lease;
	return 0;
}

#define WAITING "waiting" /* a state: for a port */

/* What a record says of its state, by who ended it. */
static const char *const ended_texts[] = {
	[WORD_NONE] = "detached",
	[WORD_USER] = "detached by the user",
	[WORD_ROOT] = "detached by root",
};

/*
 * A checksum over all members of a record: one flipped digit of its boot or its namespace would say
 * that a container is gone that runs. @out: 32 bytes. Returns it, or null if there is too much.
 */
static char *sum_of_record(const json_t *json, char *out)
{
	char text[LEASE_FILE_MAX];
	size_t len = json_dumpb(json, text, sizeof(text) - 1, JSON_COMPACT);

	if (len == 0 || len > sizeof(text) - 1)
		return NULL;
	text[len] = '\0';
	snprintf(out, 32, "%016llx", (unsigned long long)text_hash(text, 0));
	return out;
}

/*
 * Takes the checksum of a record out of it. Whether it is right: a record without one, of a version
 * before there was any, is as good as unreadable, and its container is asked for anew.
 */
static bool is_summed(json_t *json)
{
	_json_ json_t *sum = json_incref(json_object_get(json, "sum"));
	char own[32];

	json_object_del(json, "sum");
	return sum && text_equal(json_string_value(sum), sum_of_record(json, own));
}

/* A number as text: not all that read JSON have integers of 64 bits. @out: 32 bytes. Returns it. */
static char *number_text(uint64_t number, char *out)
{
	snprintf(out, 32, "%llu", (unsigned long long)number);
	return out;
}

static const char *state_of(const struct attachment *a)
{
	if (a->ended)
		return ended_texts[a->word];
	return a->waits ? WAITING : "attached";
}

/* Adds what only some have. Returns 0 or -1. */
static int put_also(json_t *json, const struct attachment *a)
{
	json_t *list = a->also_count ? json_array() : NULL;
	char text[EXPOSED_TEXT_MAX];

	if (a->on_link && json_object_set_new(json, "on_link", json_true()) < 0)
		return -1;
	if (a->also_count && json_object_set_new(json, "also", list) < 0)
		return -1;
	if (*a->hostname && json_object_set_new(json, "name", json_string(a->hostname)) < 0)
		return -1;
	if (*a->network && json_object_set_new(json, "network", json_string(a->network)) < 0)
		return -1;
	if ((a->expose.word &&
	     json_object_set_new(json, "expose", json_string(exposed_text(&a->expose, text))) <
		     0) ||
	    (a->published.word &&
	     json_object_set_new(json, "published",
				 json_string(exposed_text(&a->published, text))) < 0))
		return -1;
	for (int i = 0; i < a->also_count; i++) {
		const struct in6_addr *one = &a->also[i];
		char address[INET6_ADDRSTRLEN];

		if (IN6_IS_ADDR_V4MAPPED(one))
			inet_ntop(AF_INET, &one->s6_addr[12], address, sizeof(address));
		else
			text_address(one, address);
		if (json_array_append_new(list, json_string(address)) < 0)
			return -1;
	}
	return 0;
}

/* Reads what is said of its ports, if anything is. Returns whether it is well-formed. */
static bool read_exposed(const json_t *json, const char *key, struct exposed *ret)
{
	const json_t *text = json_object_get(json, key);

	return !text || (json_is_string(text) && exposed_parse(json_string_value(text), ret) == 0);
}

/* Reads what it is called, if it is. Returns whether that is a host's name. */
static bool read_hostname(const json_t *json, char *ret)
{
	const json_t *name = json_object_get(json, "name");

	return !name || (json_is_string(name) && hostname_read(json_string_value(name), ret));
}

/* Reads that. Returns whether it is well-formed. */
static bool read_also(const json_t *json, struct attachment *a)
{
	const json_t *list = json_object_get(json, "also"), *one;
	size_t i;

	a->on_link = json_is_true(json_object_get(json, "on_link"));
	/* that what is published is published says nothing */
	if (!read_exposed(json, "expose", &a->expose) ||
	    !read_exposed(json, "published", &a->published) ||
	    a->published.word == EXPOSE_PUBLISHED || !read_hostname(json, a->hostname))
		return false;
	if (list && (!json_is_array(list) || json_array_size(list) > ATTACHMENT_ALSO_MAX))
		return false;
	json_array_foreach (list, i, one) {
		const char *text = json_string_value(one);
		struct in_addr ipv4;

		if (text && inet_pton(AF_INET, text, &ipv4) == 1)
			a->also[i] = text_map(&ipv4);
		else if (!text || inet_pton(AF_INET6, text, &a->also[i]) != 1)
			return false;
		a->also_count++;
	}
	return true;
}

int attachment_encode(const char *ident, const struct attachment *a, char **ret, size_t *ret_len)
{
	char since[32], dev[32], inode[32], started[32], mac[18], address[INET6_ADDRSTRLEN],
		sum[32];
	json_error_t why;
	json_t *json;

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", a->mac[0], a->mac[1], a->mac[2],
		 a->mac[3], a->mac[4], a->mac[5]);
	json = json_pack_ex(
		&why, 0,
		"{s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, "
		"s:s*, s:b, s:i, s:s*, s:s}",
		"container", ident, "state", state_of(a), "since",
		text_time(a->since, since, sizeof(since)), "instance", a->instance, "pid",
		(int)a->pid, "netns", a->netns_path, "netns_dev", number_text(a->netns_dev, dev),
		"netns_inode", number_text(a->netns_inode, inode), "started",
		number_text(a->started, started), "mac", mac, "boot_id", a->boot_id, "bridge",
		a->bridge, "uplink", a->uplink, "address",
		a->has_address ? text_address(&a->address, address) : NULL, "routed", a->routed,
		"port", a->port, "place", *a->place ? a->place : NULL, "error", a->error);
	if (json &&
	    (put_also(json, a) < 0 ||
	     (a->waits && json_object_set_new(json, "nsid", json_integer(a->nsid)) < 0) ||
	     !sum_of_record(json, sum) || json_object_set_new(json, "sum", json_string(sum)) < 0)) {
		json_decref(json);
		return -ENOMEM;
	}
	return finish(json, &why, ret, ret_len);
}

/* Copies the member's text if it fits. Returns whether it does. */
static bool copy_text(const json_t *json, const char *key, char *out, size_t size)
{
	const char *text = json_text(json, key);

	return text && (size_t)snprintf(out, size, "%s", text) < size;
}

/* The value of a hexadecimal digit as it is written here, or -1. */
static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool copy_mac(const json_t *json, const char *key, unsigned char out[6])
{
	const char *text = json_text(json, key);

	if (!text || strlen(text) != strlen("00:00:00:00:00:00"))
		return false;
	for (int i = 0; i < 6; i++, text += 3) {
		int high = digit(text[0]), low = digit(text[1]);

		if (high < 0 || low < 0 || (i < 5 && text[2] != ':'))
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static bool copy_u64(const json_t *json, const char *key, uint64_t *out)
{
	const char *text = json_text(json, key);
	char *end = NULL;

	if (!text || *text < '0' || *text > '9' || strlen(text) > 20)
		return false;
	*out = strtoull(text, &end, 10);
	return !*end;
}

/* Returns whether the state is one that there is. */
static bool read_state(const char *state, struct attachment *ret)
{
	ret->waits = strcmp(state, WAITING) == 0;
	if (ret->waits || strcmp(state, "attached") == 0)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(ended_texts); i++)
		if (strcmp(state, ended_texts[i]) == 0) {
			ret->ended = true;
			ret->word = (enum word)i;
			return true;
		}
	return false;
}

int attachment_decode(const char *text, size_t len, char *ret_ident, struct attachment *ret)
{
	_json_ json_t *json = NULL;
	struct attachment a = { 0 };
	struct error ignored;
	const char *state, *since, *address;
	char ident[IDENT_TEXT_MAX];
	struct ident id;
	int64_t pid, port = 0, nsid = 0;

	if (json_parse(text, len, &json, &ignored) < 0 || !is_summed(json))
		return -EBADMSG;
	state = json_text(json, "state");
	since = json_text(json, "since");
	if (!state || !since || (a.since = text_parse_time(since)) < 0 ||
	    !copy_text(json, "container", ident, sizeof(ident)) ||
	    ident_from_text(ident, &id) < 0 ||
	    !copy_text(json, "error", a.error, sizeof(a.error)) ||
	    (json_object_get(json, "place") &&
	     !copy_text(json, "place", a.place, sizeof(a.place))) ||
	    (json_object_get(json, "network") &&
	     !copy_text(json, "network", a.network, sizeof(a.network))) ||
	    !copy_text(json, "instance", a.instance, sizeof(a.instance)) ||
	    !copy_text(json, "netns", a.netns_path, sizeof(a.netns_path)) ||
	    !copy_text(json, "boot_id", a.boot_id, sizeof(a.boot_id)) ||
	    !copy_text(json, "bridge", a.bridge, sizeof(a.bridge)) ||
	    !copy_text(json, "uplink", a.uplink, sizeof(a.uplink)) ||
	    !copy_mac(json, "mac", a.mac) || !copy_u64(json, "netns_dev", &a.netns_dev) ||
	    !copy_u64(json, "netns_inode", &a.netns_inode) ||
	    /* one of an earlier version lacks it */
	    (json_object_get(json, "started") && !copy_u64(json, "started", &a.started)) ||
	    !json_whole(json_object_get(json, "pid"), 0, INT_MAX, &pid) || !read_state(state, &a) ||
	    !read_also(json, &a) ||
	    (json_object_get(json, "port") &&
	     !json_whole(json_object_get(json, "port"), 0, INT_MAX, &port)) ||
	    (a.waits && !json_whole(json_object_get(json, "nsid"), 0, INT_MAX, &nsid)))
		return -EBADMSG;
	address = json_text(json, "address");
	a.has_address = address && inet_pton(AF_INET6, address, &a.address) == 1;
	a.pid = (pid_t)pid;
	a.port = (int)port;
	a.nsid = (int)nsid;
	a.routed = json_is_true(json_object_get(json, "routed"));
	memcpy(ret_ident, ident, sizeof(ident));
	*ret = a;
	return 0;
}
