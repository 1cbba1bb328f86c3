/* Docker's HTTP API on a Unix socket, through libcurl; the only file that speaks to the socket. */
#ifndef V6HOOK_DOCKER_HTTP_H
#define V6HOOK_DOCKER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/error.h"

/* What has arrived of an answer, zero-terminated; at most 4 MiB. */
struct docker_answer {
	char *text;
	size_t len;
};

static inline void docker_answer_release(struct docker_answer *a)
{
	free(a->text);
}

/*
 * Asks for a path of the API, and waits 5 s at most.
 * Returns 0 with the HTTP status, -EHOSTDOWN if no daemon answers, or -EIO.
 */
int docker_get(const char *socket, const char *path, struct docker_answer *ret, long *ret_status,
	       struct error *e);

/* One line of a stream, without its newline; longer ones come as null with the length they had. */
typedef void (*docker_line)(const char *line, size_t len, void *arg);

/*
 * Follows a stream of lines until the daemon ends it. `opened` is called once when the daemon has
 * begun to answer, and no line is lost meanwhile.
 * @most: bytes that a line may have
 * Returns 0 when the stream ended, -EHOSTDOWN if no daemon answers, or -EIO.
 */
int docker_follow(const char *socket, const char *path, size_t most, void (*opened)(void *arg),
		  docker_line line, void *arg, struct error *e);

#endif
