/* Which of its networks a container is served on: the first that is not internal. */
#ifndef V6HOOK_DOCKER_NETWORK_H
#define V6HOOK_DOCKER_NETWORK_H

#include <stdint.h>

#include "base/json.h"
#include "engine/ask.h"
#include "runtime/docker_list.h"
#include "runtime/runtime.h"

#define DOCKER_NETWORKS_MOST 16 /* of one container: what it has beyond is not looked at */

enum docker_network_kind {
	NETWORK_UNASKED,
	NETWORK_OPEN,
	NETWORK_INTERNAL,
	NETWORK_UNKNOWN, /* the engine was asked, and did not say */
};

struct docker_network {
	char id[ENGINE_ID_MAX]; /* Podman's is its name */
	char name[256];		/* cut */
	enum docker_network_kind kind;
	int64_t priority; /* GwPriority of Docker 28 (API 1.48): the highest has the default route
			   */
	bool has_mac;
	unsigned char mac[6]; /* of the container's end */
	bool has_given;
	struct in6_addr given; /* the engine gave it this address there, */
	bool has_given4;
	struct in6_addr given4; /* and this one of IPv4, mapped */
	bool told;		/* by docker_networks_told */
};

struct docker_networks {
	/* in the order in which they are preferred: with an IPv6 address of the engine's, then by
	 * priority, then as the engine lists them (by name) */
	struct docker_network list[DOCKER_NETWORKS_MOST];
	size_t count;
	bool is_named; /* the first is the one that is wanted, by name */
};

/* Reads them from an inspect of the container. */
void docker_networks_read(const json_t *container, struct docker_networks *ret);

/*
 * Of a container that is being started an engine tells the names of its networks alone. Returns the
 * name or ID of the next that is to be asked for (DOCKER_ENDPOINTS), or null; then all is known.
 */
const char *docker_networks_untold(const struct docker_networks *n);

/* Takes what came of asking for that one. @id: the container's; @answer: is changed */
void docker_networks_told(struct docker_networks *n, const char *id, int r, long status,
			  struct engine_answer *answer);

/* Prefers the one of that name to all others. Returns whether there is one. */
bool docker_networks_name(struct docker_networks *n, const char *name);

/*
 * The ID of the network that is to be asked for next (DOCKER_SUBNET), or null if all is known.
 * @wanted: the container is to be served on internal ones, too
 */
const char *docker_networks_ask(const struct docker_networks *n, bool wanted);

/* Takes what came of asking for that one. @answer: is changed */
void docker_networks_answer(struct docker_networks *n, bool wanted, int r, long status,
			    struct engine_answer *answer);

/*
 * Chooses one: fills in the port, if there are several, and the address that the engine gave.
 * Returns 0; -ENODEV if all are internal and that is not wanted; -EIO if the engine does not say.
 */
int docker_networks_choose(const struct docker_networks *n, bool wanted, struct instance *ret,
			   struct error *e);

#endif
