/* Docker's HTTP API on a Unix socket, through libcurl; the only file that speaks to the socket. */
#include "runtime/docker_http.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "base/cleanup.h"
#include "runtime/library.h"

#define ANSWER_MAX (4u * 1024 * 1024) /* bytes of one inspect; labels can make it large */
#define TIMEOUT_MS 5000
#define FOLLOW_POLL_MS 3600000 /* an idle stream wakes nobody */

static CURL *(*easy_init)(void);
static CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
static CURLcode (*easy_perform)(CURL *handle);
static CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
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

static int load(struct error *e)
{
	const struct library_symbol symbols[] = {
		{ "curl_easy_init", &easy_init },
		{ "curl_easy_setopt", &easy_setopt },
		{ "curl_easy_perform", &easy_perform },
		{ "curl_easy_getinfo", &easy_getinfo },
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

static void cleanup_handle(CURL **handle)
{
	if (*handle)
		easy_cleanup(*handle);
}

static size_t on_data(char *data, size_t size, size_t count, void *arg)
{
	struct docker_answer *a = arg;
	size_t n = size * count;
	char *larger;

	if (n > ANSWER_MAX - a->len)
		return 0; /* ends the transfer with CURLE_WRITE_ERROR */
	larger = realloc(a->text, a->len + n + 1);
	if (!larger)
		return 0;
	a->text = larger;
	memcpy(a->text + a->len, data, n);
	a->len += n;
	a->text[a->len] = '\0';
	return n;
}

/* What every request has in common. */
static void prepare(CURL *handle, const char *socket, const char *path)
{
	char url[512];

	snprintf(url, sizeof(url), "http://docker%s", path);
	easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, socket);
	easy_setopt(handle, CURLOPT_URL, url);
	easy_setopt(handle, CURLOPT_NOPROXY, "*");
	easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
}

static int no_daemon(const char *socket, struct error *e)
{
	return error_set(e, STATUS_FAILED, -EHOSTDOWN,
			 "Docker does not answer on %s: is dockerd running?", socket);
}

int docker_get(const char *socket, const char *path, struct docker_answer *ret, long *ret_status,
	       struct error *e)
{
	CLEANUP(cleanup_handle) CURL *handle = NULL;
	CURLcode code;
	int r = load(e);

	if (r < 0)
		return r;
	handle = easy_init();
	if (!handle)
		return error_sys(e, -ENOMEM, "cannot ask Docker");
	prepare(handle, socket, path);
	easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
	easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_data);
	easy_setopt(handle, CURLOPT_WRITEDATA, ret);
	code = easy_perform(handle);
	if (code == CURLE_COULDNT_CONNECT)
		return no_daemon(socket, e);
	if (code == CURLE_WRITE_ERROR)
		return error_set(e, STATUS_FAILED, -EIO, "Docker's answer is larger than 4 MiB");
	if (code != CURLE_OK)
		return error_set(e, STATUS_FAILED, -EIO, "cannot ask Docker on %s: %s", socket,
				 easy_strerror(code));
	easy_getinfo(handle, CURLINFO_RESPONSE_CODE, ret_status);
	return 0;
}

/* A stream being followed: what has arrived of its present line. */
struct stream {
	CURL *handle;
	void (*opened)(void *arg);
	docker_line line;
	void *arg;
	char *text;
	size_t used, most;
	bool too_long; /* this line is being skipped */
	bool failed;
};

static void stream_release(struct stream *s)
{
	cleanup_handle(&s->handle);
	free(s->text);
}

/* Called for every header line; the empty one ends the headers. */
static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct stream *s = arg;
	long status = 0;

	if (size * count > 2 || (data[0] != '\r' && data[0] != '\n'))
		return size * count;
	easy_getinfo(s->handle, CURLINFO_RESPONSE_CODE, &status);
	s->failed = status != 200;
	if (s->failed)
		return 0;
	s->opened(s->arg);
	return size * count;
}

/* Ends the present line and hands it on. */
static void end_line(struct stream *s)
{
	s->text[s->used] = '\0';
	if (s->too_long)
		s->line(NULL, s->used, s->arg);
	else if (s->used)
		s->line(s->text, s->used, s->arg);
	s->used = 0;
	s->too_long = false;
}

static size_t on_stream(char *data, size_t size, size_t count, void *arg)
{
	struct stream *s = arg;
	size_t n = size * count;

	for (size_t i = 0; i < n; i++) {
		if (data[i] == '\n')
			end_line(s);
		else if (s->used < s->most)
			s->text[s->used++] = data[i];
		else
			s->too_long = true;
	}
	return n;
}

/* Performs a request as curl_easy_perform does, which wakes up every second though. */
static CURLcode perform_long(CURL *handle)
{
	CURLcode code = CURLE_OUT_OF_MEMORY;
	CURLM *multi = multi_init();
	int running = 1, left;
	CURLMsg *message;

	if (!multi)
		return code;
	if (multi_add(multi, handle) == CURLM_OK) {
		while (multi_perform(multi, &running) == CURLM_OK && running)
			if (multi_poll(multi, NULL, 0, FOLLOW_POLL_MS, NULL) != CURLM_OK)
				break;
		message = multi_info(multi, &left);
		if (message && message->msg == CURLMSG_DONE)
			code = message->data.result;
		multi_remove(multi, handle);
	}
	multi_cleanup(multi);
	return code;
}

int docker_follow(const char *socket, const char *path, size_t most, void (*opened)(void *arg),
		  docker_line line, void *arg, struct error *e)
{
	CLEANUP(stream_release)
	struct stream s = { .opened = opened, .line = line, .arg = arg, .most = most };
	CURLcode code;
	int r = load(e);

	if (r < 0)
		return r;
	s.text = malloc(most + 1);
	s.handle = easy_init();
	if (!s.text || !s.handle)
		return error_sys(e, -ENOMEM, "cannot follow Docker");
	prepare(s.handle, socket, path);
	easy_setopt(s.handle, CURLOPT_HEADERFUNCTION, on_header);
	easy_setopt(s.handle, CURLOPT_HEADERDATA, &s);
	easy_setopt(s.handle, CURLOPT_WRITEFUNCTION, on_stream);
	easy_setopt(s.handle, CURLOPT_WRITEDATA, &s);
	code = perform_long(s.handle);
	if (code == CURLE_COULDNT_CONNECT)
		return no_daemon(socket, e);
	if (s.failed || (code != CURLE_OK && code != CURLE_PARTIAL_FILE &&
			 code != CURLE_RECV_ERROR && code != CURLE_GOT_NOTHING))
		return error_set(e, STATUS_FAILED, -EIO, "cannot follow Docker on %s: %s", socket,
				 easy_strerror(code));
	return 0;
}
