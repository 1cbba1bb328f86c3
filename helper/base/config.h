/* The configuration as the program has it: what is in it, and its defaults. */
#ifndef V6HOOK_CONFIG_H
#define V6HOOK_CONFIG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/expose.h"

#define CONFIG_DEFAULT_PATH "/etc/v6hook/config.json"
#define CONFIG_DEFAULT_SOCKET "/run/v6hook/v6hook.sock"
#define CONFIG_PODMAN_SOCKET "/run/podman/podman.sock" /* of its podman.socket */
#define CONFIG_INCUS_SOCKET "/var/lib/incus/unix.socket"
#define CONFIG_SIZE_MAX (1024 * 1024) /* bytes */
#define USER_ADDRESSES_MAX 65536
#define STORE_PREFIX_MAX 64 /* bytes */
#define STORE_HOST_MAX 64
#define STORE_TTL_MIN 5 /* seconds */
#define STORE_TTL_MAX 3600
#define STORE_TTL_DEFAULT 15

struct config_strings {
	char **list;
	size_t count;
};

struct config_pool {
	char *name;
	struct config_strings ranges;  /* as written: store/pool.c reads them */
	struct config_strings exclude; /* as written */
	char *uplink;		       /* null: found by known/way.c */
	bool routed;		       /* upstream "routed": no proxy entries */
};

struct config_container {
	char *ident; /* the key: "lxc:web1" */
	bool has_address;
	struct in6_addr address; /* if has_address: reserved for this container */
	struct exposed expose;	 /* which of its ports others may reach, or unsaid */
	char *name;		 /* a host's name for it (base/hostname.h), or null */
};

/* What an ordinary user may ask the service for. */
struct config_user {
	char *name;		       /* or number, as written */
	unsigned int addresses;	       /* so many leases at most */
	struct config_strings bridges; /* for containers on one of these */
};

/* The engines that are asked at a socket of their own: by Docker's API, or by Incus's. */
enum engine { ENGINE_DOCKER, ENGINE_PODMAN, ENGINE_INCUS, ENGINES };

extern const char *const engine_names[ENGINES]; /* as in docker:NAME */

struct config_engine {
	enum engine which;
	const char *name;
	const char *title;     /* for people */
	const char *start;     /* the command that starts it */
	bool named;	       /* in the file */
	char *socket;	       /* null: it is not served */
	bool labelled;	       /* "attach": "labelled" */
	struct exposed expose; /* of those of whom nobody says it; unsaid: what is published */
};

/* Whether each container's port is guarded, so that nobody speaks for another. */
enum config_guard {
	CONFIG_GUARD_OFF,
	CONFIG_GUARD_ON,
	CONFIG_GUARD_BEST_EFFORT, /* one that cannot be guarded is attached all the same */
};

/* Which other firewalls v6hook has let through what goes to containers, where they drop it. */
enum config_open {
	CONFIG_OPEN_DOCKER, /* Docker, in the place that it keeps for that; the rest is told */
	CONFIG_OPEN_NONE,
	CONFIG_OPEN_ALL,
};

/* What is run when an address comes into service, or goes out of it. */
struct config_command {
	char *user; /* as whom: a name or a number, not root's; null: nothing is run */
	struct config_strings run; /* the program, by an absolute path, and its arguments */
};

/* Where leases are kept that many hosts share. */
struct config_store {
	struct config_strings
		etcd;	       /* the URLs of its members; none: leases are this host's files */
	char *prefix;	       /* of all keys, with a slash at both ends */
	char *host;	       /* this host's name there, which no other has */
	bool tls;	       /* one of the URLs is https */
	char *ca, *cert, *key; /* files, or null */
	char *user, *password; /* or null */
	bool shared;	       /* a container is the same on all hosts, by its name */
	unsigned int ttl_s;    /* after so much silence of a host its addresses may be had */
};

struct config {
	struct config_pool *pools;
	size_t pool_count;
	struct in6_addr gateway;  /* link-local; on every bridge that v6hook serves */
	unsigned int probe_ms;	  /* 0: no duplicate probe */
	unsigned int hold_s;	  /* seconds before a freed address goes to another */
	unsigned int announce_s;  /* seconds in which the service announces all again; 0: never */
	bool announce_link_local; /* "announce_from": "link-local" */
	struct exposed expose_lxc;
	struct exposed expose_cni; /* of those of whom nobody says it; unsaid: what is published */
	enum config_guard guard;
	enum config_open open_firewall;
	struct config_engine engines[ENGINES];
	struct config_container *containers;
	size_t container_count;
	struct config_user *users;
	size_t user_count;
	char *hosts;   /* where to keep a hosts(5) file of what is attached; or null */
	char *domain;  /* of the names in it (base/hostname.h); or null */
	char *metrics; /* where the service keeps its numbers; or null */
	struct config_command on_change;
	char *socket; /* of the service, for those who may not do it themselves */
	char *state_dir;
	struct config_store store;
};

/* A configuration with every default and no pool. Returns 0 or -ENOMEM. */
int config_defaults(struct config **ret, struct error *e);

void config_free(struct config *c);

/*
 * Whether the engine is to be asked: its socket is named, and is not Podman's too, as with the
 * package podman-docker. A container that both tell of is Podman's.
 * @engines: all of them
 */
bool config_serves(const struct config_engine *engines, enum engine which);

/* What is where an engine is to be asked: 0 for a socket, -ENOTSOCK, or -errno. */
int config_look_at(const char *socket);

/*
 * Whether the engine is missed where it does not answer: who names others alone may have no Docker,
 * which is served if it comes.
 */
bool config_misses(const struct config_engine *engines, enum engine which);

/* What the configuration says of one container, or null. @ident: as ident_text writes it */
const struct config_container *config_container(const struct config *c, const char *ident);

/*
 * Which of a container's ports others may reach: all, none or a list. The configuration of that
 * container says so, else the one who ran it, else the configuration of its engine.
 * Where an engine that could tell has not been asked, as by an earlier version, nothing is closed.
 * @ident: as ident_text writes it; @label: what the one who ran it says, @published: its engine
 */
struct exposed config_exposed(const struct config *c, const char *ident,
			      const struct exposed *label, const struct exposed *published);

/* Whether the configuration says it of one of an engine, by that container or by the engine. */
bool config_says_exposed(const struct config *c, const char *ident);

/* What the configuration allows a user, or null. */
const struct config_user *config_user(const struct config *c, uid_t uid);

DEFINE_CLEANUP(struct config *, cleanup_config, config_free)
#define _config_ CLEANUP(cleanup_config)

#endif
