/*
 * reconcile: makes leases, running containers and the kernel's marked entries agree.
 *
 * Theory of operation: everything is looked at once (world/look.c). Then each lease is judged
 * (keep/judge.c), and what is left of the kernel's list is removed, under the lock of the
 * container that may be coming back at this moment. What is done is an attach or a detach like any
 * other, so that there is one way to do each; but those whose host side alone is lost are given
 * that back many at once (keep/restore.c), and attached only if that fails. Leases that a killed
 * run left beside its container's present one are given up before, as they account for nothing.
 */
#include "ops/reconcile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/note.h"
#include "keep/guarded.h"
#include "keep/opened.h"
#include "policy/leftover.h"

#define TOLD_EACH 16 /* leases, between two words of how far it is */

static void reconcile_release(struct reconcile *r)
{
	restore_pause(&r->restore);
	judge_release(&r->judge);
	look_release(&r->look);
	cleanup_nl_sock(&r->look.host);
}

/* Does (or in a dry run only tells) one attach or detach, and tells how it went. */
static int act(struct reconcile *r, const struct verdict *v, const struct holder *h)
{
	const struct instance *running = v->running;
	const enum reconcile_what what =
		v->what == VERDICT_ATTACH ? RECONCILE_ATTACH : RECONCILE_DETACH;
	struct reconcile_action action = { .what = what, .address = h->address, .why = v->why };
	const struct attachment *a = h->attachment;
	/* the service does not repeat what it could not do until something changed it */
	struct request q = {
		.hook = r->how == RECONCILE_REPAIR && !h->lost,
		/* what it detaches, it does not mean to keep away */
		.word = r->how == RECONCILE_DO && what == RECONCILE_ATTACH ? WORD_ROOT : WORD_NONE,
		.expected = h->recorded ? a : NULL,
		.bridge = v->bridge,
	};
	char name[IDENT_TEXT_MAX];
	struct listing done;
	struct error e;
	int err = 0;

	if (ident_from_text(h->ident, &action.ident) < 0)
		return 0;
	q.container = ident_container(&action.ident, name);
	q.lxcpath = *action.ident.path ? action.ident.path : NULL;
	/* one that its engine has listed is asked for by name: its PID may be another's by now */
	if (what == RECONCILE_ATTACH && !running && a) {
		q.pid = a->pid;
		/* it was alive a moment ago: another may have its PID by now */
		q.netns_dev = a->netns_dev;
		q.netns_inode = a->netns_inode;
		q.started = a->started;
		q.mac = h->lost ? NULL : a->mac;
		q.netns = a->pid ? NULL : a->netns_path;
	}
	restore_pause(&r->restore);
	if (reconcile_changes(r))
		err = what == RECONCILE_ATTACH ? op_attach(r->c, &q, &done, &e)
					       : op_detach(r->c, &q, &done, &e);
	if (reconcile_changes(r) && what == RECONCILE_ATTACH && err == 0)
		action.address = done.address;
	/* another has seen to it meanwhile */
	if (reconcile_changes(r) && what == RECONCILE_ATTACH && err == 0 && !done.changed)
		return 0;
	/* gone at this moment, or changed since it was judged: the next look tells */
	if (err == -ESRCH || err == -ESTALE || (running && err == -ENOENT))
		return 0;
	/* it waits, as it did */
	if (err == -ENXIO && a && a->waits)
		return 0;
	if (err == -ENOLINK) {
		action.what = RECONCILE_WAIT;
		err = 0;
	}
	if (err < 0 && a && (r->how == RECONCILE_REPAIR || a->ended) &&
	    strcmp(a->error, e.text) == 0)
		return 0;
	if (err < 0) {
		action.error = e.text;
		action.doctor = what == RECONCILE_ATTACH && op_doctor_knows(&e, err);
	}
	return r->each(&action, r->arg);
}

/* Does what the verdict says. Returns 0 or what each returned. */
static int follow(struct reconcile *r, const struct verdict *v, const struct holder *h)
{
	return v->what == VERDICT_NOTHING ? 0 : act(r, v, h);
}

/* Tells what became of those that were restored together. Returns 0 or what each returned. */
static int tell_restored(struct reconcile *r)
{
	const size_t count = r->restore.count;
	int err = 0;

	r->restore.count = 0;
	for (size_t i = 0; err == 0 && i < count; i++) {
		const struct restore_one *o = &r->restore.list[i];
		struct reconcile_action action = {
			.what = RECONCILE_ATTACH,
			.address = o->holder->address,
			.why = o->verdict.why,
		};

		o->holder->again = o->state == RESTORE_AGAIN;
		if (o->state == RESTORE_DONE &&
		    ident_from_text(o->holder->ident, &action.ident) == 0)
			err = r->each(&action, r->arg);
	}
	return err;
}

/*
 * Judges one lease. If the host's side alone is lost, it is restored together with others, unless
 * that was tried. Returns 0 or what each returned.
 */
static int see_to(struct reconcile *r, struct holder *h)
{
	struct verdict verdict;
	struct error e;

	if (judge_holder(&r->judge, h, reconcile_changes(r) && !h->again, &verdict, &e) < 0)
		return reconcile_fail(r, RECONCILE_ATTACH, h->ident, &h->address, &e);
	if (verdict.what == VERDICT_RESTORE)
		return restore_add(&r->restore, h, &verdict) ? tell_restored(r) : 0;
	return follow(r, &verdict, h);
}

