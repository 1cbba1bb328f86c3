/*
 * A Docker daemon, or an etcd, made of one fuzz input, in place of libcurl.
 *
 * Linked instead of helper/base/library.c: what asks for libcurl gets the functions below, so
 * that all of engine/http.c and what is above it is the production's. The stream comes in pieces of
 * every size, mostly while nothing else is under way, so that all else is answered before it ends.
 */
#include "fake_curl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/library.h"

#define PARTS 16
#define PIECE_MOST 61 /* bytes */

static struct part {
	const uint8_t *data;
	size_t size;
	long status;
} parts[PARTS];
static size_t part_count, next;

struct handle {
	curl_write_callback header, write;
	void *header_arg, *write_arg;
	bool stream, begun, paused, over, told;
	CURLcode code;
	long status;
	const uint8_t *data;
	size_t size, piece;
	CURLMsg message;
};

#define HANDLES 64
static struct handle *handles[HANDLES]; /* those that are under way */
static unsigned int turn;

static void add_part(const uint8_t *data, size_t size)
{
	struct part part = { data, size, 200 };

	if (size >= 4 && data[3] == '\n' && memchr("12345", data[0], 5) && data[1] >= '0' &&
	    data[1] <= '9' && data[2] >= '0' && data[2] <= '9') {
		part.status = (data[0] - '0') * 100 + (data[1] - '0') * 10 + (data[2] - '0');
		part.data += 4;
		part.size -= 4;
	}
	parts[part_count++] = part;
}

void fake_curl(const uint8_t *data, size_t size)
{
	const uint8_t *end;

	part_count = 0;
	next = 1;
	turn = 0;
	while (part_count < PARTS - 1 && (end = memmem(data, size, "\n--\n", 4))) {
		add_part(data, (size_t)(end - data) + 1);
		size -= (size_t)(end + 4 - data);
		data = end + 4;
	}
	add_part(data, size);
}

static CURL *easy_init(void)
{
	return calloc(1, sizeof(struct handle));
}

static void easy_cleanup(CURL *handle)
{
	free(handle);
}

static CURLcode easy_setopt(CURL *handle, CURLoption option, ...)
{
	struct handle *h = handle;
	va_list args;

	va_start(args, option);
	switch ((int)option) {
	case CURLOPT_HEADERFUNCTION:
		h->header = va_arg(args, curl_write_callback);
		break;
	case CURLOPT_HEADERDATA:
		h->header_arg = va_arg(args, void *);
		break;
	case CURLOPT_URL:
		h->stream = strstr(va_arg(args, const char *), "/events");
		break;
	case CURLOPT_WRITEFUNCTION:
		h->write = va_arg(args, curl_write_callback);
		break;
	case CURLOPT_WRITEDATA:
		h->write_arg = va_arg(args, void *);
		break;
	default:
		break;
	}
	va_end(args);
	return CURLE_OK;
}

static void end(struct handle *h, CURLcode code)
{
	h->over = true;
	h->code = code;
}

/* Begins the answer: the part that it is, and its headers. */
static void begin(struct handle *h)
{
	const struct part *p = &parts[0];
	char line[] = "Server: Docker\r\n";

	h->begun = true;
	if (!h->stream && part_count < 2) {
		end(h, CURLE_COULDNT_CONNECT);
		return;
	}
	if (!h->stream)
		p = &parts[next < part_count ? next++ : part_count - 1];
	h->status = p->status;
	h->data = p->data;
	h->size = p->size;
	h->piece = 1;
	if (h->header(line, 1, strlen(line), h->header_arg) != strlen(line) ||
	    h->header(line + strlen(line) - 2, 1, 2, h->header_arg) != 2)
		end(h, CURLE_WRITE_ERROR);
}

/* Hands on the next piece, copied to memory that ends where it does. */
static void hand_piece(struct handle *h)
{
	size_t n = h->piece < h->size ? h->piece : h->size, taken;
	char *copy;

	if (n == 0) {
		end(h, CURLE_OK);
		return;
	}
	copy = malloc(n);
	if (!copy)
		abort();
	memcpy(copy, h->data, n);
	taken = h->write(copy, 1, n, h->write_arg);
	free(copy);
	if (taken == CURL_WRITEFUNC_PAUSE) {
		h->paused = true;
		return;
	}
	h->data += n;
	h->size -= n;
	h->piece = h->piece >= 4096 ? h->piece : h->piece * 7 % PIECE_MOST;
	if (taken != n)
		end(h, CURLE_WRITE_ERROR);
}

static CURLcode easy_pause(CURL *handle, int what)
{
	struct handle *h = handle;

	(void)what;
	h->paused = false;
	/* as libcurl does: within this call */
	hand_piece(h);
	return h->over && h->code != CURLE_OK ? h->code : CURLE_OK;
}

