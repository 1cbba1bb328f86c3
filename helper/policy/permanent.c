/*
 * What setup has the host keep for good: the texts of the files, and the settings behind them.
 *
 * Theory of operation: sysctl.d(5) is read at the boot and, by udev, again for each interface that
 * appears (99-systemd.rules), in the order of its lines: so accept_ra comes first there, too.
 * systemd-networkd handles advertisements itself and has the kernel's accept_ra at 0; what it wants
 * to be told is in a drop-in beside the .network file of the uplink (systemd.network(5)): without
 * IPv6ProxyNDP it turns proxy_ndp of the link off, and without IPv6AcceptRA some versions stop
 * listening where forwarding is on. NetworkManager and ifupdown leave all of these settings alone
 * but accept_ra. networkd's drop-in is read when it next configures the link: it is not told to
 * do so now, as for that it would take the link's addresses and routes away first.
 */
#include "policy/permanent.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/config_read.h"
#include "base/json.h"
#include "net/route.h"
#include "store/pool.h"

/* Whether the interface has a default route that the kernel learnt and that forwarding would take.
 */
static bool would_lose(struct nl_sock *nl, const char *dev, struct link *link)
{
	struct error ignored;
	struct route route;
	int accept_ra;

	return link_by_name(nl, dev, link) == 0 && strcmp(link->kind, "bridge") != 0 &&
	       sysctl_get("conf", dev, "accept_ra", &accept_ra, &ignored) == 0 && accept_ra == 1 &&
	       route_default_by(nl, link->ifindex, &route) == 1 && route.protocol == RTPROT_RA;
}

int permanent_settings(struct nl_sock *nl, const struct uplink *uplink, bool routed,
		       struct permanent *ret, struct error *e)
{
	struct if_nameindex *all = if_nameindex();
	struct link link;

	if (!all)
		return error_sys(e, -errno, "cannot list the interfaces");
	*ret = (struct permanent){ .uplink = *uplink };
	for (const struct if_nameindex *i = all; i->if_name && ret->count < PERMANENT_LINKS; i++) {
		char *name = ret->links[ret->count];

		if ((int)i->if_index == uplink->ifindex || !would_lose(nl, i->if_name, &link))
			continue;
		snprintf(name, IF_NAMESIZE, "%s", i->if_name);
		ret->list[ret->count++] = (struct host_setting){ "conf", name, "accept_ra", 2 };
	}
	if_freenameindex(all);
	ret->count += host_settings(&ret->uplink, routed, ret->list + ret->count);
	return 0;
}

char *permanent_sysctls(const struct permanent *p)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out,
		"# Written by v6hook setup; v6hook setup --undo takes it back.\n"
		"# In this order: forwarding takes a default route that was learnt from router\n"
		"# advertisements, unless accept_ra is 2 by then.\n");
	for (size_t i = 0; i < p->count; i++) {
		const struct host_setting *s = &p->list[i];
		bool all = strcmp(s->dev, "all") == 0;

		/* those of one interface may come before it does; all.forwarding is its forwarding,
		 * too */
		if (all || strcmp(s->name, "forwarding") != 0)
			fprintf(out, "%snet/ipv6/%s/%s/%s = %d\n", all ? "" : "-", s->part, s->dev,
				s->name, s->value);
	}
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

int permanent_network(const struct manager *m, const struct uplink *uplink, bool routed,
		      char **ret_path, char **ret_text)
{
	const char *slash = strrchr(m->file, '/');
	char *path, *text;

	if (m->kind != MANAGER_NETWORKD || !slash || (routed && !uplink->ra_default))
		return 0;
	if (asprintf(&path, "/etc/systemd/network/%s.d/60-v6hook.conf", slash + 1) < 0)
		return -ENOMEM;
	if (asprintf(&text,
		     "# Written by v6hook setup; v6hook setup --undo takes it "
		     "back.\n[Network]\n%s%s",
		     routed ? "" : "IPv6ProxyNDP=yes\n",
		     uplink->ra_default ? "IPv6AcceptRA=yes\n" : "") < 0) {
		free(path);
		return -ENOMEM;
	}
	*ret_path = path;
	*ret_text = text;
	return 1;
}

/* The pool as JSON; null without memory. */
static json_t *make_pool(const struct permanent_pool *p)
{
	json_t *pool = json_object(), *ranges = json_array(), *excludes = json_array();

	for (size_t i = 0; i < p->range_count; i++)
		json_array_append_new(ranges, json_string(p->ranges[i]));
	for (size_t i = 0; i < p->exclude_count; i++)
		json_array_append_new(excludes, json_string(p->excludes[i]));
	json_object_set_new(pool, "ranges", ranges);
	if (p->exclude_count)
		json_object_set(pool, "exclude", excludes);
	json_decref(excludes);
	if (p->uplink)
		json_object_set_new(pool, "uplink", json_string(p->uplink));
	if (p->routed)
		json_object_set_new(pool, "upstream", json_string("routed"));
	return pool;
}

int permanent_config(const char *path, const char *former, const struct permanent_pool *pool,
		     const struct engines_present *engines, char **ret, struct error *e)
{
	_config_ struct config *config = NULL;
	_pools_ struct pools *pools = NULL;
	_json_ json_t *old = NULL, *tree = json_object();
	json_t *list = json_array();
	_free_ char *text = NULL;
	struct error ignored;
	size_t len;
	int r;

	json_array_append_new(list, make_pool(pool));
	json_object_set_new(tree, "pools", list);
	/* many have it installed beside Docker and without its socket: that is not waited for */
	if (engines->podman_serves || (engines->podman && !engines->docker))
		json_object_set_new(tree, "podman", json_object());
	if (engines->incus)
		json_object_set_new(tree, "incus", json_object());
	/* a former one that is no JSON has nothing to be kept */
	if (former && json_parse(former, strlen(former), &old, &ignored) == 0 &&
	    json_is_object(old)) {
		json_object_del(old, "pools");
		json_object_update(tree, old);
	}
	text = json_dumps(tree, JSON_LINES);
	len = text ? strlen(text) : 0;
	*ret = text ? malloc(len + 2) : NULL;
	if (!*ret)
		return error_sys(e, -ENOMEM, "cannot make a configuration");
	memcpy(*ret, text, len);
	memcpy(*ret + len, "\n", 2);
	r = config_parse(path, *ret, len + 1, &config, e);
	if (r == 0)
		r = pools_new(config, &pools, e);
	if (r < 0) {
		free(*ret);
		*ret = NULL;
	}
	return r;
}
