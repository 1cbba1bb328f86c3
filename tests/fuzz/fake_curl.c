/*
 * A Docker daemon made of one fuzz input, in place of libcurl.
 *
 * Linked instead of helper/runtime/library.c: what asks for libcurl gets the functions below, so
 * that all of docker_http.c, docker.c and docker_watch.c is the production's. The stream comes in
 * pieces of every size.
 */
#include "fake_curl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "runtime/library.h"

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
	long status;
	bool stream;
};

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
		h->stream = true;
		break;
	case CURLOPT_HEADERDATA:
		h->header_arg = va_arg(args, void *);
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

/* Hands data to a callback in pieces, each copied to memory that ends where it does. */
static bool hand(curl_write_callback to, void *arg, const uint8_t *data, size_t size)
{
	for (size_t piece = 1, n; size > 0; data += n, size -= n, piece = piece * 7 % PIECE_MOST) {
		char *copy;
		bool taken;

		n = piece < size ? piece : size;
		copy = malloc(n);
		if (!copy)
			return false;
		memcpy(copy, data, n);
		taken = to(copy, 1, n, arg) == n;
		free(copy);
		if (!taken)
			return false;
	}
	return true;
}

static CURLcode easy_perform(CURL *handle)
{
	struct handle *h = handle;
	const struct part *p = &parts[0];
	char line[] = "Server: Docker\r\n";

	if (!h->stream) {
		if (part_count < 2)
			return CURLE_COULDNT_CONNECT;
		p = &parts[next < part_count ? next++ : part_count - 1];
	}
	h->status = p->status;
	if (h->stream && (h->header(line, 1, strlen(line), h->header_arg) != strlen(line) ||
			  h->header(line + strlen(line) - 2, 1, 2, h->header_arg) != 2))
		return CURLE_WRITE_ERROR;
	return hand(h->write, h->write_arg, p->data, p->size) ? CURLE_OK : CURLE_WRITE_ERROR;
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

/* A multi handle of one: what it has performed is told by its message. */
static struct {
	CURL *handle;
	CURLMsg message;
} only;

static CURLM *multi_init(void)
{
	return &only;
}

static CURLMcode multi_add(CURLM *multi, CURL *handle)
{
	(void)multi;
	only.handle = handle;
	return CURLM_OK;
}

static CURLMcode multi_perform(CURLM *multi, int *running)
{
	(void)multi;
	only.message.msg = CURLMSG_DONE;
	only.message.data.result = easy_perform(only.handle);
	*running = 0;
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
	return &only.message;
}

static CURLMcode multi_remove(CURLM *multi, CURL *handle)
{
	(void)multi, (void)handle;
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
		{ "curl_easy_perform", (void *)easy_perform },
		{ "curl_easy_getinfo", (void *)easy_getinfo },
		{ "curl_easy_strerror", (void *)easy_strerror },
		{ "curl_easy_cleanup", (void *)easy_cleanup },
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
