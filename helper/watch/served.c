/*
 * What an engine tells of a container that it runs, or starts just now, done: it is attached.
 *
 * Theory of operation: the record comes from a process that has read what strangers wrote, so what
 * leases hang on, the name and the place, the engine confirms to a reader of its own (named.c).
 */
#include "watch/served.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "names/names.h"
#include "watch/journal.h"
#include "watch/named.h"
#include "watch/renamed.h"
#include "watch/stats.h"

const struct config_engine *served_engine(const struct context *c, const struct record *r)
{
	return &c->config->engines[r->engine];
}

/* Whether this very instance is attached already: what its labels ask for was told then. */
static bool is_attached(struct context *c, const struct record *r, const char *container)
{
	struct attachment a;
	struct error ignored;

	return c->store->ops->attachment(c->store, container, &a, &ignored) == 1 &&
	       attachment_is_live(&a, c->boot_id) && a.pid == r->pid &&
	       strcmp(a.instance, r->id) == 0;
}

/* As named_by_engine, of an instance of Incus's, which says what ID a name has. */
static int confirm_id(const struct config_engine *engine, const struct record *r,
		      char ret[IDENT_NAME_MAX + 1])
{
	int err = named_has_id(engine, r->name, r->id);

	if (err == 1)
		snprintf(ret, IDENT_NAME_MAX + 1, "%s", r->name);
	return err == 1 ? 0 : err == 0 ? -ENOENT : err;
}

/* As named_by_engine, of one of which the engine tells less as long as it starts it. */
static int confirm_said(const struct config_engine *engine, const struct record *r,
			char ret[IDENT_NAME_MAX + 1])
{
	int err = named_is_called(engine->socket, r->id, r->name);

	if (err == 1)
		snprintf(ret, IDENT_NAME_MAX + 1, "%s", r->name);
	return err == 1 ? 0 : err == 0 ? -ENOENT : err;
}

int served_confirm(const struct context *c, struct record *r, enum served how,
		   char container[SERVED_NAME_MAX])
{
	const struct config_engine *engine = served_engine(c, r);
	char name[IDENT_NAME_MAX + 1];
	int err;

	if (how == SERVED_KNOWN)
		return 0;
	err = how == SERVED_STARTS	      ? confirm_said(engine, r, name)
	      : engine->which == ENGINE_INCUS ? confirm_id(engine, r, name)
					      : named_by_engine(engine, r->id, name);
	if (err == -ENOENT)
		return -ESRCH;
	if (err < 0) {
		journal_change("failed", container, NULL, r->why,
			       "the engine does not say what the name of this container is");
		return err;
	}
	if (strcmp(name, r->name) != 0) {
		if (r->kind == RECORD_RUNNING)
			snprintf(r->old_name, sizeof(r->old_name), "%s", r->name);
		snprintf(r->name, sizeof(r->name), "%s", name);
		snprintf(container, SERVED_NAME_MAX, "%s:%s", engine->name, name);
	}
	return 0;
}

/* Whether the place of this container is recorded already: its labels never change. */
static bool is_placed(struct context *c, const struct record *r, const char *container)
{
	struct attachment a;
	struct error ignored;

	return c->store->ops->attachment(c->store, container, &a, &ignored) == 1 && *a.place &&
	       strcmp(a.instance, r->id) == 0;
}

/* Whether Podman's own network has called for it by CNI: then it has its address. */
static bool is_served_by_cni(struct context *c, const struct record *r)
{
	char ident[SERVED_NAME_MAX];
	struct attachment a;
	struct error ignored;

	snprintf(ident, sizeof(ident), "cni:%s", r->name);
	return served_engine(c, r)->which == ENGINE_PODMAN &&
	       c->store->ops->attachment(c->store, ident, &a, &ignored) == 1 &&
	       attachment_is_live(&a, c->boot_id) && strcmp(a.instance, r->id) == 0;
}

