/* An engine's HTTP API on its Unix socket, through libcurl; the only file that uses it. */
#ifndef V6HOOK_ENGINE_HTTP_H
#define V6HOOK_ENGINE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/config.h"
#include "base/error.h"
#include "engine/path.h"

#define ENGINE_LIST_SILENCE_MS 30000 /* may be long, but not stand still so long */

/* What a request's reader did with a piece of the answer. */
enum engine_take {
	ENGINE_TAKEN,
	ENGINE_LATER,	  /* not taken: it comes again, whole, after engine_resume */
	ENGINE_BROKEN,	  /* it makes no sense: the request is to fail */
	ENGINE_TOO_LARGE, /* so is it, being larger than 4 MiB */
};

/* One request. Times count only while the engine is waited for, not while this process is busy. */
struct engine_request {
	enum engine_what what;
	const char *which; /* as engine_path wants it */
	bool only_ok;	   /* an answer with another status than 200 fails unread */
	bool endless;	   /* that the daemon ends the answer is no failure */
	long timeout_ms;   /* for the whole answer; 0: none */
	long silence_ms;   /* since its last byte; 0: none */

	/* May be null: the answer has begun, with status 200 if only_ok. */
	void (*begun)(void *arg);

	/* The answer's next piece, at most 16 KiB. */
	enum engine_take (*data)(const char *data, size_t len, void *arg);

	/*
	 * The request is over, and not to be used any more. @r: 0 with the HTTP status,
	 * -EHOSTDOWN if no daemon answers, -ETIMEDOUT if it does not in time, or -EIO; with e
	 * filled in. Not called by engine_ask, which returns r.
	 */
	void (*done)(int r, long status, const struct error *e, void *arg);
	void *arg;
};

struct engine_transfer; /* a request under way */
struct engine_session;	/* requests beside each other on one socket */

/*
 * Makes one without requests. @engine: must outlive it
 * @relay: to be asked for connections instead of the socket (relay.h), or 0
 * Returns 0, -EHOSTDOWN if libcurl is not there, or -ENOMEM.
 */
int engine_session_new(const struct config_engine *engine, int relay, struct engine_session **ret,
		       struct error *e);

/* Ends what is under way, without a call to `done`. */
void engine_session_free(struct engine_session *s);

/*
 * Begins a request, of which `which` need not live on. Not to be called from begun or data.
 * Returns 0, -EINVAL if that cannot exist, or -ENOMEM. @ret: may be null; good until `done`
 */
int engine_begin(struct engine_session *s, const struct engine_request *r,
		 struct engine_transfer **ret, struct error *e);

/* Goes on after ENGINE_LATER. Not to be called from begun or data. */
void engine_resume(struct engine_transfer *t);

/*
 * Waits until something comes, a request's time is over or so many milliseconds have passed, and
 * hands on what there is. Wakes up for nothing else.
 * @most_ms: -1 for no such limit
 * Returns 0, or -EIO.
 */
int engine_turn(struct engine_session *s, long most_ms, struct error *e);

#endif
