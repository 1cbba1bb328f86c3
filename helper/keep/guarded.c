/*
 * Which containers are guarded, and as whom: what the records say, made good in the filters.
 *
 * Theory of operation: a record holds all that its container's port may speak for, so that the
 * guard's table can be made of the records alone, by one transaction. It is written before the
 * guard is set, and the table is read before the records: what is in the table and in no record is
 * nobody's, unless the kernel leads an address of it to a container (a record that is lost).
 */
#include "keep/guarded.h"

#include <errno.h>
#include <string.h>

#include "base/note.h"
#include "filter/bare_table.h"
#include "filter/guard_mac.h"
#include "filter/guard_table.h"

void guarded_port(const struct context *c, const char *ident, const struct in6_addr *address,
		  const struct attachment *a, struct guard_port *ret)
{
	*ret = (struct guard_port){
		.name = ident,
		.port = a->port,
		.gateway = c->config->gateway,
		.address = *address,
		.on_link = a->on_link,
		.speaks = c->config->guard != CONFIG_GUARD_OFF,
		.label = a->expose,
		.published = a->published,
	};
	if (ident)
		guarded_expose(c, ret);
	memcpy(ret->mac, a->mac, sizeof(ret->mac));
	for (int i = 0; i < a->also_count; i++) {
		const struct in6_addr *also = &a->also[i];

		if (IN6_IS_ADDR_V4MAPPED(also)) {
			ret->has_ipv4 = true;
			memcpy(&ret->ipv4, &also->s6_addr[12], sizeof(ret->ipv4));
		} else if (ret->given_count < GUARD_GIVEN_MAX) {
			ret->given[ret->given_count++] = *also;
		}
	}
}

void guarded_expose(const struct context *c, struct guard_port *p)
{
	p->open = config_exposed(c->config, p->name, &p->label, &p->published);
}

/* Whether there is something to be done for it. */
static bool has_guard(const struct guard_port *p)
{
	return p->speaks || p->open.word != EXPOSE_ALL;
}

/* Whether there is a bridge, which learns nothing that is not filtered once this returns. */
static bool is_bridge(struct nl_sock *host, const struct link *via)
{
	if (!via || strcmp(via->kind, "bridge") != 0)
		return false;
	if (host && via->learns && link_learn_less(host, via->ifindex) < 0)
		note(NOTE_STATE, "%s learns MACs from LLDP: its containers can confuse it",
		     via->name);
	return true;
}

/*
 * Tells where the port is by what it is reached by, and that it is not guarded where that is
 * neither a bridge nor the port itself. Returns whether it is guarded.
 */
static bool place(struct guard_port *p, struct nl_sock *host, const struct link *via)
{
	p->bare = via && via->ifindex == p->port;
	p->speaks = p->speaks && (p->bare || is_bridge(host, via));
	return p->speaks;
}

int guarded_begin(const struct context *c, struct nl_sock *host, const struct link *via,
		  const char *ident, const struct in6_addr *address, const struct attachment *a,
		  struct error *e)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	struct guard_port port;
	int r;

	guarded_port(c, ident, address, a, &port);
	place(&port, host, via);
	if (!has_guard(&port))
		return 0;
	if (port.speaks && !port.bare && via->has_mac &&
	    memcmp(via->mac, port.mac, sizeof(port.mac)) == 0)
		return error_set(e, STATUS_FAILED, -EADDRINUSE,
				 "its MAC is that of its bridge %s: give it a MAC of its own, and "
				 "attach it again",
				 via->name);
	r = guard_open(&nl, e);
	if (r == 0)
		r = guard_set(nl, &port, e);
	/* that it can be guarded, but not as another, is no reason to do without */
	if (r < 0 && r != -EADDRINUSE && c->config->guard == CONFIG_GUARD_BEST_EFFORT) {
		note(NOTE_STATE, "%s is not guarded: %s", ident, e->text);
		return 0;
	}
	return r < 0 ? r : 1;
}

