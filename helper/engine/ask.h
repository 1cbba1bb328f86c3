/* One request to Docker by itself, and answers kept whole. */
#ifndef V6HOOK_ENGINE_ASK_H
#define V6HOOK_ENGINE_ASK_H

#include <stddef.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/json.h"
#include "engine/http.h"

#define DOCKER_ANSWER_MS 5000 /* for one container */

/*
 * Whether there is a socket to ask at all: spares the library where there is no such engine.
 * Returns 0, -EHOSTDOWN, or -ENOTSOCK.
 * @engines: all of them
 */
int docker_can_ask(const struct config_engine *engines, enum engine which, struct error *e);

/* Makes one request, and waits until it is over. Returns what `done` would get. */
int docker_ask(const struct config_engine *engine, const struct docker_request *request,
	       long *ret_status, struct error *e);

/* What has arrived of an answer, zero-terminated; at most 4 MiB. */
struct docker_answer {
	char *text;
	size_t len;
};

static inline void docker_answer_release(struct docker_answer *a)
{
	free(a->text);
}

/* `data` of a request: adds to the struct docker_answer that arg is. */
enum docker_take docker_answer_add(const char *data, size_t len, void *arg);

/* Parses an answer as JSON; changes it. Returns 0 and a tree to be freed, or -errno. */
int docker_answer_parse(struct docker_answer *a, json_t **ret, struct error *e);

/*
 * Asks for one thing, and waits DOCKER_ANSWER_MS at most.
 * Returns 0 with the HTTP status, -EHOSTDOWN if no daemon answers, or -EIO.
 */
int docker_get(const struct config_engine *engine, enum docker_what what, const char *which,
	       struct docker_answer *ret, long *ret_status, struct error *e);

#endif
