/* What there is to be examined: everything that list and reconcile look at, and what is decided
 * about it. */
#ifndef V6HOOK_SCENE_H
#define V6HOOK_SCENE_H

#include "base/cleanup.h"
#include "base/config.h"
#include "net/own.h"
#include "net/uplink.h"
#include "store/pool.h"
#include "world/look.h"

/* An interface that containers are served by: an uplink, or a bridge. */
struct scene_link {
	char name[IF_NAMESIZE];
	struct link link; /* ifindex 0: there is none of that name */
	/*
	 * One check has told that all that hangs on the interface is lost: what comes of that is
	 * not told again.
	 */
	bool dead;
	unsigned int attached; /* containers that are attached by it */
	bool proxies;	       /* of an uplink: something is solicited there */
};

struct scene_links {
	struct scene_link *list;
	size_t count;
};

/* Which way a range of a pool leads out. */
struct scene_way {
	const struct pool *pool;
	const struct range *range;
	int found; /* 0, or -errno and why not */
	struct uplink uplink;
	struct error why;
};

/* How one that is attached is guarded. */
enum scene_guard { SCENE_GUARDED, SCENE_UNGUARDED, SCENE_GUARD_UNKNOWN };

struct other_way;
struct other_wall;

/*
 * Owned by who fills it in: what it points to must outlive it. What could not be had is null, and
 * the reason is beside it.
 */
struct scene {
	const char *config_path;
	const struct error *misconfigured; /* why there is no configuration, or null */
	const struct config *config;	   /* or the defaults and what could be saved of it */
	const struct pools *pools;	   /* without a pool, then */
	const char *boot_id;
	struct lease_store *store; /* or null */
	struct nl_sock *host;

	struct look *look;		/* or null: */
	const struct error *unlooked;	/* why */
	const enum scene_guard *guards; /* of each of the look's present leases */
	struct host_addresses *own;	/* all of them */
	const struct scene_way *ways;	/* of every range */
	size_t way_count;
	/* writes what is to be typed where a firewall drops, in one line; arg is its own */
	void (*open)(const struct other_way *way, const struct other_wall *wall, const void *arg,
		     char *out, size_t size);
	const void *open_arg;
	const struct marked_entry *ready; /* proxy entries that keep an address ready */
	size_t ready_count;

	/* the rest is scene_links_find's */
	struct scene_links uplinks, bridges;
};

/*
 * Finds the interfaces that matter: those by which containers are attached, and those by which the
 * ranges of the configuration lead out. Returns 0 or -errno.
 */
int scene_links_find(struct scene *s, struct error *e);

static inline void scene_links_release(struct scene *s)
{
	free(s->uplinks.list);
	free(s->bridges.list);
}

/* The attachment of a lease that is in service now, or null. */
const struct attachment *scene_attached(const struct scene *s, const struct holder *h);

/* Whether a marked entry is one that the service keeps for the next container. */
bool scene_is_ready(const struct scene *s, const struct marked_entry *entry);

/* The one of that name, or null. */
struct scene_link *scene_link_find(const struct scene_links *all, const char *name);

#endif
