/* What a lease and an attachment look like as JSON, for people and for stores. */
#include "store/lease_json.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

/* The text of a JSON object, with a newline at its end. Returns 0 or -ENOMEM. */
static int json_print(const cJSON *json, char **ret, size_t *ret_len)
{
	_free_ char *text = cJSON_Print(json);

	if (!text || asprintf(ret, "%s\n", text) < 0)
		return -ENOMEM;
	*ret_len = strlen(*ret);
	if (text_is_utf8(*ret, *ret_len))
		return 0;
	free(steal_ptr(ret));
	return -EILSEQ;
}

/*
 * A checksum over all that a lease says: one flipped bit in a name would give the address of a
 * container that runs to another. @out: 32 bytes
 */
static char *sum_of(const struct lease *l, char *out)
{
	char text[IDENT_TEXT_MAX + 128], address[INET6_ADDRSTRLEN];

	snprintf(text, sizeof(text), "%s %s %d %lld %lld", l->ident,
		 inet_ntop(AF_INET6, &l->address, address, sizeof(address)), l->pinned,
		 (long long)l->created, (long long)l->freed);
	snprintf(out, 32, "%016llx", (unsigned long long)text_hash(text, 0));
	return out;
}

int lease_encode(const struct lease *lease, char **ret, size_t *ret_len)
{
	_json_ cJSON *json = cJSON_CreateObject();
	char address[INET6_ADDRSTRLEN], time_text[32];

	cJSON_AddStringToObject(json, "container", lease->ident);
	cJSON_AddStringToObject(json, "address",
				inet_ntop(AF_INET6, &lease->address, address, sizeof(address)));
	cJSON_AddBoolToObject(json, "pinned", lease->pinned);
	cJSON_AddStringToObject(json, "created",
				text_time(lease->created, time_text, sizeof(time_text)));
	if (lease->freed)
		cJSON_AddStringToObject(json, "freed",
					text_time(lease->freed, time_text, sizeof(time_text)));
	cJSON_AddStringToObject(json, "sum", sum_of(lease, time_text));
	/* cJSON's Add functions fail on a null object, and print then has nothing */
	if (cJSON_GetArraySize(json) != (lease->freed ? 6 : 5))
		return -ENOMEM;
	return json_print(json, ret, ret_len);
}

int lease_decode(const char *text, size_t len, struct lease *ret)
{
	_json_ cJSON *json = NULL;
	struct lease lease = { 0 };
	struct error ignored;
	struct ident id;
	const char *ident, *address, *created, *freed;
	char sum[32];

	if (json_parse(text, len, &json, &ignored) < 0)
		return -EBADMSG;
	ident = json_text(json, "container");
	address = json_text(json, "address");
	created = json_text(json, "created");
	freed = json_text(json, "freed");
	if (!ident || ident_from_text(ident, &id) < 0 || !address || !created ||
	    inet_pton(AF_INET6, address, &lease.address) != 1 ||
	    !cJSON_IsBool(json_member(json, "pinned")))
		return -EBADMSG;
	snprintf(lease.ident, sizeof(lease.ident), "%s", ident);
	lease.pinned = cJSON_IsTrue(json_member(json, "pinned"));
	lease.created = text_parse_time(created);
	lease.freed = freed ? text_parse_time(freed) : 0;
	if (lease.created < 0 || lease.freed < 0 || (!freed && json_member(json, "freed")) ||
	    !text_equal(json_text(json, "sum"), sum_of(&lease, sum)))
		return -EBADMSG;
	*ret = lease;
	return 0;
}

/* What a record says of its state, by who ended it. */
static const char *const ended_texts[] = {
	[WORD_NONE] = "detached",
	[WORD_USER] = "detached by the user",
	[WORD_ROOT] = "detached by root",
};

/*
 * A checksum over all members of a record: one flipped digit of its boot or its namespace would say
 * that a container is gone that runs. @out: 32 bytes. Returns it, or null without memory.
 */
static char *sum_of_record(const cJSON *json, char *out)
{
	_free_ char *text = cJSON_PrintUnformatted(json);

	if (!text)
		return NULL;
	snprintf(out, 32, "%016llx", (unsigned long long)text_hash(text, 0));
	return out;
}

/* Whether the checksum of a record is right, or it is an earlier version's and has none. */
static bool is_summed(cJSON *json)
{
	_json_ cJSON *sum = cJSON_DetachItemFromObjectCaseSensitive(json, "sum");
	char own[32];

	return !sum || text_equal(cJSON_GetStringValue(sum), sum_of_record(json, own));
}

