/* The configuration file, read strictly; /etc/v6hook/config.json, see v6hook.json(5). */
#ifndef V6HOOK_CONFIG_H
#define V6HOOK_CONFIG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"

#define CONFIG_DEFAULT_PATH "/etc/v6hook/config.json"
#define CONFIG_SIZE_MAX (1024 * 1024) /* bytes */

struct config_strings {
	char **list;
	size_t count;
};

struct config_pool {
	char *name;
	struct config_strings ranges;  /* as written: store/pool.c reads them */
	struct config_strings exclude; /* as written */
	char *uplink;		       /* null: found by net/uplink.c */
	bool routed;		       /* upstream "routed": no proxy entries */
};

struct config_container {
	char *ident; /* the key: "lxc:web1" */
	bool has_address;
	struct in6_addr address; /* if has_address: reserved for this container */
};

/* Which ports of a container the world may reach. */
enum config_expose { EXPOSE_ALL, EXPOSE_PUBLISHED, EXPOSE_NONE };

struct config {
	struct config_pool *pools;
	size_t pool_count;
	struct in6_addr gateway; /* link-local; on every bridge that v6hook serves */
	unsigned int probe_ms;	 /* 0: no duplicate probe */
	unsigned int hold_s;	 /* seconds before a freed address goes to another */
	enum config_expose expose_lxc, expose_docker;
	bool guard;
	bool promises_filter; /* "guard" or "expose" was written and asks for filtering */
	bool docker_labelled; /* "attach": "labelled" */
	char *docker_socket;
	struct config_container *containers;
	size_t container_count;
	char *state_dir;
};

/*
 * Reads the configuration.
 * @path: the file; at most CONFIG_SIZE_MAX bytes
 * Returns 0 and a configuration for config_free, or -errno with a message that names the file
 * and the key, STATUS_USAGE.
 */
int config_read(const char *path, struct config **ret, struct error *e);

/*
 * Whether the file says "lxc": { "required": true }, whatever else is wrong in it: false if it
 * cannot be read as JSON.
 */
bool config_requires_lxc(const char *path);

void config_free(struct config *c);

/* What the configuration says of one container, or null. @ident: as ident_text writes it */
const struct config_container *config_container(const struct config *c, const char *ident);

DEFINE_CLEANUP(struct config *, cleanup_config, config_free)
#define _config_ CLEANUP(cleanup_config)

#endif