/* The place that the parser says is its, if the engine says so, too; else null. */
static const char *confirm_place(const struct context *c, const struct record *r,
				 const char *container)
{
	int err = named_in_place(served_engine(c, r)->socket, r->id, r->place);

	if (err < 0)
		journal_change("warning", container, NULL, r->why,
			       "the engine does not say whether its labels name its place: its "
			       "lease is its name's");
	return err == 1 ? r->place : NULL;
}

/* Tells of a name that the one who ran it may not choose. */
static void tell_unnamed(const struct context *c, const struct record *r, const char *container)
{
	if (*r->hostname && (c->config->hosts || c->config->on_change.user) &&
	    !names_may_be(c, r->hostname))
		journal_change("warning", container, NULL, "label v6hook.name is not followed",
			       c->config->domain ? "it is not in the configuration's \"domain\""
						 : "the configuration names no \"domain\"");
}

int served_attach(struct context *c, struct record *r, enum served how, struct listing *ret,
		  char container[SERVED_NAME_MAX], struct error *e)
{
	struct request q = {
		.container = container,
		.pid = r->pid,
		.instance = r->id,
		.hook = true,
		.known = named_is_known,
		.mac = r->has_mac ? r->mac : NULL,
		.given = r->given,
		.given_count = (int)r->given_count,
		.expose = &r->expose,
		.published = &r->published,
		.hostname = r->hostname,
	};
	char address[INET6_ADDRSTRLEN];
	struct in6_addr label;
	const int64_t begun = stats_clock();
	struct listing done;
	int err;

	if (r->wish == WISH_NO || (served_engine(c, r)->labelled && r->wish != WISH_YES))
		return 0;
	/* gone since, or never its process: the next record tells */
	if (record_check_pid(r, served_engine(c, r), &q.started) < 0 || is_served_by_cni(c, r))
		return 0;
	if (!is_attached(c, r, container)) {
		err = served_confirm(c, r, how, container);
		/* renamed since, or before the service ran, or as Incus does it, while it was
		 * stopped: what it held by that name is first */
		if (err == 0 && (*r->old_name || how != SERVED_RUNS ||
				 strcmp(r->why, "running") == 0 || r->engine == ENGINE_INCUS))
			err = renamed_follow(c, served_engine(c, r), r);
		/* each name keeps its own lease */
		if (err == -EEXIST && !*r->old_name)
			err = 0;
		if (err < 0)
			return err == -ESRCH ? 0 : err;
	}
	if (*r->place && how != SERVED_KNOWN && !is_placed(c, r, container))
		q.place = confirm_place(c, r, container);
	if (*r->address && !is_attached(c, r, container)) {
		if (inet_pton(AF_INET6, r->address, &label) == 1)
			q.label = &label;
		else
			journal_change("warning", container, NULL,
				       "label v6hook.address is no IPv6 address", NULL);
	}
	err = op_attach(c, &q, &done, e);
	if (err == 0 && *done.unheard)
		journal_change("warning", container, NULL, "label v6hook.address is not followed",
			       done.unheard);
	/* its last network was taken away */
	if (err == -ENOLINK)
		journal_change("waiting", container, NULL, r->why, NULL);
	/* which a look may have seen before; list tells the rest */
	if (err == -ENOLINK || err == -ENXIO)
		return 0;
	/* gone at this moment: its end is told next; or detached by hand, which is the last word */
	if (err == -ESRCH || err == -ECANCELED)
		return 0;
	if (err < 0) {
		stats_failed(e->status);
		journal_failed(container, NULL, r->why, e->text, op_doctor_knows(e, err));
	} else if (done.changed) {
		stats_attached(begun);
		journal_change("attached", container,
			       inet_ntop(AF_INET6, &done.address, address, sizeof(address)), r->why,
			       NULL);
		tell_unnamed(c, r, container);
	}
	if (err == 0) {
		op_attach_probe(c, &done, NULL);
		*ret = done;
	}
	return err;
}
