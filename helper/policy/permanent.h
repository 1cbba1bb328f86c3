/* What setup has the host keep for good: the texts of the files, and the settings behind them. */
#ifndef V6HOOK_PERMANENT_H
#define V6HOOK_PERMANENT_H

#include "net/host.h"
#include "runtime/present.h"
#include "world/manager.h"

#define PERMANENT_SYSCTLS "/etc/sysctl.d/60-v6hook.conf"
#define PERMANENT_LINKS 8 /* further interfaces whose default route is kept */

/* The settings, in the order in which they are to be set. */
struct permanent {
	struct host_setting list[HOST_SETTINGS + PERMANENT_LINKS];
	size_t count;
	struct uplink uplink;
	char links[PERMANENT_LINKS][IF_NAMESIZE]; /* names in the list */
};

/*
 * What the uplink and the host need, and before that what keeps the default routes that other
 * interfaces have from router advertisements, as forwarding would take these, too. A bridge is left
 * out: a container behind it may be the router.
 * Returns 0 or -errno.
 */
int permanent_settings(struct nl_sock *nl, const struct uplink *uplink, bool routed,
		       struct permanent *ret, struct error *e);

/* The text of PERMANENT_SYSCTLS, for the caller to free; null without memory. */
char *permanent_sysctls(const struct permanent *p);

/*
 * The path and the text of systemd-networkd's drop-in for the uplink, for the caller to free.
 * Returns 1, 0 if nothing is to be said there, or -ENOMEM.
 */
int permanent_network(const struct manager *m, const struct uplink *uplink, bool routed,
		      char **ret_path, char **ret_text);

/* What the configuration says of its pool. */
struct permanent_pool {
	const char *const *ranges, *const *excludes;
	size_t range_count, exclude_count;
	const char *uplink; /* or null */
	bool routed;
};

/*
 * The text of the configuration, for the caller to free: the pool, and whatever else there was.
 * @former: the text of the one that it takes the place of, or null
 * Returns 0, or -errno as config_parse: of the whole, which is checked.
 */
int permanent_config(const char *path, const char *former, const struct permanent_pool *pool,
		     const struct engines_present *engines, char **ret, struct error *e);

#endif