int attachment_encode(const char *ident, const struct attachment *a, char **ret, size_t *ret_len)
{
	_json_ cJSON *json = cJSON_CreateObject();
	char number[32], address[INET6_ADDRSTRLEN];

	cJSON_AddStringToObject(json, "container", ident);
	cJSON_AddStringToObject(json, "state", a->ended ? ended_texts[a->word] : "attached");
	cJSON_AddStringToObject(json, "since", text_time(a->since, number, sizeof(number)));
	cJSON_AddStringToObject(json, "instance", a->instance);
	cJSON_AddNumberToObject(json, "pid", a->pid);
	cJSON_AddStringToObject(json, "netns", a->netns_path);
	/* as text: a JSON number is a double */
	snprintf(number, sizeof(number), "%llu", (unsigned long long)a->netns_dev);
	cJSON_AddStringToObject(json, "netns_dev", number);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)a->netns_inode);
	cJSON_AddStringToObject(json, "netns_inode", number);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)a->started);
	cJSON_AddStringToObject(json, "started", number);
	snprintf(number, sizeof(number), "%02x:%02x:%02x:%02x:%02x:%02x", a->mac[0], a->mac[1],
		 a->mac[2], a->mac[3], a->mac[4], a->mac[5]);
	cJSON_AddStringToObject(json, "mac", number);
	cJSON_AddStringToObject(json, "boot_id", a->boot_id);
	cJSON_AddStringToObject(json, "bridge", a->bridge);
	cJSON_AddStringToObject(json, "uplink", a->uplink);
	if (a->has_address)
		cJSON_AddStringToObject(json, "address",
					inet_ntop(AF_INET6, &a->address, address, sizeof(address)));
	cJSON_AddBoolToObject(json, "routed", a->routed);
	cJSON_AddStringToObject(json, "error", a->error);
	cJSON_AddStringToObject(json, "sum", sum_of_record(json, number));
	if (cJSON_GetArraySize(json) != (a->has_address ? 17 : 16))
		return -ENOMEM;
	return json_print(json, ret, ret_len);
}

/* Copies the member's text if it fits. Returns whether it does. */
static bool copy_text(const cJSON *json, const char *key, char *out, size_t size)
{
	const char *text = json_text(json, key);

	return text && (size_t)snprintf(out, size, "%s", text) < size;
}

static bool copy_mac(const cJSON *json, const char *key, unsigned char out[6])
{
	const char *text = json_text(json, key);
	char end;

	return text && sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &out[0], &out[1],
			      &out[2], &out[3], &out[4], &out[5], &end) == 6;
}

static bool copy_u64(const cJSON *json, const char *key, uint64_t *out)
{
	const char *text = json_text(json, key);
	unsigned long long n;
	char end;

	if (!text || sscanf(text, "%20llu%c", &n, &end) != 1)
		return false;
	*out = n;
	return true;
}

/* Returns whether the state is one that there is. */
static bool read_state(const char *state, struct attachment *ret)
{
	if (strcmp(state, "attached") == 0)
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
	_json_ cJSON *json = NULL;
	struct attachment a = { 0 };
	struct error ignored;
	const char *state, *since, *address;
	char ident[IDENT_TEXT_MAX];
	struct ident id;
	int64_t pid;

	if (json_parse(text, len, &json, &ignored) < 0 || !is_summed(json))
		return -EBADMSG;
	state = json_text(json, "state");
	since = json_text(json, "since");
	if (!state || !since || (a.since = text_parse_time(since)) < 0 ||
	    !copy_text(json, "container", ident, sizeof(ident)) ||
	    ident_from_text(ident, &id) < 0 ||
	    !copy_text(json, "error", a.error, sizeof(a.error)) ||
	    !copy_text(json, "instance", a.instance, sizeof(a.instance)) ||
	    !copy_text(json, "netns", a.netns_path, sizeof(a.netns_path)) ||
	    !copy_text(json, "boot_id", a.boot_id, sizeof(a.boot_id)) ||
	    !copy_text(json, "bridge", a.bridge, sizeof(a.bridge)) ||
	    !copy_text(json, "uplink", a.uplink, sizeof(a.uplink)) ||
	    !copy_mac(json, "mac", a.mac) || !copy_u64(json, "netns_dev", &a.netns_dev) ||
	    !copy_u64(json, "netns_inode", &a.netns_inode) ||
	    /* one of an earlier version lacks it */
	    (json_member(json, "started") && !copy_u64(json, "started", &a.started)) ||
	    !json_whole(json_member(json, "pid"), 0, INT_MAX, &pid) || !read_state(state, &a))
		return -EBADMSG;
	address = json_text(json, "address");
	a.has_address = address && inet_pton(AF_INET6, address, &a.address) == 1;
	a.pid = (pid_t)pid;
	a.routed = cJSON_IsTrue(json_member(json, "routed"));
	memcpy(ret_ident, ident, sizeof(ident));
	*ret = a;
	return 0;
}
