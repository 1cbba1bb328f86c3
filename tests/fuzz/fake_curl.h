/* A Docker daemon made of one fuzz input, in place of libcurl. */
#ifndef V6HOOK_FAKE_CURL_H
#define V6HOOK_FAKE_CURL_H

#include <stddef.h>
#include <stdint.h>

/*
 * What the daemon will say. Parts are separated by a line "--". The first is the stream of events;
 * the others answer the requests in turn, the last one again and again. A part that begins with
 * three digits and a newline has this HTTP status, others 200.
 * @data: to be kept until the last request
 */
void fake_curl(const uint8_t *data, size_t size);

#endif
