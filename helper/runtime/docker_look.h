/* Single containers of Docker's, inspected beside each other, and what is told of each. */
#ifndef V6HOOK_DOCKER_LOOK_H
#define V6HOOK_DOCKER_LOOK_H

#include "engine/http.h"
#include "engine/queue.h"
#include "runtime/runtime.h"

/* Whose containers, by which session, and who is told. */
struct docker_looking {
	const struct config_engine *engine;
	struct docker_session *session;
	struct docker_queue queue;
	runtime_heard heard;
	void (*refused)(const char *name, const struct error *e, void *arg);
	void *arg; /* of both */
};

/* Sends an inspect of the queue, which is removed from it once it is answered. Returns 0 or
 * -ENOMEM. */
int docker_look_send(struct docker_looking *w, struct docker_inspect *i, struct error *e);

#endif
