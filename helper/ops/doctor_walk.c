/*
 * One container's way, as the doctor goes it: which container it is, and where its network is.
 *
 * Theory of operation: what the engine says of it, what is recorded and what its network shows is
 * put together here, as an attach would; the steps themselves (doctor/walk.c) know of no engine and
 * decide nothing. What is not to be had is told by the step that it concerns.
 */
#include "ops/doctor_walk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor/walk.h"
#include "known/locate.h"
#include "known/resolve.h"

/* All that a walk points to. */
struct trip {
	struct context *c;
	struct request q;
	struct instance instance;
	char ident[IDENT_TEXT_MAX], name[IDENT_TEXT_MAX], attach[IDENT_TEXT_MAX + 320];
	struct located at;
	struct patient patient;
};

static void trip_release(struct trip *t)
{
	located_release(&t->at);
}

/*
 * Which container is meant, and whether it runs. One that no engine knows may have a lease still.
 * Returns 0, or -errno if nobody knows the name.
 */
static int find(struct trip *t, struct error *e)
{
	struct patient *p = &t->patient;
	struct ident ident;

	p->found = resolve_instance(t->c, &t->q, &t->instance, &p->unfound);
	ident = t->instance.ident;
	if (p->found < 0 && (p->unfound.status == STATUS_USAGE ||
			     resolve_holder(t->c, &t->q, true, &ident, e) < 0)) {
		*e = p->unfound;
		return p->found;
	}
	ident_text(&ident, t->ident);
	ident_container(&ident, t->name);
	p->name = t->name;
	return 0;
}

/* The holder of that name, or null. */
static struct holder *holder_of(const struct holders *all, const char *ident)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->list[i].ident, ident) == 0)
			return &all->list[i];
	return NULL;
}

/* Makes the scene one of this container alone. Returns 0 or -errno. */
static int narrow(struct trip *t, struct scene *s, struct error *e)
{
	struct holders *all = &s->look->present;
	struct holder *one = holder_of(all, t->ident), first = { 0 };
	struct patient *p = &t->patient;

	p->holder = holder_of(&s->look->ended, t->ident);
	if (one) {
		first = all->list[0];
		s->guards += one - all->list;
		all->list[0] = *one;
		*one = first;
		p->holder = &all->list[0];
		p->record = scene_attached(s, p->holder);
	}
	all->count = one != NULL;
	while (s->way_count && !(one && range_contains(s->ways->range, &p->holder->address))) {
		s->ways++;
		s->way_count--;
	}
	if (s->way_count)
		s->way_count = 1;
	scene_links_release(s);
	s->uplinks = s->bridges = (struct scene_links){ 0 };
	return scene_links_find(s, e);
}

/* Looks for its network: that of the instance that is recorded, if no engine knows it. */
static void look_inside(struct trip *t)
{
	struct patient *p = &t->patient;
	const struct attachment *a = p->record;
	const char *file;
	int said = p->found;

	if (a && p->found < 0) {
		request_again(&t->q, a);
		t->q.expected = NULL;
		t->instance.pid = a->pid;
		p->found = 0;
	} else if (a) {
		/* of several ports the one that is served */
		t->q.mac = a->mac;
	}
	file = t->q.netns;
	snprintf(t->attach, sizeof(t->attach), "v6hook attach %s%s%s", t->name,
		 file ? " --netns " : "", file ? file : "");
	p->attach = t->attach;
	if (p->found == 0)
		p->located = locate(t->c, &t->q, &t->instance, &t->at, &p->unlocated);
	/* there is no such process, or namespace, any more */
	if (p->located < 0 && t->at.netns.fd < 0) {
		p->found = p->located;
		/* the engine has said so in better words */
		if (said != -ESRCH)
			p->unfound = p->unlocated;
	}
	if (a && t->at.netns.inode)
		p->same =
			a->netns_dev == t->at.netns.dev && a->netns_inode == t->at.netns.inode &&
			(!a->started || !t->at.netns.started || a->started == t->at.netns.started);
	p->same &= p->located == 0;
	p->netns = &t->at.netns;
	p->inner = t->at.inner;
	p->port = &t->at.port;
}

int doctor_walk(struct context *c, const struct request *q, bool heard, struct scene *s,
		struct findings *ret, struct in6_addr *ret_served, struct error *e)
{
	CLEANUP(trip_release)
	struct trip t = { .c = c, .q = *q, .at = LOCATED_NONE, .patient.heard = heard };
	const struct patient *p = &t.patient;
	int r;

	/* who it is, and what it has, is in there */
	if (s->misconfigured || !s->look) {
		*e = s->misconfigured ? *s->misconfigured : *s->unlooked;
		return -EINVAL;
	}
	r = find(&t, e);
	if (r == 0)
		r = narrow(&t, s, e);
	if (r < 0)
		return r;
	look_inside(&t);
	r = walk_examine(p, s, ret, e);
	if (r < 0 || !p->record || !p->same)
		return r;
	*ret_served = p->holder->address;
	return 1;
}
