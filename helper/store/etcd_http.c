/*
 * Requests to etcd's JSON gateway, through libcurl; the only file that speaks to etcd.
 *
 * Theory of operation: one connection, kept for the next request, to the member that answered last.
 * A member that cannot be reached, or has no majority, is passed over for the next one. Where users
 * have passwords a token is asked for first, and anew when it has run out.
 */
#include "store/etcd_http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/library.h"
#include "base/text.h"
#include "store/etcd_json.h"

#define CONNECT_MS 2000	     /* with TLS */
#define ANSWER_MS 5000	     /* a new leader is found in less than that by default */
#define ANSWER_MAX (4 << 20) /* bytes */
#define TOKEN_MAX 512

static CURL *(*easy_init)(void);
static CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
static CURLcode (*easy_perform)(CURL *handle);
static CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
static const char *(*easy_strerror)(CURLcode code);
static void (*easy_cleanup)(CURL *handle);
static struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
static void (*slist_free)(struct curl_slist *list);

struct etcd_http {
	const struct config_store *c;
	CURL *handle;
	size_t member;	       /* the one that answered last */
	char token[TOKEN_MAX]; /* of the user, or "" */
	unsigned int most_ms;  /* that one member may take, or 0 */
	char *answer;
	size_t len, room;
	bool large; /* the answer is larger than ANSWER_MAX */
};

int etcd_http_new(const struct config_store *c, struct etcd_http **ret, struct error *e)
{
	struct etcd_http *h = calloc(1, sizeof(*h));

	if (!h)
		return error_sys(e, -ENOMEM, "cannot ask etcd");
	h->c = c;
	*ret = h;
	return 0;
}

void etcd_http_hurry(struct etcd_http *h, unsigned int ms)
{
	h->most_ms = ms;
}

size_t etcd_http_member(const struct etcd_http *h)
{
	return h->member;
}

void etcd_http_free(struct etcd_http *h)
{
	if (h->handle)
		easy_cleanup(h->handle);
	free(h->answer);
	free(h);
}

static int load(struct error *e)
{
	const struct library_symbol symbols[] = {
		{ "curl_easy_init", &easy_init },	  { "curl_easy_setopt", &easy_setopt },
		{ "curl_easy_perform", &easy_perform },	  { "curl_easy_getinfo", &easy_getinfo },
		{ "curl_easy_strerror", &easy_strerror }, { "curl_easy_cleanup", &easy_cleanup },
		{ "curl_slist_append", &slist_append },	  { "curl_slist_free_all", &slist_free },
	};

	return easy_init ? 0 : library_load("libcurl.so.4", symbols, ARRAY_SIZE(symbols), e);
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct etcd_http *h = arg;
	size_t n = size * count;

	if (h->len + n > ANSWER_MAX) {
		h->large = true;
		return 0;
	}
	if (h->len + n > h->room) {
		size_t room = 2 * (h->len + n);
		char *larger = realloc(h->answer, room);

		if (!larger)
			return 0;
		h->answer = larger;
		h->room = room;
	}
	memcpy(h->answer + h->len, data, n);
	h->len += n;
	return n;
}

/* Makes a handle with what holds for every request. Returns 0 or -errno. */
static int new_handle(const struct etcd_http *h, CURL **ret, struct error *e)
{
	CURL *handle;
	int r = load(e);

	if (r < 0)
		return r;
	handle = easy_init();
	if (!handle)
		return error_sys(e, -ENOMEM, "cannot ask etcd");
	easy_setopt(handle, CURLOPT_NOPROXY, "*");
	easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
	if (h->c->ca)
		easy_setopt(handle, CURLOPT_CAINFO, h->c->ca);
	if (h->c->cert) {
		easy_setopt(handle, CURLOPT_SSLCERT, h->c->cert);
		easy_setopt(handle, CURLOPT_SSLKEY, h->c->key);
	}
	*ret = handle;
	return 0;
}

/* Makes the handle of all that is asked. Returns 0 or -errno. */
static int begin(struct etcd_http *h, struct error *e)
{
	int r = h->handle ? 0 : new_handle(h, &h->handle, e);

	if (r == 0) {
		easy_setopt(h->handle, CURLOPT_WRITEFUNCTION, on_body);
		easy_setopt(h->handle, CURLOPT_WRITEDATA, h);
	}
	return r;
}

/* A time for libcurl, for which 0 is for ever; in milliseconds. */
static long cap(const struct etcd_http *h, unsigned int ms)
{
	unsigned int left = deadline_cap(h->most_ms && h->most_ms < ms ? h->most_ms : ms);

	return left ? (long)left : 1;
}

/* Says to a handle what is to be posted, and to which member. Returns the headers. */
static struct curl_slist *address(const struct etcd_http *h, CURL *handle, size_t member,
				  const char *method, const char *body)
{
	char url[512], authorization[TOKEN_MAX + 32];
	struct curl_slist *headers = NULL;

	/* a slash at the end of what is configured is the user's to write or not */
	snprintf(url, sizeof(url), "%.*s/v3/%s",
		 (int)(strlen(h->c->etcd.list[member]) -
		       (h->c->etcd.list[member][strlen(h->c->etcd.list[member]) - 1] == '/')),
		 h->c->etcd.list[member], method);
	headers = slist_append(NULL, "Content-Type: application/json");
	if (*h->token) {
		snprintf(authorization, sizeof(authorization), "Authorization: %s", h->token);
		headers = slist_append(headers, authorization);
	}
	easy_setopt(handle, CURLOPT_URL, url);
	easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
	easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, body);
	easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, cap(h, CONNECT_MS));
	return headers;
}

