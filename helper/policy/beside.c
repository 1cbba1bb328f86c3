/*
 * The probe beside an attach that did not wait for one.
 *
 * A container that is started again has had its address before, and does not wait a second for a
 * probe. But another machine may have taken the address meanwhile, and the administrator wants to
 * know.
 */
#include "policy/beside.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/note.h"
#include "net/link.h"
#include "net/ndisc.h"
#include "wire/nl.h"

/* Writes the reason into the attachment, if it is the same still. */
static void record(struct context *c, const struct unprobed *u, const char *reason)
{
	struct lease_store *s = c->store;
	char ident[IDENT_TEXT_MAX];
	struct attachment a;
	struct error ignored;
	_close_ int lock = -1;

	ident_text(&u->ident, ident);
	if (s->ops->lock(s, LOCK_CONTAINER, ident, false, CONTEXT_WAIT_MS, &lock, &ignored) < 0 ||
	    s->ops->attachment(s, ident, &a, &ignored) != 1 ||
	    !attachment_is_live(&a, c->boot_id) || a.since != u->since)
		return;
	snprintf(a.error, sizeof(a.error), "%s", reason);
	s->ops->attach(s, ident, &a, &ignored);
}

static void probe(struct context *c, const struct unprobed *u)
{
	_nl_sock_ struct nl_sock *host = NULL;
	char text[INET6_ADDRSTRLEN], reason[256], ident[IDENT_TEXT_MAX];
	unsigned char owner[6];
	struct error e;
	struct link uplink;

	if (nl_open(&host, &e) < 0 || link_by_name(host, u->uplink, &uplink) < 0 || !uplink.has_mac)
		return;
	if (ndisc_probe(uplink.ifindex, uplink.mac, &u->address, c->config->probe_ms, owner, &e) !=
	    1)
		return;
	snprintf(reason, sizeof(reason),
		 "address %s" LEASE_ANSWERED "%s by %02x:%02x:%02x:%02x:%02x:%02x, too",
		 inet_ntop(AF_INET6, &u->address, text, sizeof(text)), u->uplink, owner[0],
		 owner[1], owner[2], owner[3], owner[4], owner[5]);
	note(NOTE_WARNING, "%s: %s", ident_text(&u->ident, ident), reason);
	record(c, u, reason);
}

void beside_probe(struct context *c, const struct unprobed *u, void (*apart)(void))
{
	if (fork() != 0)
		return;
	if (apart)
		apart();
	setsid();
	probe(c, u);
	_exit(STATUS_DONE);
}
