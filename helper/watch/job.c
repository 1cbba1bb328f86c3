/* What one job of the service does, in a process of its own: attach, detach, rename, reconcile. */
#include "watch/job.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/note.h"
#include "base/text.h"
#include "base/user.h"
#include "names/hosts.h"
#include "ops/verbs.h"
#include "policy/ready.h"
#include "runtime/runtime.h"
#include "watch/journal.h"
#include "watch/metrics.h"
#include "watch/renamed.h"
#include "watch/served.h"
#include "watch/stats.h"
#include "watch/tell.h"

/* Only if this instance holds the attachment and is gone. */
static int detach(struct context *c, const struct record *r, const char *container)
{
	struct request q = { .container = container, .instance = r->id };
	char address[INET6_ADDRSTRLEN];
	struct listing done;
	struct error e;
	int err = op_detach(c, &q, &done, &e);

	if (err < 0)
		journal_change("failed", container, NULL, r->why, e.text);
	else if (done.changed)
		journal_change("detached", container,
			       inet_ntop(AF_INET6, &done.address, address, sizeof(address)), r->why,
			       NULL);
	return err;
}

static int on_held(const char *text, const struct attachment *a, void *arg)
{
	(void)text;
	return strcmp(a->instance, arg) == 0;
}

/* A rename that the parser tells: only of what this very instance was given, to its name. */
static int follow_rename(struct context *c, struct record *r, char container[SERVED_NAME_MAX])
{
	struct error ignored;
	int err = c->store->ops->walk_attachments(c->store, on_held, r->id, &ignored);

	if (err <= 0)
		return err;
	err = served_confirm(c, r, SERVED_RUNS, container);
	if (err < 0)
		return err == -ESRCH ? 0 : err;
	return renamed_follow(c, served_engine(c, r), r);
}

/* Whether the service is about to end. */
static bool is_to_end(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1;
}

static int on_action(const struct reconcile_action *a, void *arg)
{
	static const char *const whats[] = { "attached", "detached", "removed", "waiting" };
	char text[INET6_ADDRSTRLEN], name[IDENT_TEXT_MAX + USER_NAME_MAX] = "";
	const char *address = NULL;

	if (!IN6_IS_ADDR_UNSPECIFIED(&a->address))
		address = inet_ntop(AF_INET6, &a->address, text, sizeof(text));
	if (*a->ident.name)
		ident_shown(&a->ident, name, sizeof(name));
	if (a->error) {
		*(bool *)arg = true;
		stats_failed(STATUS_FAILED);
		journal_failed(name, address, a->why, a->error, a->doctor);
		return is_to_end();
	}
	if (a->what != RECONCILE_WAIT)
		stats_repaired();
	journal_change(whats[a->what], name, address, a->why, NULL);
	return is_to_end();
}

static int reconcile(struct context *c)
{
	sigset_t term;
	bool failed = false;
	struct error e;
	int err;

	/* whoever ends the service waits for the container at hand, and no longer */
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	err = op_reconcile(c, RECONCILE_REPAIR, on_action, &failed, &e);
	/* it is tried again and again */
	if (err < 0)
		note(NOTE_STATE, "%s", e.text);
	journal_reconciled();
	return failed ? -EIO : err;
}

/* Makes the files that are made of what is stored. */
static int make(struct context *c)
{
	struct error e;
	int err = hosts_write(c, &e), r;

	if (err < 0)
		note(NOTE_STATE, "%s", e.text);
	r = metrics_write(c, &e);
	if (r < 0)
		note(NOTE_STATE, "%s", e.text);
	return err < 0 ? err : r;
}

int job_put_back(const struct context *context, const char *text, const char *why)
{
	char address[INET6_ADDRSTRLEN], name[IDENT_TEXT_MAX + USER_NAME_MAX];
	char container[IDENT_TEXT_MAX];
	struct context c;
	struct request q = { .hook = true };
	struct attachment a;
	struct ident ident;
	struct listing done;
	struct error e;
	int err = context_inherit(context, &c, &e);

	if (err < 0 || ident_from_text(text, &ident) < 0 ||
	    c.store->ops->attachment(c.store, text, &a, &e) != 1 || a.waits)
		return err;
	/* what ended, or is another instance by now, is told by others */
	request_again(&q, &a);
	q.container = ident_container(&ident, container);
	q.lxcpath = *ident.path ? ident.path : NULL;
	err = op_attach(&c, &q, &done, &e);
	if (err == -ESRCH || err == -ESTALE || err == -ECANCELED || err == -ENXIO)
		return 0;
	ident_shown(&ident, name, sizeof(name));
	if (err == -ENOLINK) {
		journal_change("waiting", name, NULL, why, NULL);
		return 0;
	}
	if (err < 0 && strcmp(a.error, e.text) != 0) {
		stats_failed(e.status);
		journal_failed(name, NULL, why, e.text, op_doctor_knows(&e, err));
	} else if (err == 0 && done.changed) {
		stats_repaired();
		journal_change("attached", name,
			       inet_ntop(AF_INET6, &done.address, address, sizeof(address)), why,
			       NULL);
	}
	return err;
}

int job_run(const struct context *context, struct record *r)
{
	struct context c;
	char container[SERVED_NAME_MAX];
	struct listing done = { 0 };
	struct error e;
	int err;

	note_to(journal_note);
	err = context_inherit(context, &c, &e);
	snprintf(container, sizeof(container), "%s:%s", served_engine(context, r)->name, r->name);
	if (err < 0 && (!*r->name || *r->name == '/'))
		note(NOTE_STATE, "%s", e.text);
	else if (err < 0)
		journal_change("failed", container, NULL, "leases", e.text);
	if (err < 0)
		return err;
	/* what it told before it was left out of the configuration: it cannot be asked any more */
	if (!served_engine(&c, r)->socket && r->kind != RECORD_GONE)
		return 0;
	switch (r->kind) {
	case RECORD_RUNNING:
		return served_attach(&c, r, SERVED_RUNS, &done, container, &e);
	case RECORD_GONE:
		return detach(&c, r, container);
	case RECORD_RENAMED:
		return follow_rename(&c, r, container);
	case JOB_MADE:
		return make(&c);
	case JOB_TELL:
		/* with it goes what it runs */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		return tell_changes(&c);
	case JOB_READY:
		/* what it makes is the service's to give up */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		err = ready_make(&c, &e);
		if (err < 0)
			journal_change("failed", "", NULL, "probing ahead", e.text);
		return err;
	default:
		return reconcile(&c);
	}
}
