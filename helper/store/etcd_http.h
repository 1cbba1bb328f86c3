/* Requests to etcd's JSON gateway, through libcurl; the only file that speaks to etcd. */
#ifndef V6HOOK_ETCD_HTTP_H
#define V6HOOK_ETCD_HTTP_H

#include "base/config.h"
#include "base/error.h"
#include "base/json.h"

struct etcd_http;

/*
 * Gets ready to ask: nothing is connected or loaded yet. @c: must outlive it
 * Returns 0 or -ENOMEM.
 */
int etcd_http_new(const struct config_store *c, struct etcd_http **ret, struct error *e);
void etcd_http_free(struct etcd_http *h);

/* From now on one member may take so many milliseconds at most, before the next is asked. */
void etcd_http_hurry(struct etcd_http *h, unsigned int ms);

/* Returns which member answered last: its place in the configuration. */
size_t etcd_http_member(const struct etcd_http *h);

/*
 * Asks the members one after the other until one answers. A request may be carried out even though
 * this fails, or twice: each must be one for which that is no harm.
 * @method: "kv/txn", "kv/range"; @request: taken, or null: then it failed for lack of memory
 * Returns 0 and the answer, an object; -EHOSTDOWN if no member answers in time, or none has a
 * majority; -EIO if it refuses, or makes no sense; or -errno.
 */
int etcd_ask(struct etcd_http *h, const char *method, json_t *request, json_t **ret,
	     struct error *e);

/*
 * Makes a request ready that others carry out (etcd_listen.c), to the member that answered last.
 * @ret: of type CURL *, @ret_headers: struct curl_slist *, both the caller's to free
 * Returns 0 or -errno.
 */
int etcd_http_prepare(struct etcd_http *h, const char *method, json_t *request, void **ret,
		      void **ret_headers, struct error *e);

#endif