int etcd_http_prepare(struct etcd_http *h, const char *method, json_t *request, void **ret,
		      void **ret_headers, struct error *e)
{
	_json_ json_t *taken = request;
	_free_ char *body = taken ? json_dumps(taken, JSON_COMPACT) : NULL;
	CURL *handle = NULL;
	int r = body ? new_handle(h, &handle, e) : error_sys(e, -ENOMEM, "cannot ask etcd");

	if (r < 0)
		return r;
	*ret_headers = address(h, handle, h->member, method, body);
	*ret = handle;
	return 0;
}

/* Posts to one member. Returns libcurl's code, and the HTTP status. */
static CURLcode post(struct etcd_http *h, size_t member, const char *method, const char *body,
		     long *ret_status)
{
	struct curl_slist *headers = address(h, h->handle, member, method, body);
	CURLcode code;

	h->len = 0;
	h->large = false;
	*ret_status = 0;
	easy_setopt(h->handle, CURLOPT_TIMEOUT_MS, cap(h, ANSWER_MS));
	code = easy_perform(h->handle);
	easy_getinfo(h->handle, CURLINFO_RESPONSE_CODE, ret_status);
	slist_free(headers);
	return code;
}

/*
 * Asks the members in turn. Returns 0 and the status of the answer in h->answer, which is not one
 * of a member's trouble; or -EHOSTDOWN or -EIO.
 */
static int post_any(struct etcd_http *h, const char *method, const char *body, long *ret_status,
		    struct error *e)
{
	const size_t count = h->c->etcd.count;

	for (size_t i = 0; i < count; i++) {
		const size_t member = (h->member + i) % count;
		const char *url = h->c->etcd.list[member];
		CURLcode code = post(h, member, method, body, ret_status);
		char why[256];

		if (code == CURLE_OK && *ret_status < 500) {
			h->member = member;
			return 0;
		}
		if (h->large)
			return error_set(e, STATUS_FAILED, -EIO,
					 "etcd's answer at %s is larger than 4 MiB", url);
		etcd_refusal(h->answer, code == CURLE_OK ? h->len : 0, why);
		error_set(e, STATUS_FAILED, -EHOSTDOWN, "etcd does not answer at %s%s: %s", url,
			  count > 1 ? ", nor do the others" : "",
			  code != CURLE_OK ? easy_strerror(code)
			  : *why	   ? why
					   : "it is in trouble");
	}
	return -EHOSTDOWN;
}

/* Asks for a token. Returns 0 or -errno. */
static int log_in(struct etcd_http *h, struct error *e)
{
	_json_ json_t *request =
		json_pack("{s:s, s:s}", "name", h->c->user, "password", h->c->password);
	_json_ json_t *answer = NULL;
	_free_ char *body = json_dumps(request, JSON_COMPACT);
	const char *token;
	long status;
	int r;

	*h->token = '\0';
	if (!body)
		return error_sys(e, -ENOMEM, "cannot ask etcd");
	r = post_any(h, "auth/authenticate", body, &status, e);
	if (r < 0)
		return r;
	if (status != 200 || etcd_answer(h->answer, h->len, &answer) < 0 ||
	    !(token = json_text(answer, "token")) || strlen(token) >= sizeof(h->token) ||
	    text_has_control(token)) {
		char why[256];

		etcd_refusal(h->answer, h->len, why);
		return error_set(e, STATUS_FAILED, -EIO, "etcd does not let %.64s in: %s",
				 h->c->user, *why ? why : "its answer makes no sense");
	}
	snprintf(h->token, sizeof(h->token), "%s", token);
	return 0;
}

int etcd_ask(struct etcd_http *h, const char *method, json_t *request, json_t **ret,
	     struct error *e)
{
	_json_ json_t *taken = request;
	_free_ char *body = taken ? json_dumps(taken, JSON_COMPACT) : NULL;
	bool fresh = false;
	char why[256];
	long status = 0;
	int r = body ? begin(h, e) : error_sys(e, -ENOMEM, "cannot ask etcd");

	for (int tries = 0; r == 0 && tries < 2; tries++) {
		if (h->c->user && !*h->token) {
			r = log_in(h, e);
			fresh = true;
		}
		if (r == 0)
			r = post_any(h, method, body, &status, e);
		/* a token lasts five minutes by default, and no longer than its member */
		if (r < 0 || status != 401 || fresh)
			break;
		*h->token = '\0';
	}
	if (r < 0)
		return r;
	r = status == 200 ? etcd_answer(h->answer, h->len, ret) : -EBADMSG;
	if (r == -ENOMEM)
		return error_sys(e, r, "cannot read etcd's answer");
	if (r == 0)
		return 0;
	etcd_refusal(h->answer, h->len, why);
	return error_set(e, STATUS_FAILED, -EIO, "etcd at %s refuses: %s",
			 h->c->etcd.list[h->member], *why ? why : "its answer makes no sense");
}
