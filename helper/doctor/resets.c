/*
 * What would set the kernel's settings otherwise, now or at the next boot: files, network managers.
 *
 * Theory of operation: the files of sysctl.d are read in the order in which systemd-sysctl and
 * sysctl --system apply them, and what they say last counts; a key with wildcards gives way to one
 * without (sysctl.d(5)). What a network manager does to a link is written in its own files.
 */
#include <fnmatch.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/checks.h"
#include "doctor/lines.h"
#include "net/route.h"

/* A setting that matters, and what the files make of it. */
struct wanted {
	char key[96]; /* net/ipv6/conf/all/forwarding */
	int least, most;
	bool said, exactly; /* some file sets it; by a key without wildcards */
	int value;
	char where[320];
};

struct wanteds {
	struct wanted list[64];
	size_t count;
};

static void want(struct wanteds *w, const char *part, const char *dev, const char *name, int least,
		 int most)
{
	struct wanted *one = &w->list[w->count];

	if (w->count == ARRAY_SIZE(w->list))
		return;
	w->count++;
	*one = (struct wanted){ .least = least, .most = most };
	snprintf(one->key, sizeof(one->key), "net/ipv6/%s/%.15s/%s", part, dev, name);
}

/* Writes a key with slashes: what comes first in it, a dot or a slash, is what parts it. */
static void part_by_slashes(const char *key, char *out, size_t size)
{
	const char *first = strpbrk(key, "./");
	const bool dotted = first && *first == '.';
	size_t i;

	for (i = 0; key[i] && i + 1 < size; i++)
		out[i] = !dotted ? key[i] : key[i] == '.' ? '/' : key[i] == '/' ? '.' : key[i];
	out[i] = '\0';
}

static void on_line(const struct line *l, void *arg)
{
	struct wanteds *w = arg;
	char key[128];
	bool exactly;

	part_by_slashes(*l->key == '-' ? l->key + 1 : l->key, key, sizeof(key));
	exactly = !strpbrk(key, "*?[");
	for (size_t i = 0; i < w->count; i++) {
		struct wanted *one = &w->list[i];

		if (fnmatch(key, one->key, FNM_PATHNAME) != 0 || (one->exactly && !exactly))
			continue;
		one->said = true;
		one->exactly = exactly;
		one->value = atoi(l->value);
		snprintf(one->where, sizeof(one->where), "%.200s:%u: %.100s", l->path, l->number,
			 l->key);
	}
}

static void on_file(const char *path, void *arg)
{
	lines_read(path, on_line, arg);
}

static void on_ufw(const struct line *l, void *arg)
{
	*(bool *)arg |= strcmp(l->key, "ENABLED") == 0 && strcasecmp(l->value, "yes") == 0;
}

/* Whether the kernel itself takes the default route from advertisements on the link. */
static bool is_advertised(const struct exam *x, const struct scene_link *u)
{
	struct route route;

	return route_default_by(x->scene->host, u->link.ifindex, &route) == 1 &&
	       route.protocol == RTPROT_RA;
}

static void want_all(const struct exam *x, struct wanteds *w)
{
	const struct scene_links *uplinks = &x->scene->uplinks;

	want(w, "conf", "all", "disable_ipv6", 0, 0);
	want(w, "conf", "default", "disable_ipv6", 0, 0);
	want(w, "conf", "all", "forwarding", 1, 1);
	for (size_t i = 0; i < uplinks->count; i++) {
		const struct scene_link *u = &uplinks->list[i];

		want(w, "conf", u->name, "disable_ipv6", 0, 0);
		want(w, "conf", u->name, "forwarding", 1, 1);
		if (u->proxies && i == 0)
			want(w, "conf", "all", "proxy_ndp", 1, 1);
		if (u->link.conf.accept_ra > 0 && is_advertised(x, u))
			want(w, "conf", u->name, "accept_ra", 2, 2);
	}
}

void check_reset_files(struct exam *x)
{
	static const char *const dirs[] = { "/etc/sysctl.d", "/run/sysctl.d",
					    "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", NULL };
	struct wanteds w = { .count = 0 };
	bool ufw = false;

	want_all(x, &w);
	lines_files(dirs, ".conf", on_file, &w);
	lines_read("/etc/sysctl.conf", on_line, &w);
	lines_read("/etc/ufw/ufw.conf", on_ufw, &ufw);
	if (ufw)
		lines_read("/etc/ufw/sysctl.conf", on_line, &w);
	for (size_t i = 0; i < w.count; i++) {
		const struct wanted *one = &w.list[i];

		if (!one->said || (one->value >= one->least && one->value <= one->most))
			continue;
		exam_tell(x, FINDING_WARNING,
			  "a file sets %s otherwise at each boot, and whenever it is applied",
			  one->key);
		exam_evidence(x, "%s = %d", one->where, one->value);
		exam_remedy(x, "sed -i '%.*ss/=.*/= %d/' %.*s",
			    (int)strcspn(strchr(one->where, ':') + 1, ":"),
			    strchr(one->where, ':') + 1, one->least, (int)strcspn(one->where, ":"),
			    one->where);
	}
}

/* What systemd-networkd was told about a link (systemd.network(5)). */
struct networkd {
	char file[300];
	char accept_ra[16], forward[16], link_local[16];
	unsigned int accept_ra_line, forward_line, link_local_line;
};

static void on_state(const struct line *l, void *arg)
{
	struct networkd *n = arg;

	if (strcmp(l->key, "NETWORK_FILE") == 0)
		snprintf(n->file, sizeof(n->file), "%s", l->value);
}

