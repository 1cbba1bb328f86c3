/* Incus's stream of events: the messages of a WebSocket, of which only the server speaks. */
#include "engine/frames.h"

#include <errno.h>
#include <string.h>

/* Of the first two bytes of a frame: RFC 6455, 5.2 */
#define FIN 0x80
#define RESERVED 0x70
#define OPCODE 0x0f
#define MASKED 0x80
#define LENGTH 0x7f
#define LENGTH_16 126 /* two bytes of length follow */
#define LENGTH_64 127 /* eight */
#define CONTROL 0x08  /* such a frame is short, and may come within a message */

enum opcode { CONTINUED = 0, TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };

/* How many bytes the head of this frame has, by its second. */
static size_t head_size(const struct engine_frames *f)
{
	const unsigned int length = f->head_used < 2 ? 0 : f->head[1] & LENGTH;

	return length == LENGTH_64 ? 10 : length == LENGTH_16 ? 4 : 2;
}

static uint64_t payload_size(const struct engine_frames *f)
{
	const size_t size = head_size(f);
	uint64_t n = 0;

	if (size == 2)
		return f->head[1] & LENGTH;
	for (size_t i = 2; i < size; i++)
		n = n << 8 | f->head[i];
	return n;
}

/* Begins the frame whose head is whole. Returns as engine_frames_read. */
static int begin(struct engine_frames *f)
{
	const unsigned int opcode = f->head[0] & OPCODE;
	const bool end = f->head[0] & FIN;

	f->within = true;
	f->left = payload_size(f);
	/* a server masks nothing, and no extension was asked for */
	if (f->head[0] & RESERVED || f->head[1] & MASKED || f->left > INT64_MAX)
		return -EBADMSG;
	switch (opcode) {
	case CLOSE:
		return 1;
	case PING:
	case PONG:
		return end && head_size(f) == 2 ? 0 : -EBADMSG;
	case TEXT:
	case CONTINUED:
		if (f->begun != (opcode == CONTINUED))
			return -EBADMSG;
		f->begun = true;
		return 0;
	default:
		return -EBADMSG;
	}
}

/* Keeps a piece of a message. */
static void keep(struct engine_frames *f, const char *data, size_t len)
{
	if (f->head[0] & CONTROL)
		return;
	f->too_long |= len > f->most - f->used;
	if (f->too_long)
		return;
	memcpy(f->text + f->used, data, len);
	f->used += len;
}

/* The frame is whole; and the message, if it was its last. */
static void end(struct engine_frames *f, void (*message)(const char *text, size_t len, void *arg),
		void *arg)
{
	f->within = false;
	f->head_used = 0;
	if (f->head[0] & CONTROL || !(f->head[0] & FIN))
		return;
	f->text[f->used] = '\0';
	if (f->too_long)
		message(NULL, 0, arg);
	else if (f->used)
		message(f->text, f->used, arg);
	f->begun = f->too_long = false;
	f->used = 0;
}

int engine_frames_read(struct engine_frames *f, const char *data, size_t len,
		       void (*message)(const char *text, size_t len, void *arg), void *arg)
{
	int r;

	while (len) {
		size_t n = 1;

		if (f->within) {
			n = f->left < len ? (size_t)f->left : len;
			keep(f, data, n);
			f->left -= n;
		} else {
			f->head[f->head_used++] = (uint8_t)*data;
			r = f->head_used < head_size(f) ? 0 : begin(f);
			if (r)
				return r;
		}
		data += n;
		len -= n;
		if (f->within && f->left == 0)
			end(f, message, arg);
	}
	return 0;
}