void guarded_end(const struct context *c, const char *ident, const struct in6_addr *address,
		 const struct attachment *but)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	struct guard_port port;
	struct error e;
	int r = -EAGAIN;

	if (but) {
		guarded_port(c, ident, address, but, &port);
		port.bare = (int)if_nametoindex(but->bridge) == but->port;
	}
	/* there is no way back from here: a failure that may have been a passing one is tried again
	 */
	for (int tries = 0; tries < 2 && r < 0; tries++) {
		r = nl ? 0 : guard_open(&nl, &e);
		if (r == 0)
			r = guard_leave(nl, ident, but ? &port : NULL, &e);
	}
	if (r < 0)
		note(NOTE_DETAIL, "%s: its guard is left: %s", ident, e.text);
}

/* Whether it is recorded as attached, by a port. */
static bool is_attached(const struct context *c, const struct holder *h)
{
	const struct attachment *a = h->attachment;

	return a && !a->waits && a->port && attachment_is_live(a, c->boot_id);
}

const char *guarded_name(enum guarded g)
{
	static const char *const names[] = { NULL, "off", "missing", "no-ipv4", "on", "no-bridge" };

	return names[g];
}

enum guarded guarded_look(const struct context *c, struct look *l, const struct holder *h)
{
	struct guard_port port;
	bool placed;

	guarded_port(c, h->ident, &h->address, h->attachment, &port);
	placed = place(&port, NULL, look_link(l, h->attachment->bridge));
	if (l->unguarded)
		return c->config->guard ? GUARDED_UNKNOWN : GUARDED_OFF;
	if (!guard_holds(&l->guard, &port))
		return GUARDED_NOT;
	if (!c->config->guard)
		return GUARDED_OFF;
	if (!placed)
		return GUARDED_NO_BRIDGE;
	return port.has_ipv4 ? GUARDED_ALL : GUARDED_IPV6;
}

/* What the table must be, in the making. */
struct making {
	const struct context *c;
	struct look *look;
	bool change;
	struct elements must;
	int locks; /* -1, or those of the containers that get what they lack */
};

static void making_release(struct making *m)
{
	elements_release(&m->must);
	cleanup_close(&m->locks);
}

/* Adds what the table has of one container. Returns 0 or -ENOMEM. */
static int keep(struct making *m, const char *comment)
{
	const struct elements *have = &m->look->guard.elements;
	int r = 0;

	for (size_t i = 0; r == 0 && i < have->count; i++)
		if (strcmp(have->list[i].comment, comment) == 0)
			r = elements_add(&m->must, &have->list[i]);
	return r;
}

/* Whether nobody else is at work on it, now and until all is done, and its record is as it was. */
static bool hold(struct making *m, const struct holder *h)
{
	struct lease_store *s = m->c->store;
	struct error ignored;
	int r;

	if (!m->change)
		return true;
	r = m->locks < 0 ? s->ops->lock(s, LOCK_CONTAINER, h->ident, false, 0, &m->locks, &ignored)
			 : s->ops->lock_too(s, h->ident, 0, m->locks);
	return r >= 0 && s->ops->unchanged(s, h->ident, h->attachment) == 1;
}

/* Whether its port is gone for certain: there is nothing to guard, until somebody sees its end. */
static bool is_gone(const struct making *m, const struct holder *h)
{
	struct link ignored;

	return link_by_index(m->look->host, h->attachment->port, &ignored) == -ENODEV;
}

