/*
 * An engine's HTTP API on its Unix socket, through libcurl; the only file that uses it.
 *
 * Theory of operation: a session is one libcurl multi handle, whose transfers go on beside each
 * other in one thread, and which blocks until something comes. How long a transfer takes is
 * counted here and not by libcurl, by the clock of what was waited for the engine: a caller may be
 * held up for long between two turns (runtime_watch.c: by the applier), and what has arrived
 * meanwhile is not late.
 */
#include "engine/http.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "base/cleanup.h"
#include "base/library.h"
#include "engine/relay.h"

#define POLL_MS 3600000	    /* an idle stream wakes nobody */
#define BUSY_MOST_US 100000 /* of one turn's work, counts as waiting */

static CURL *(*easy_init)(void);
static CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
static CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
static CURLcode (*easy_pause)(CURL *handle, int what);
static const char *(*easy_strerror)(CURLcode code);
static void (*easy_cleanup)(CURL *handle);
static CURLM *(*multi_init)(void);
static CURLMcode (*multi_add)(CURLM *multi, CURL *handle);
static CURLMcode (*multi_perform)(CURLM *multi, int *running);
static CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd *extra, unsigned int count, int ms,
			       int *ready);
static CURLMsg *(*multi_info)(CURLM *multi, int *left);
static CURLMcode (*multi_remove)(CURLM *multi, CURL *handle);
static CURLMcode (*multi_cleanup)(CURLM *multi);

struct engine_transfer {
	struct engine_transfer *next;
	struct engine_session *session;
	struct engine_request r;
	CURL *handle;
	int64_t waited_us;	   /* for the whole, or for the next byte */
	char which[ENGINE_ID_MAX]; /* of the request, for the relay */
	bool paused, refused, denied;
	enum engine_take cut; /* why it is to fail, or ENGINE_TAKEN */
};

struct engine_session {
	const struct config_engine *engine;
	int relay; /* 0: none */
	CURLM *multi;
	struct engine_transfer *first;
};