static void on_network(const struct line *l, void *arg)
{
	struct networkd *n = arg;

	if (strcmp(l->section, "Network") != 0)
		return;
	if (strcmp(l->key, "IPv6AcceptRA") == 0) {
		snprintf(n->accept_ra, sizeof(n->accept_ra), "%s", l->value);
		n->accept_ra_line = l->number;
	} else if (strcmp(l->key, "IPForward") == 0 || strcmp(l->key, "IPv6Forwarding") == 0) {
		snprintf(n->forward, sizeof(n->forward), "%s", l->value);
		n->forward_line = l->number;
	} else if (strcmp(l->key, "LinkLocalAddressing") == 0) {
		snprintf(n->link_local, sizeof(n->link_local), "%s", l->value);
		n->link_local_line = l->number;
	}
}

static void on_drop_in(const char *path, void *arg)
{
	lines_read(path, on_network, arg);
}

/* Whether a value says no, and whether it is one of these words. */
static bool says_no(const char *value)
{
	return strcasecmp(value, "no") == 0 || strcasecmp(value, "false") == 0 ||
	       strcasecmp(value, "off") == 0 || strcmp(value, "0") == 0;
}

static void tell_networkd(struct exam *x, const struct scene_link *u, const char *what,
			  const char *file, unsigned int line, const char *key, const char *value,
			  const char *want)
{
	exam_tell(x, FINDING_WARNING, "systemd-networkd %s on %s", what, u->name);
	if (line)
		exam_evidence(x, "%s:%u: %s=%s", file, line, key, value);
	else
		exam_evidence(x, "%s: no %s", file, key);
	exam_remedy(
		x,
		"mkdir -p /etc/systemd/network/%s.d && printf '[Network]\\n%s=%s\\n' "
		">/etc/systemd/network/%s.d/v6hook.conf # read at the next boot; networkctl reload "
		"reads it now, but may take the link's addresses away first",
		strrchr(file, '/') ? strrchr(file, '/') + 1 : file, key, want,
		strrchr(file, '/') ? strrchr(file, '/') + 1 : file);
}

/* What systemd-networkd does to one uplink that it manages. */
static void look_at_networkd(struct exam *x, const struct scene_link *u)
{
	struct networkd n = { .file = "" };
	char path[400], etc[400], run[400];

	snprintf(path, sizeof(path), "/run/systemd/netif/links/%d", u->link.ifindex);
	lines_read(path, on_state, &n);
	if (!*n.file || !strrchr(n.file, '/'))
		return;
	lines_read(n.file, on_network, &n);
	snprintf(etc, sizeof(etc), "/etc/systemd/network%s.d", strrchr(n.file, '/'));
	snprintf(run, sizeof(run), "/run/systemd/network%s.d", strrchr(n.file, '/'));
	lines_files((const char *const[]){ etc, run, NULL }, ".conf", on_drop_in, &n);
	if (says_no(n.forward) || strcasecmp(n.forward, "ipv4") == 0)
		tell_networkd(x, u, "turns forwarding off", n.file, n.forward_line,
			      "IPv6Forwarding", n.forward, "yes");
	if (says_no(n.link_local) || strcasecmp(n.link_local, "ipv4") == 0)
		tell_networkd(x, u, "takes IPv6's own addresses off", n.file, n.link_local_line,
			      "LinkLocalAddressing", n.link_local, "ipv6");
	if (is_advertised(x, u) &&
	    (says_no(n.accept_ra) || (!*n.accept_ra && *n.forward && !says_no(n.forward) &&
				      strcasecmp(n.forward, "ipv4") != 0)))
		tell_networkd(x, u, "takes no default route from advertisements any more", n.file,
			      n.accept_ra_line, "IPv6AcceptRA", n.accept_ra, "yes");
}

void check_reset_networkd(struct exam *x)
{
	const struct scene_links *uplinks = &x->scene->uplinks;

	for (size_t i = 0; i < uplinks->count; i++)
		if (uplinks->list[i].link.ifindex)
			look_at_networkd(x, &uplinks->list[i]);
}

/* What a file of NetworkManager's says of a connection (nm-settings-keyfile(5)). */
struct connection {
	struct exam *x;
	char dev[IF_NAMESIZE], method[16];
	unsigned int line;
};

static void on_connection(const struct line *l, void *arg)
{
	struct connection *c = arg;

	if (strcmp(l->section, "connection") == 0 && strcmp(l->key, "interface-name") == 0)
		snprintf(c->dev, sizeof(c->dev), "%.15s", l->value);
	if (strcmp(l->section, "ipv6") == 0 && strcmp(l->key, "method") == 0) {
		snprintf(c->method, sizeof(c->method), "%s", l->value);
		c->line = l->number;
	}
}

static void on_keyfile(const char *path, void *arg)
{
	struct connection c = { .x = arg };

	lines_read(path, on_connection, &c);
	if (strcmp(c.method, "disabled") != 0 || !scene_link_find(&c.x->scene->uplinks, c.dev))
		return;
	exam_tell(c.x, FINDING_WARNING, "NetworkManager turns IPv6 off on %s", c.dev);
	exam_evidence(c.x, "%s:%u: method=%s", path, c.line, c.method);
	exam_remedy(c.x, "nmcli connection modify %s ipv6.method auto && nmcli device reapply %s",
		    c.dev, c.dev);
}

void check_reset_manager(struct exam *x)
{
	static const char *const dirs[] = { "/etc/NetworkManager/system-connections",
					    "/run/NetworkManager/system-connections", NULL };

	lines_files(dirs, ".nmconnection", on_keyfile, x);
}
