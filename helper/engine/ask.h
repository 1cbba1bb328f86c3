/* One request to an engine by itself, and answers kept whole. */
#ifndef V6HOOK_ENGINE_ASK_H
#define V6HOOK_ENGINE_ASK_H

#include <stddef.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/json.h"
#include "engine/http.h"

#define ENGINE_ANSWER_MS 5000 /* for one container */

/*
 * Whether there is a socket to ask at all: spares the library where there is no such engine.
 * Returns 0, -EHOSTDOWN, or -ENOTSOCK.
 * @engines: all of them
 */
int engine_can_ask(const struct config_engine *engines, enum engine which, struct error *e);

/* Makes one request, and waits until it is over. Returns what `done` would get. */
int engine_ask(const struct config_engine *engine, const struct engine_request *request,
	       long *ret_status, struct error *e);

/* What has arrived of an answer, zero-terminated; at most 4 MiB. */
struct engine_answer {
	char *text;
	size_t len;
};

static inline void engine_answer_release(struct engine_answer *a)
{
	free(a->text);
}

/* `data` of a request: adds to the struct engine_answer that arg is. */
enum engine_take engine_answer_add(const char *data, size_t len, void *arg);

/* Parses an answer as JSON; changes it. Returns 0 and a tree to be freed, or -errno. */
int engine_answer_parse(struct engine_answer *a, json_t **ret, struct error *e);

/*
 * Asks for one thing, and waits ENGINE_ANSWER_MS at most.
 * Returns 0 with the HTTP status, -EHOSTDOWN if no daemon answers, or -EIO.
 */
int engine_get(const struct config_engine *engine, enum engine_what what, const char *which,
	       struct engine_answer *ret, long *ret_status, struct error *e);

/* As engine_get, of whatever a caller has: returns 0 with the HTTP status, or -errno. */
typedef int (*engine_getter)(enum engine_what what, const char *which, struct engine_answer *ret,
			     long *ret_status, void *arg);

#endif
