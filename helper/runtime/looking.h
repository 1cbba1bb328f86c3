/* What it takes to look at single containers of an engine's, beside each other. */
#ifndef V6HOOK_LOOKING_H
#define V6HOOK_LOOKING_H

#include "engine/http.h"
#include "engine/queue.h"
#include "runtime/runtime.h"

/* Whose containers, by which session, and who is told. */
struct runtime_looking {
	const struct config_engine *engine;
	struct engine_session *session;
	struct engine_queue queue;
	runtime_heard heard;
	void (*refused)(const char *name, const struct error *e, void *arg);
	void *arg; /* of both */
};

#endif