static CURLcode easy_getinfo(CURL *handle, CURLINFO info, ...)
{
	va_list args;

	va_start(args, info);
	if (info == CURLINFO_RESPONSE_CODE)
		*va_arg(args, long *) = ((struct handle *)handle)->status;
	va_end(args);
	return CURLE_OK;
}

/* As etcd is asked: the parts answer in turn, with 599 for one that is not there. */
static CURLcode easy_perform(CURL *handle)
{
	struct handle *h = handle;
	const struct part *p = &parts[turn++ % part_count];

	h->over = false;
	h->code = CURLE_OK;
	h->status = p->status;
	h->data = p->data;
	h->size = p->size;
	h->piece = 4096;
	if (h->status == 599)
		return CURLE_COULDNT_CONNECT;
	while (!h->over)
		hand_piece(h);
	return h->code;
}

static struct curl_slist *slist_append(struct curl_slist *list, const char *text)
{
	if (strlen(text) > 4096)
		abort();
	return list;
}

static void slist_free(struct curl_slist *list)
{
	(void)list;
}

static CURLM *multi_init(void)
{
	return handles;
}

static CURLMcode multi_add(CURLM *multi, CURL *handle)
{
	(void)multi;
	for (size_t i = 0; i < HANDLES; i++)
		if (!handles[i]) {
			handles[i] = handle;
			return CURLM_OK;
		}
	return CURLM_OUT_OF_MEMORY;
}

static CURLMcode multi_perform(CURLM *multi, int *running)
{
	struct handle *stream = NULL;
	bool others = false;

	(void)multi;
	turn++;
	for (size_t i = 0; i < HANDLES; i++) {
		struct handle *h = handles[i];

		if (!h || h->over || h->paused)
			continue;
		if (h->stream) {
			stream = h;
			continue;
		}
		others = true;
		if (!h->begun)
			begin(h);
		/* the later ones of several are often answered first */
		for (int k = 0; k < 40 && !h->over && !h->paused && (turn + i) % 3; k++)
			hand_piece(h);
	}
	if (stream && (!others || turn % 4 == 0)) {
		if (!stream->begun)
			begin(stream);
		else if (!others || stream->size > 0)
			hand_piece(stream);
	}
	*running = others || stream;
	return CURLM_OK;
}

static CURLMcode multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned int count, int ms,
			    int *ready)
{
	(void)multi, (void)extra, (void)count, (void)ms, (void)ready;
	return CURLM_OK;
}

static CURLMsg *multi_info(CURLM *multi, int *left)
{
	(void)multi;
	*left = 0;
	for (size_t i = 0; i < HANDLES; i++) {
		struct handle *h = handles[i];

		if (!h || !h->over || h->told)
			continue;
		h->told = true;
		h->message.msg = CURLMSG_DONE;
		h->message.easy_handle = h;
		h->message.data.result = h->code;
		return &h->message;
	}
	return NULL;
}

static CURLMcode multi_remove(CURLM *multi, CURL *handle)
{
	(void)multi;
	for (size_t i = 0; i < HANDLES; i++)
		if (handles[i] == handle)
			handles[i] = NULL;
	return CURLM_OK;
}

static CURLMcode multi_cleanup(CURLM *multi)
{
	(void)multi;
	return CURLM_OK;
}

static const char *easy_strerror(CURLcode code)
{
	(void)code;
	return "the fuzzer's error";
}

int library_load(const char *soname, const struct library_symbol *symbols, size_t count,
		 struct error *e)
{
	static const struct {
		const char *name;
		void *function;
	} known[] = {
		{ "curl_easy_init", (void *)easy_init },
		{ "curl_easy_setopt", (void *)easy_setopt },
		{ "curl_easy_pause", (void *)easy_pause },
		{ "curl_easy_getinfo", (void *)easy_getinfo },
		{ "curl_easy_strerror", (void *)easy_strerror },
		{ "curl_easy_cleanup", (void *)easy_cleanup },
		{ "curl_easy_perform", (void *)easy_perform },
		{ "curl_slist_append", (void *)slist_append },
		{ "curl_slist_free_all", (void *)slist_free },
		{ "curl_multi_init", (void *)multi_init },
		{ "curl_multi_add_handle", (void *)multi_add },
		{ "curl_multi_perform", (void *)multi_perform },
		{ "curl_multi_poll", (void *)multi_poll },
		{ "curl_multi_info_read", (void *)multi_info },
		{ "curl_multi_remove_handle", (void *)multi_remove },
		{ "curl_multi_cleanup", (void *)multi_cleanup },
	};
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			if (strcmp(symbols[i].name, known[k].name) == 0) {
				memcpy(symbols[i].into, &known[k].function, sizeof(void *));
				found++;
			}
	if (found == count)
		return 0;
	return error_set(e, STATUS_FAILED, -EHOSTDOWN, "%s is not faked", soname);
}

void library_rest(void)
{
}