/* Adds what guards one that is attached. Returns 1 if it lacks some of it, 0 or -errno. */
static int want(struct making *m, const struct holder *h)
{
	struct filter_element list[GUARD_ELEMENTS];
	char comment[FILTER_COMMENT_MAX];
	struct guard_port port;
	struct error refused;
	bool lacks;
	size_t count;
	int r = 0;

	guarded_port(m->c, h->ident, &h->address, h->attachment, &port);
	/* a bridge that is gone, or another by now: who judges that goes on with its guard */
	if (port.speaks && !place(&port, m->change ? m->look->host : NULL,
				  look_link(m->look, h->attachment->bridge)))
		r = keep(m, guard_comment(h->ident, comment));
	if (r < 0)
		return r;
	lacks = !guard_holds(&m->look->guard, &port);
	if (lacks && (is_gone(m, h) || !hold(m, h)))
		return keep(m, guard_comment(h->ident, comment));
	/* attached while nothing was guarded, or by an attach that was cut short */
	if (lacks && guard_mac_check(&m->look->guard.elements, &port, &refused) < 0) {
		if (m->change)
			note(NOTE_STATE, "%s is not guarded: %s", h->ident, refused.text);
		return keep(m, guard_comment(h->ident, comment));
	}
	count = guard_elements(&port, list);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = elements_add(&m->must, &list[i]);
	return r < 0 ? r : lacks;
}

/* Adds what no record tells of, but the kernel leads to. Returns 0 or -errno. */
static int keep_unknown(struct making *m)
{
	const struct elements *have = &m->look->guard.elements;
	int r = 0;

	for (size_t i = 0; r == 0 && i < have->count; i++) {
		const struct filter_element *one = &have->list[i];
		struct in6_addr address;
		const struct holder *h;

		if (one->set != GUARD_TAKEN6 && one->set != EXPOSE_CLOSED && one->set != BARE_OWN6)
			continue;
		/* the end of the key */
		memcpy(&address, one->key + one->len - sizeof(address), sizeof(address));
		h = holders_find(&m->look->present, &address);
		if (!(h && is_attached(m->c, h)) && marked_has(&m->look->kernel, &address))
			r = keep(m, one->comment);
	}
	/* what all ports on bridges share */
	for (size_t i = 0; r == 0 && i < m->must.count; i++)
		if (m->must.list[i].set < GUARD_SETS)
			return keep(m, GUARD_HOST);
	return r;
}

/* Whether the table has what nobody must have. */
static bool has_extra(struct making *m)
{
	const struct elements *have = &m->look->guard.elements;

	elements_sort(&m->must);
	for (size_t i = 0; i < have->count; i++)
		if (!elements_find(&m->must, &have->list[i]))
			return true;
	return !guard_fits(&m->look->guard, &m->must) && !m->must.count;
}

int guarded_make(const struct context *c, struct look *l, bool change,
		 int (*lacks)(const struct holder *h, void *arg), void *arg, bool *extra,
		 struct error *e)
{
	CLEANUP(making_release)
	struct making m = { .c = c, .look = l, .change = change, .locks = -1 };
	const struct holders *all = &l->present;
	_nl_sock_ struct nl_sock *nl = NULL;
	_free_ bool *lacking = all->count ? calloc(all->count, sizeof(*lacking)) : NULL;
	bool any = false;
	int r = all->count && !lacking ? -ENOMEM : 0;

	for (size_t i = 0; r >= 0 && i < all->count; i++) {
		const struct holder *h = &all->list[i];

		if (!is_attached(c, h))
			continue;
		r = want(&m, h);
		lacking[i] = r == 1;
		any |= lacking[i];
	}
	if (r >= 0)
		r = keep_unknown(&m);
	if (r < 0)
		return error_sys(e, r, "cannot guard");
	*extra = has_extra(&m);
	if (change && (any || *extra || !guard_fits(&l->guard, &m.must))) {
		r = guard_open(&nl, e);
		if (r == 0)
			r = guard_make(nl, &l->guard, &m.must, e);
	}
	/* another is at work: the next look tells */
	if (r == -ERESTART)
		return 0;
	if (r < 0)
		return r;
	r = 0;
	for (size_t i = 0; r == 0 && i < all->count; i++)
		if (lacking && lacking[i])
			r = lacks(&all->list[i], arg);
	return r;
}