static int load(struct error *e)
{
	const struct library_symbol symbols[] = {
		{ "curl_easy_init", &easy_init },
		{ "curl_easy_setopt", &easy_setopt },
		{ "curl_easy_getinfo", &easy_getinfo },
		{ "curl_easy_pause", &easy_pause },
		{ "curl_easy_strerror", &easy_strerror },
		{ "curl_easy_cleanup", &easy_cleanup },
		{ "curl_multi_init", &multi_init },
		{ "curl_multi_add_handle", &multi_add },
		{ "curl_multi_perform", &multi_perform },
		{ "curl_multi_poll", &multi_poll },
		{ "curl_multi_info_read", &multi_info },
		{ "curl_multi_remove_handle", &multi_remove },
		{ "curl_multi_cleanup", &multi_cleanup },
	};

	return library_load("libcurl.so.4", symbols, ARRAY_SIZE(symbols), e);
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static long status_of(const struct engine_transfer *t)
{
	long status = 0;

	easy_getinfo(t->handle, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

/* Called for every header line; the empty one ends the headers. */
static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct engine_transfer *t = arg;

	if (size * count > 2 || (data[0] != '\r' && data[0] != '\n'))
		return size * count;
	/* a WebSocket is what follows another status (RFC 9110, 15.2.2) */
	t->refused = t->r.only_ok && status_of(t) != (t->r.what == INCUS_EVENTS ? 101 : 200);
	if (t->refused)
		return 0; /* ends the transfer with CURLE_WRITE_ERROR */
	if (t->r.begun)
		t->r.begun(t->r.arg);
	return size * count;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct engine_transfer *t = arg;
	enum engine_take take;

	if (t->r.silence_ms)
		t->waited_us = 0;
	take = t->r.data(data, size * count, t->r.arg);
	if (take == ENGINE_TAKEN)
		return size * count;
	t->paused = take == ENGINE_LATER;
	if (t->paused)
		return CURL_WRITEFUNC_PAUSE;
	t->cut = take;
	return 0;
}

int engine_session_new(const struct config_engine *engine, int relay, struct engine_session **ret,
		       struct error *e)
{
	struct engine_session *s;
	int r = load(e);

	if (r < 0)
		return r;
	s = calloc(1, sizeof(*s));
	if (s) {
		s->engine = engine;
		s->relay = relay;
		s->multi = multi_init();
	}
	if (!s || !s->multi) {
		if (s)
			engine_session_free(s);
		return error_sys(e, -ENOMEM, "cannot ask %s", engine->title);
	}
	*ret = s;
	return 0;
}

/* Takes a transfer out of its session. */
static void transfer_free(struct engine_transfer *t)
{
	struct engine_transfer **at = &t->session->first;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	multi_remove(t->session->multi, t->handle);
	easy_cleanup(t->handle);
	free(t);
}

void engine_session_free(struct engine_session *s)
{
	while (s->first)
		transfer_free(s->first);
	if (s->multi)
		multi_cleanup(s->multi);
	free(s);
}

/*
 * CURLOPT_OPENSOCKETFUNCTION: a connection by way of the relay. libcurl (7.88) calls connect(2) on
 * it whatever it is told: in the processes that have a relay that call does nothing
 * (confine_calls).
 */
static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct engine_transfer *t = arg;
	int fd = engine_relay_open(t->session->relay, t->r.what, t->which);

	(void)purpose, (void)address;
	t->denied = fd == -EACCES;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* Sets the request's options. */
static void prepare(struct engine_transfer *t, const char *path)
{
	char url[ENGINE_PATH_MAX + 16];

	snprintf(url, sizeof(url), "http://docker%s", path);
	easy_setopt(t->handle, CURLOPT_UNIX_SOCKET_PATH, t->session->engine->socket);
	easy_setopt(t->handle, CURLOPT_URL, url);
	easy_setopt(t->handle, CURLOPT_NOPROXY, "*");
	easy_setopt(t->handle, CURLOPT_NOSIGNAL, 1L);
	/* an idle service holds one connection: the stream's */
	easy_setopt(t->handle, CURLOPT_FORBID_REUSE, 1L);
	if (t->session->relay) {
		easy_setopt(t->handle, CURLOPT_OPENSOCKETFUNCTION, on_open);
		easy_setopt(t->handle, CURLOPT_OPENSOCKETDATA, t);
	}
	easy_setopt(t->handle, CURLOPT_HEADERFUNCTION, on_header);
	easy_setopt(t->handle, CURLOPT_HEADERDATA, t);
	easy_setopt(t->handle, CURLOPT_WRITEFUNCTION, on_body);
	easy_setopt(t->handle, CURLOPT_WRITEDATA, t);
}

int engine_begin(struct engine_session *s, const struct engine_request *r,
		 struct engine_transfer **ret, struct error *e)
{
	struct engine_transfer *t;
	char path[ENGINE_PATH_MAX];

	if (engine_path(r->what, r->which, path) < 0)
		return error_set(e, STATUS_FAILED, -EINVAL, "there can be no '%.80s'", r->which);
	t = calloc(1, sizeof(*t));
	if (!t)
		return error_sys(e, -ENOMEM, "cannot ask %s", s->engine->title);
	t->session = s;
	t->r = *r;
	snprintf(t->which, sizeof(t->which), "%s", r->which ? r->which : "");
	t->handle = easy_init();
	if (!t->handle) {
		free(t);
		return error_sys(e, -ENOMEM, "cannot ask %s", s->engine->title);
	}
	t->next = s->first;
	s->first = t;
	prepare(t, path);
	if (multi_add(s->multi, t->handle) != CURLM_OK) {
		transfer_free(t);
		return error_sys(e, -ENOMEM, "cannot ask %s", s->engine->title);
	}
	if (ret)
		*ret = t;
	return 0;
}

void engine_resume(struct engine_transfer *t)
{
	t->paused = false;
	/* what waited is handed on in this very call */
	if (easy_pause(t->handle, CURLPAUSE_CONT) != CURLE_OK)
		t->cut = t->cut ? t->cut : ENGINE_BROKEN;
}

/* Whether a stream that ended this way was ended by the daemon. */
static bool is_end(CURLcode code)
{
	return code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING;
}

/* What a transfer that ended so is worth. Returns as `done` gets it. */
static int outcome(const struct engine_transfer *t, CURLcode code, struct error *e)
{
	const struct config_engine *engine = t->session->engine;

	if (t->refused)
		return error_set(e, STATUS_FAILED, -EIO, "%s answers with HTTP status %ld",
				 engine->title, status_of(t));
	if (t->cut == ENGINE_TOO_LARGE)
		return error_set(e, STATUS_FAILED, -EIO, "%s's answer is larger than 4 MiB",
				 engine->title);
	if (t->cut)
		return error_set(e, STATUS_FAILED, -EIO, "cannot make sense of %s's answer",
				 engine->title);
	if (code == CURLE_OK || (t->r.endless && is_end(code)))
		return 0;
	if (t->denied)
		return error_set(e, STATUS_FAILED, -EACCES,
				 "root may not connect to %s: chown it, or its directory, to root",
				 engine->socket);
	if (code == CURLE_COULDNT_CONNECT)
		return error_set(e, STATUS_FAILED, -EHOSTDOWN, "%s does not answer on %s (%s)",
				 engine->title, engine->socket, engine->start);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return error_set(e, STATUS_FAILED, -ETIMEDOUT,
				 "%s hangs: it takes connections on %s and does not answer",
				 engine->title, engine->socket);
	return error_set(e, STATUS_FAILED, -EIO, "cannot ask %s on %s: %s", engine->title,
			 engine->socket, easy_strerror(code));
}

/* Ends a transfer, and tells so. */
static void finish(struct engine_transfer *t, CURLcode code)
{
	const struct engine_request request = t->r;
	struct error e = { .status = STATUS_DONE };
	int r = outcome(t, code, &e);
	long status = status_of(t);

	transfer_free(t);
	request.done(r, status, &e, request.arg);
}

/* How long the engine may still be waited for; -1: for ever. In microseconds. */
static int64_t time_left(const struct engine_transfer *t)
{
	int64_t most = (t->r.timeout_ms ? t->r.timeout_ms : t->r.silence_ms) * (int64_t)1000;

	if (most == 0 || t->paused)
		return -1;
	return t->waited_us < most ? most - t->waited_us : 0;
}

/* Ends one transfer that libcurl is done with, was cut or is too late. Returns whether there was
 * one. */
static bool finish_one(struct engine_session *s)
{
	struct engine_transfer *t = s->first;
	const CURLMsg *message;
	int left;

	while ((message = multi_info(s->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		while (t->handle != message->easy_handle)
			t = t->next;
		finish(t, message->data.result);
		return true;
	}
	for (; t; t = t->next)
		if (t->cut || time_left(t) == 0) {
			finish(t, CURLE_OPERATION_TIMEDOUT);
			return true;
		}
	return false;
}

/* How long to block at most, in milliseconds. */
static int poll_ms(const struct engine_session *s, long most_ms)
{
	int64_t least = (most_ms < 0 ? POLL_MS : most_ms) * (int64_t)1000;

	for (const struct engine_transfer *t = s->first; t; t = t->next) {
		int64_t left = t->cut ? 0 : time_left(t);

		if (left >= 0 && left < least)
			least = left;
	}
	return (int)((least + 999) / 1000);
}

/* Counts time as waited for the engine. */
static void count(struct engine_session *s, int64_t us)
{
	for (struct engine_transfer *t = s->first; t; t = t->next)
		if (!t->paused)
			t->waited_us += us;
}

int engine_turn(struct engine_session *s, long most_ms, struct error *e)
{
	int64_t begin = now_us(), polled, busy;
	int running;

	if (multi_poll(s->multi, NULL, 0, poll_ms(s, most_ms), NULL) != CURLM_OK)
		return error_set(e, STATUS_FAILED, -EIO, "cannot wait for %s", s->engine->title);
	polled = now_us();
	count(s, polled - begin);
	if (multi_perform(s->multi, &running) != CURLM_OK)
		return error_set(e, STATUS_FAILED, -EIO, "cannot read from %s", s->engine->title);
	busy = now_us() - polled;
	count(s, busy < BUSY_MOST_US ? busy : BUSY_MOST_US);
	while (finish_one(s))
		;
	return 0;
}
