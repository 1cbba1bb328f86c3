/*
 * Hearing at once that something has changed in etcd.
 *
 * Theory of operation: a watch of etcd's is a request whose answer does not end. What comes is not
 * read: whoever hears that something came asks for all that there is, which cannot be missed, come
 * twice or be compacted away. But for one word: a watch that etcd has given up, as its place in the
 * history was compacted away or the token has run out, is silent for good while the answer goes on.
 */
#include "store/etcd_listen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/library.h"
#include "store/etcd_json.h"

static CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
static void (*easy_cleanup)(CURL *handle);
static void (*slist_free)(struct curl_slist *list);
static CURLM *(*multi_init)(void);
static CURLMcode (*multi_add)(CURLM *multi, CURL *handle);
static CURLMcode (*multi_perform)(CURLM *multi, int *running);
static CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd *extra, unsigned int count, int ms,
			       int *ready);
static CURLMcode (*multi_remove)(CURLM *multi, CURL *handle);
static CURLMcode (*multi_cleanup)(CURLM *multi);

/* Within a string of JSON its quotes would not be bare. */
#define GIVEN_UP "\"canceled\":true"

struct etcd_listen {
	size_t matched; /* of GIVEN_UP, which may come in pieces */
	CURLM *multi;
	void *handle, *headers;
	size_t member; /* it listens to */
	bool heard;
};

static int load(struct error *e)
{
	const struct library_symbol symbols[] = {
		{ "curl_easy_setopt", &easy_setopt },
		{ "curl_easy_cleanup", &easy_cleanup },
		{ "curl_slist_free_all", &slist_free },
		{ "curl_multi_init", &multi_init },
		{ "curl_multi_add_handle", &multi_add },
		{ "curl_multi_perform", &multi_perform },
		{ "curl_multi_poll", &multi_poll },
		{ "curl_multi_remove_handle", &multi_remove },
		{ "curl_multi_cleanup", &multi_cleanup },
	};

	return multi_init ? 0 : library_load("libcurl.so.4", symbols, ARRAY_SIZE(symbols), e);
}

/* Something came. Ends the answer of a watch that etcd has given up. */
static size_t on_news(char *data, size_t size, size_t count, void *arg)
{
	struct etcd_listen *l = arg;

	l->heard = true;
	for (size_t i = 0; i < size * count; i++) {
		/* its own beginning is in it once more only where no JSON goes on like that */
		if (data[i] != GIVEN_UP[l->matched])
			l->matched = 0;
		if (data[i] == GIVEN_UP[l->matched] && ++l->matched == strlen(GIVEN_UP))
			return 0;
	}
	return size * count;
}

void etcd_listen_free(struct etcd_listen *l)
{
	if (l->multi && l->handle)
		multi_remove(l->multi, l->handle);
	if (l->handle)
		easy_cleanup(l->handle);
	if (l->headers)
		slist_free(l->headers);
	if (l->multi)
		multi_cleanup(l->multi);
	free(l);
}

int etcd_listen(struct etcd_http *h, const char *from, const char *end, struct etcd_listen **ret,
		struct error *e)
{
	_etcd_listen_ struct etcd_listen *l = calloc(1, sizeof(*l));
	int r = l ? load(e) : -ENOMEM;

	if (r == 0)
		l->multi = multi_init();
	if (!l || (r == 0 && !l->multi))
		return error_sys(e, -ENOMEM, "cannot listen to etcd");
	if (r == 0)
		r = etcd_http_prepare(h, "watch", etcd_watch(from, end), &l->handle, &l->headers,
				      e);
	if (r < 0)
		return r;
	easy_setopt(l->handle, CURLOPT_WRITEFUNCTION, on_news);
	easy_setopt(l->handle, CURLOPT_WRITEDATA, l);
	if (multi_add(l->multi, l->handle) != CURLM_OK)
		return error_sys(e, -ENOMEM, "cannot listen to etcd");
	l->member = etcd_http_member(h);
	*ret = steal_ptr(&l);
	return 0;
}

bool etcd_listens_there(const struct etcd_listen *l, const struct etcd_http *h)
{
	return l->member == etcd_http_member(h);
}

int etcd_hear(struct etcd_listen *l, int ms)
{
	int running = 1, ready;

	/* what has come already is not waited for */
	multi_perform(l->multi, &running);
	if (!l->heard && running) {
		multi_poll(l->multi, NULL, 0, ms, &ready);
		multi_perform(l->multi, &running);
	}
	if (l->heard) {
		l->heard = false;
		return 1;
	}
	return running ? 0 : -EHOSTDOWN;
}
