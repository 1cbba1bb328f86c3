/* Incus's stream of events: the messages of a WebSocket, of which only the server speaks. */
#ifndef V6HOOK_ENGINE_FRAMES_H
#define V6HOOK_ENGINE_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How far the stream has been read (RFC 6455). To be given room for most + 1 bytes, and zeroed
 * else. Pings are passed over: they are answered by whoever holds the connection (relay.c).
 */
struct engine_frames {
	char *text; /* of the message so far */
	size_t most, used;
	bool too_long; /* this message is being skipped */

	uint8_t head[10]; /* of the frame */
	size_t head_used;
	uint64_t left; /* bytes of the frame's payload that are still to come */
	bool within;   /* the head is whole */
	bool begun;    /* a message that goes on in the next frame */
};

/*
 * Reads a piece of any size, and calls `message` for each text message that ends in it,
 * zero-terminated; for one that is longer than `most`, with null. Empty ones are passed over.
 * Returns 0; 1 when the server closes the connection; or -EBADMSG for what is no such stream.
 */
int engine_frames_read(struct engine_frames *f, const char *data, size_t len,
		       void (*message)(const char *text, size_t len, void *arg), void *arg);

#endif