/* Judges all present leases. Returns 0 or what each returned. */
static int see_to_all(struct reconcile *r)
{
	const struct holders *all = &r->look.present;
	int err = 0;

	for (size_t i = 0; err == 0 && i < all->count; i++) {
		if (i % TOLD_EACH == 0)
			note(NOTE_PROGRESS, "%zu of %zu leases", i, all->count);
		err = see_to(r, &all->list[i]);
	}
	if (err == 0 && r->restore.count) {
		restore_all(&r->restore);
		err = tell_restored(r);
	}
	for (size_t i = 0; err == 0 && i < all->count; i++)
		if (all->list[i].again)
			err = see_to(r, &all->list[i]);
	return err;
}

/* Judges what runs. Returns 0 or what each returned. */
static int serve_running(struct reconcile *r, const struct running *running)
{
	struct attachment former = { 0 };
	struct holder h;
	const struct verdict verdict = judge_running(&r->judge, running, &former, &h);

	return follow(r, &verdict, &h);
}

/* Tells of one that was not guarded as it must be. Returns what each does. */
static int tell_unguarded(const struct holder *h, void *arg)
{
	return reconcile_tell(arg, h->ident, &h->address, "guard", NULL);
}

/* Puts the guard right, before anything that is made public by what follows. Returns as each does.
 */
static int guard(struct reconcile *r)
{
	struct reconcile_action action = { .what = RECONCILE_REMOVE,
					   .why = "rules for no container" };
	bool extra = false;
	struct error e;
	int err = r->look.unguarded ? 0
				    : guarded_make(r->c, &r->look, reconcile_changes(r),
						   tell_unguarded, r, &extra, &e);

	if (err < 0) {
		if (r->c->config->guard == CONFIG_GUARD_BEST_EFFORT) {
			note(NOTE_STATE, "%s", e.text);
			return 0;
		}
		action.what = RECONCILE_ATTACH;
		action.why = "guard";
		action.error = e.text;
		extra = true;
	}
	return extra ? r->each(&action, r->arg) : err;
}

/* Tells of one whose way was closed. Returns what each does. */
static int tell_opened(const struct holder *h, void *arg)
{
	return reconcile_tell(arg, h->ident, &h->address, "way through another firewall", NULL);
}

/* Has other firewalls let through what must be, and no more. Returns as each does. */
static int open_others(struct reconcile *r)
{
	struct reconcile_action action = { .what = RECONCILE_REMOVE,
					   .why = "what another firewall let through for nobody" };
	bool extra = false;
	int err;

	restore_pause(&r->restore);
	err = opened_make(r->c, &r->look, reconcile_changes(r), tell_opened, r, &extra);
	return err == 0 && extra ? r->each(&action, r->arg) : err;
}

/* Judges everything that was seen. Returns 0 or what each returned. */
static int judge_all(struct reconcile *r)
{
	struct look *l = &r->look;
	int err = see_to_all(r);

	for (size_t i = 0; err == 0 && i < l->strays.count; i++)
		err = reconcile_leave_lease(r, &l->strays.list[i]);
	for (size_t i = 0; err == 0 && i < l->kernel.count; i++)
		err = reconcile_leave_entry(r, &l->kernel.list[i]);
	for (size_t i = 0; err == 0 && i < l->running_count; i++)
		err = serve_running(r, &l->running[i]);
	for (size_t i = 0; err == 0 && i < l->ended.count; i++) {
		const struct holder *h = &l->ended.list[i];
		struct verdict verdict;

		if (reconcile_changes(r))
			leftover_word(r->c, h->ident, h->attachment);
		verdict = judge_ended(&r->judge, h);
		err = follow(r, &verdict, h);
	}
	return err;
}

int op_reconcile(struct context *c, enum reconcile_how how, reconcile_each each, void *arg,
		 struct error *e)
{
	CLEANUP(reconcile_release)
	struct reconcile r = {
		.c = c,
		.look = { .store = c->store, .boot_id = c->boot_id, .guarded = true },
		.judge = { .c = c, .look = &r.look, .service = how == RECONCILE_REPAIR },
		.restore = { .judge = &r.judge, .locks = -1, .host_lock = -1 },
		.how = how,
		.each = each,
		.arg = arg,
	};
	const struct runtime_options o = { .engines = c->config->engines };
	int err = nl_open(&r.look.host, e);

	if (err == 0 && how != RECONCILE_REPAIR)
		err = reconcile_shared(&r);
	if (err == 0)
		err = look_read(&r.look, e);
	if (reconcile_changes(&r))
		c->store->ops->sweep(c->store);
	if (err == 0 && context_is_served(c))
		err = ready_list(c, r.look.host, &r.ready, e);
	if (err == 0)
		err = look_ask_engines(&r.look, &o, how != RECONCILE_REPAIR || r.look.lost, e);
	if (err == 0)
		err = guard(&r);
	if (err == 0)
		err = judge_all(&r);
	if (err == 0)
		err = open_others(&r);
	if (err == 0 && r.look.unasked && how != RECONCILE_REPAIR)
		return error_set(e, STATUS_FAILED, -EIO,
				 "what %s has started was left out, as it does not say what runs",
				 r.look.unasked);
	return err;
}
