/* What is said to etcd's JSON gateway, and what it answers: foreign bytes, taken strictly. */
#ifndef V6HOOK_ETCD_JSON_H
#define V6HOOK_ETCD_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "store/lease_json.h"

#define ETCD_KEY_MAX 2048 /* bytes, with the end: a prefix, a host's name, a container's */

/* One key as it stands in etcd. */
struct etcd_kv {
	char key[ETCD_KEY_MAX];
	int64_t revision; /* of its last change; 0: there is no such key */
	char value[LEASE_FILE_MAX + 1];
	size_t len;
};

/*
 * The parts of a request, as the gateway wants them (etcd's rpc.proto): keys and values are
 * base64 there, and 64-bit numbers are texts. Each is a new object, or null without memory.
 */
json_t *etcd_compare(const char *key, int64_t revision); /* is that its last change? 0: none is */
json_t *etcd_put(const char *key, const char *value, size_t len);
json_t *etcd_delete(const char *key);
json_t *etcd_get(const char *key);
json_t *etcd_get_all(const char *from, const char *end);

/* Put so that it goes with one of etcd's leases. @lease: its number, as etcd writes it */
json_t *etcd_put_leased(const char *key, const char *value, const char *lease);

/* To be told of whatever is put for these keys; not of what is removed. */
json_t *etcd_watch(const char *from, const char *end);

/* As request_range of a transaction, or by itself. @from, @end: the first key, and the first after
 * them. @at: the revision as of which, or 0 */
json_t *etcd_range(const char *from, const char *end, unsigned int limit, bool keys_only,
		   int64_t at);

/* Reads an answer, which must be an object. Returns 0, -EBADMSG or -ENOMEM; no message. */
int etcd_answer(const char *text, size_t len, json_t **ret);

/* Whether the comparisons of a transaction held. */
bool etcd_succeeded(const json_t *answer);

/* The store's revision when it answered, or -1 if it does not say. */
int64_t etcd_revision(const json_t *answer);

/* The answer to the n-th request of a transaction that got or ranged; null if there is none. */
const json_t *etcd_response(const json_t *answer, size_t n);

/*
 * The n-th key that a range has found. Returns 1, 0 if there are no more, or -EBADMSG for one that
 * makes no sense or is larger than any of ours.
 */
int etcd_found(const json_t *range, size_t n, struct etcd_kv *ret);

/* A 64-bit number, which the gateway writes as a text. Returns whether it is one. */
bool etcd_number(const json_t *object, const char *key, int64_t *ret);

/* Why etcd refuses, from its answer, or "": one line, fit to be shown. @ret: 256 bytes */
void etcd_refusal(const char *text, size_t len, char *ret);

#endif
