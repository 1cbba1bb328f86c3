/* What Docker's API says of one container, and whether that container can be served. */
#ifndef V6HOOK_DOCKER_CONTAINER_H
#define V6HOOK_DOCKER_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/ask.h"
#include "runtime/docker_list.h"
#include "runtime/docker_network.h"
#include "runtime/runtime.h"

/* What labels can wish for. */
enum docker_wish_kind {
	DOCKER_ENABLE,
	DOCKER_ADDRESS,
	DOCKER_NETWORK,
	DOCKER_EXPOSE,
	DOCKER_HOSTNAME,
	DOCKER_TASK, /* its place, by the label that tells it from others of its service */
	DOCKER_NUMBER,
	DOCKER_WISHES
};

struct docker_wish {
	bool there;
	char text[256]; /* as written, cut */
};

struct docker_container {
	struct instance instance; /* with no wish granted but not to be served */
	int64_t started_ns;	  /* State.StartedAt, ns since the epoch; 0 if unknown */
	bool wishes_any;	  /* some wish is to be granted, once the image is asked for */
	struct docker_wish wishes[DOCKER_WISHES];
	char place[IDENT_PLACE_MAX]; /* what the last two wish for */
	bool no_ipv6;		     /* the one who ran it has switched IPv6 off */
	struct docker_networks networks;
	char image[ENGINE_ID_MAX];  /* its ID, or what no image can be named */
	char architecture[32];	    /* of what it runs of the image, or "" if there is no choice */
	char shares[ENGINE_ID_MAX]; /* the ID of the container whose network it uses, or "" */
};

/*
 * Reads what was answered about a container.
 * @name: as it was asked for
 * @answer: is changed
 * Returns as the find of runtime.h does; for -ESRCH and -ENODEV, ret->instance.ident and
 * ret->shares are filled in, otherwise ret is untouched on failure.
 */
int docker_container_read(const struct config_engine *engine, const char *name, long status,
			  struct engine_answer *answer, struct docker_container *ret,
			  struct error *e);

/* The same of what is JSON already. */
int docker_container_inspect(const json_t *json, const struct config_engine *engine,
			     const char *name, struct docker_container *ret, struct error *e);

/*
 * Grants what its labels wish for and those of its image do not: the person who started it has said
 * that, the image's author the rest. Docker does not tell them apart otherwise.
 * @r, @status, @answer: what came of asking for c->image; nothing is granted without a good answer,
 * and that is told; is changed
 */
void docker_container_grant(struct docker_container *c, int r, long status,
			    struct engine_answer *answer);

/*
 * Fills e with the reason why a container that shares a network is not served.
 * @owner: the ID of whose network it is
 * @answer: what was answered about that one, to say its name; or null; is changed
 * Returns -ENODEV.
 */
int docker_container_shared(const char *owner, struct engine_answer *answer, struct error *e);

/*
 * The network that is to be asked for next (DOCKER_SUBNET), once wishes are granted, or null; and
 * what came of that.
 */
const char *docker_container_ask(const struct docker_container *c);
void docker_container_answer(struct docker_container *c, int r, long status,
			     struct engine_answer *answer);

/*
 * Fills in the instance's port and the address that Docker gave it, by its networks.
 * @by_hand: it was named by the administrator, who is not kept off by what others wish
 * Returns 0; -ENODEV if it is to be left alone; or -EIO; with the reason.
 */
int docker_container_settle(struct docker_container *c, bool by_hand, struct error *e);

/*
 * Asks for its image, if its labels wish for anything, and for its networks until there is one that
 * it is served on. Returns as docker_container_settle.
 */
int docker_container_complete(struct docker_container *c, bool by_hand, engine_getter get,
			      void *arg, struct error *e);

/* Reads RFC 3339 with up to nine decimals; returns ns since the epoch, or 0. */
int64_t docker_time(const char *text);

#endif
