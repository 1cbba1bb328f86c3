/* The settings that forwarding and answering hang on, and who would reset them. */
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "doctor/checks.h"
#include "net/route.h"

#define QUEUE_LEAST 1024 /* what attach makes of it: net/host.c */

/* Whether anything needs the host to forward or answer yet: attach sees to it with the first. */
static bool is_used(const struct scene_link *l)
{
	return l->attached && !l->dead && l->link.ifindex;
}

/* Whether any of them is used; by a range that is not routed here, if asked so. */
static bool any_used(const struct scene_links *all, bool proxies)
{
	for (size_t i = 0; i < all->count; i++)
		if (is_used(&all->list[i]) && (all->list[i].proxies || !proxies))
			return true;
	return false;
}

/* Tells of a setting that is not what it must be. Returns whether it is. */
static bool must_be(struct exam *x, const char *part, const char *dev, const char *name, int want,
		    enum finding_state state, const char *what)
{
	int now;

	if (!exam_sysctl(x, part, dev, name, &now) || now == want)
		return true;
	exam_tell(x, state, "%s", what);
	exam_saw_sysctl(x, part, dev, name, now);
	exam_remedy(x, "sysctl -w net.ipv6.%s.%s.%s=%d", part, dev, name, want);
	return false;
}

/* Tells of those that do not forward what comes in there. @so: what comes of that */
static void must_forward(struct exam *x, const struct scene_links *all, const char *so)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct scene_link *l = &all->list[i];
		char what[128];

		snprintf(what, sizeof(what), "%s does not forward, so %s", l->name, so);
		if (is_used(l))
			must_be(x, "conf", l->name, "forwarding", 1, FINDING_BROKEN, what);
	}
}

void check_forwarding(struct exam *x)
{
	const struct scene *s = x->scene;

	if (!any_used(&s->uplinks, false))
		return;
	if (!must_be(x, "conf", "all", "forwarding", 1, FINDING_BROKEN,
		     "the host does not forward IPv6"))
		return;
	must_forward(x, &s->uplinks, "nothing is answered there");
	must_forward(x, &s->bridges, "what its containers send gets no further");
}

void check_proxying(struct exam *x)
{
	if (any_used(&x->scene->uplinks, true))
		must_be(x, "conf", "all", "proxy_ndp", 1, FINDING_BROKEN,
			"the host does not answer for its containers");
}

void check_delay(struct exam *x)
{
	const struct scene_links *uplinks = &x->scene->uplinks;

	for (size_t i = 0; i < uplinks->count; i++) {
		const struct scene_link *u = &uplinks->list[i];
		char what[128];

		snprintf(what, sizeof(what),
			 "answers on %s are held back at random, the first packets with them",
			 u->name);
		if (is_used(u) && u->proxies)
			must_be(x, "neigh", u->name, "proxy_delay", 0, FINDING_WARNING, what);
	}
}

void check_queue(struct exam *x)
{
	const struct scene_links *uplinks = &x->scene->uplinks;
	int now;

	for (size_t i = 0; i < uplinks->count; i++) {
		const struct scene_link *u = &uplinks->list[i];

		if (!is_used(u) || !u->proxies ||
		    !exam_sysctl(x, "neigh", u->name, "proxy_qlen", &now) || now >= QUEUE_LEAST)
			continue;
		exam_tell(x, FINDING_WARNING,
			  "of many questions at once on %s some stay without an answer", u->name);
		exam_saw_sysctl(x, "neigh", u->name, "proxy_qlen", now);
		exam_remedy(x, "sysctl -w net.ipv6.neigh.%s.proxy_qlen=%d", u->name, QUEUE_LEAST);
	}
}

void check_accept_ra(struct exam *x)
{
	const struct scene_links *uplinks = &x->scene->uplinks;
	struct route route;

	for (size_t i = 0; i < uplinks->count; i++) {
		const struct scene_link *u = &uplinks->list[i];

		/* 0: a network manager handles the advertisements, the kernel does not */
		if (!is_used(u) || u->link.conf.accept_ra != 1 || u->link.conf.forwarding != 1 ||
		    route_default_by(x->scene->host, u->link.ifindex, &route) != 1 ||
		    route.protocol != RTPROT_RA)
			continue;
		exam_tell(x, FINDING_BROKEN,
			  "the default route comes from advertisements on %s, which a host that "
			  "forwards does not take: it is lost soon",
			  u->name);
		exam_saw_sysctl(x, "conf", u->name, "accept_ra", 1);
		exam_remedy(x, "sysctl -w net.ipv6.conf.%s.accept_ra=2", u->name);
	}
}
