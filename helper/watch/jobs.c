/*
 * What the watch service is doing: one short-lived process a job, one job at a time a container.
 *
 * Theory of operation: a job is an attach, a detach, a rename or a reconciliation, the same as the
 * command does. It runs in a child, because a new address is probed for a second and no other
 * container shall wait for that; what it prints is the journal's. Jobs of one container follow each
 * other in the order in which they came, so one that hangs is killed: killed anywhere, it leaves
 * nothing that a reconciliation does not mend.
 */
#include "watch/jobs.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/note.h"
#include "base/text.h"
#include "base/user.h"
#include "policy/ready.h"
#include "ops/verbs.h"
#include "runtime/runtime.h"
#include "watch/journal.h"
#include "watch/named.h"

#define KIND_READY UINT32_MAX /* of a job that no record asks for */
#define CONTAINER_MAX 300     /* "docker:" and a name */
#define JOBS_AT_ONCE 8
#define JOBS_MOST 512	    /* then no more is read from the parser, which waits */
#define HANGS_MS 120000	    /* a container's job waits for locks and probes, seconds each */
#define HANGS_ALL_MS 900000 /* one for all may have thousands to see to */

struct job {
	struct job *next;
	struct record record; /* kind 0: a reconciliation */
	pid_t pid;	      /* 0: waiting */
	int64_t since;	      /* when it was first seen to run; 0: not yet */
	bool killed;
};

struct jobs {
	const struct context *context;
	struct job *first; /* in the order in which they came */
	size_t count;
};

struct jobs *jobs_new(const struct context *context)
{
	struct jobs *j = calloc(1, sizeof(*j));

	if (j)
		j->context = context;
	return j;
}

void jobs_free(struct jobs *j)
{
	/* each is whole or undone by itself: wait, and let nothing go on behind the service's back
	 */
	for (const struct job *job = j->first; job; job = job->next)
		if (job->pid)
			waitpid(job->pid, NULL, 0);
	while (j->first) {
		struct job *next = j->first->next;

		free(j->first);
		j->first = next;
	}
	free(j);
}

bool jobs_reconciling(const struct jobs *j)
{
	for (const struct job *job = j->first; job; job = job->next)
		if (job->record.kind == 0)
			return true;
	return false;
}

bool jobs_full(const struct jobs *j)
{
	return j->count >= JOBS_MOST;
}

static void append(struct jobs *j, const struct record *r)
{
	struct job **end = &j->first, *job = calloc(1, sizeof(*job));

	/* without memory the timer's look finds out what was missed */
	if (!job)
		return;
	j->count++;
	job->record = *r;
	while (*end)
		end = &(*end)->next;
	*end = job;
}

void jobs_add(struct jobs *j, const struct record *r)
{
	for (struct job *job = j->first; job; job = job->next)
		if (job->pid == 0 && strcmp(job->record.name, r->name) == 0 &&
		    job->record.kind != RECORD_RENAMED && r->kind != RECORD_RENAMED) {
			job->record = *r;
			return;
		}
	append(j, r);
}

void jobs_reconcile(struct jobs *j)
{
	const struct record r = { .kind = 0 };

	for (const struct job *job = j->first; job; job = job->next)
		if (job->record.kind == 0 && job->pid == 0)
			return;
	append(j, &r);
}

void jobs_make_ready(struct jobs *j)
{
	/* a name that no container has */
	const struct record r = { .kind = KIND_READY, .name = "/ready" };

	for (const struct job *job = j->first; job; job = job->next)
		if (job->record.kind == KIND_READY)
			return;
	append(j, &r);
}

/* What a job does, in its own process. */

/* @instance: only if this one holds the attachment and is gone; null: in any case */
static int detach(struct context *c, const struct record *r, const char *container,
		  const char *instance)
{
	struct request q = { .container = container, .instance = instance };
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

/* Whether this very instance is attached already: what its labels ask for was told then. */
static bool is_attached(struct context *c, const struct record *r, const char *container)
{
	struct attachment a;
	struct error ignored;

	return c->store->ops->attachment(c->store, container, &a, &ignored) == 1 &&
	       attachment_is_live(&a, c->boot_id) && a.pid == r->pid &&
	       strcmp(a.instance, r->id) == 0;
}

static int rename_lease(struct context *c, const struct record *r, const char *container)
{
	struct ident from = { .runtime = "docker" }, to = { .runtime = "docker" };
	struct error e;
	int err;

	snprintf(from.name, sizeof(from.name), "%s", r->old_name);
	snprintf(to.name, sizeof(to.name), "%s", r->name);
	if (strcmp(from.name, to.name) == 0)
		return 0;
	err = op_rename(c, *r->old_name ? &from : NULL, &to, r->id, &e);
	if (err < 0)
		journal_change("failed", container, NULL, r->why, e.text);
	else if (err > 0)
		journal_change("renamed", container, NULL, r->old_name, NULL);
	return err;
}

/*
 * Puts the name that Docker gives the ID into the record, whatever the parser says: leases are of
 * names. Returns 0, -ESRCH if there is no such container any more, or -errno, which is told.
 */
static int confirm_name(const struct context *c, struct record *r, char container[CONTAINER_MAX])
{
	char name[IDENT_NAME_MAX + 1];
	int err = named_by_docker(c->config->docker_socket, r->id, name);

	if (err == -ENOENT)
		return -ESRCH;
	if (err < 0) {
		journal_change("failed", container, NULL, r->why,
			       "Docker does not say what the name of this container is");
		return err;
	}
	if (strcmp(name, r->name) != 0) {
		if (r->kind == RECORD_RUNNING)
			snprintf(r->old_name, sizeof(r->old_name), "%s", r->name);
		snprintf(r->name, sizeof(r->name), "%s", name);
		snprintf(container, CONTAINER_MAX, "docker:%s", name);
	}
	return 0;
}

static int on_held(const char *text, const struct attachment *a, void *arg)
{
	(void)text;
	return strcmp(a->instance, arg) == 0;
}

/* A rename that the parser tells: only of what this very instance was given, to its name. */
static int follow_rename(struct context *c, struct record *r, char container[CONTAINER_MAX])
{
	struct error ignored;
	int err = c->store->ops->walk_attachments(c->store, on_held, r->id, &ignored);

	if (err <= 0)
		return err;
	err = confirm_name(c, r, container);
	if (err < 0)
		return err == -ESRCH ? 0 : err;
	return rename_lease(c, r, container);
}

static int attach(struct context *c, struct record *r, char container[CONTAINER_MAX])
{
	struct request q = {
		.container = container,
		.pid = r->pid,
		.instance = r->id,
		.hook = true,
		.mac = r->has_mac ? r->mac : NULL,
		.given = r->given,
		.given_count = (int)r->given_count,
	};
	char address[INET6_ADDRSTRLEN];
	struct in6_addr label;
	struct listing done;
	struct error e;
	int err;

	if (r->wish == WISH_NO || (c->config->docker_labelled && r->wish != WISH_YES))
		return 0;
	/* gone since, or never its process: the next record tells */
	if (record_check_pid(r->pid, r->id, &q.started) < 0)
		return 0;
	if (!is_attached(c, r, container)) {
		err = confirm_name(c, r, container);
		/* renamed since: what it held by that name comes first */
		if (err == 0 && *r->old_name)
			err = rename_lease(c, r, container);
		if (err < 0)
			return err == -ESRCH ? 0 : err;
	}
	if (*r->address && !is_attached(c, r, container)) {
		if (inet_pton(AF_INET6, r->address, &label) == 1)
			q.label = &label;
		else
			journal_change("warning", container, NULL,
				       "label v6hook.address is no IPv6 address", NULL);
	}
	err = op_attach(c, &q, &done, &e);
	if (err == 0 && *done.unheard)
		journal_change("warning", container, NULL, "label v6hook.address is not followed",
			       done.unheard);
	/* its last network was taken away, which a look may have seen before; list tells the rest
	 */
	if (err == -ENXIO)
		return is_attached(c, r, container) ? detach(c, r, container, NULL) : 0;
	/* gone at this moment: its end is told next; or detached by hand, which is the last word */
	if (err == -ESRCH || err == -ECANCELED)
		return 0;
	if (err < 0)
		journal_change("failed", container, NULL, r->why, e.text);
	else if (done.changed)
		journal_change("attached", container,
			       inet_ntop(AF_INET6, &done.address, address, sizeof(address)), r->why,
			       NULL);
	if (err == 0)
		op_attach_probe(c, &done, NULL);
	return err;
}

static int on_action(const struct reconcile_action *a, void *arg)
{
	static const char *const whats[] = { "attached", "detached", "removed" };
	char text[INET6_ADDRSTRLEN], name[IDENT_TEXT_MAX + USER_NAME_MAX] = "";
	const char *address = NULL;

	if (!IN6_IS_ADDR_UNSPECIFIED(&a->address))
		address = inet_ntop(AF_INET6, &a->address, text, sizeof(text));
	if (*a->ident.name)
		ident_shown(&a->ident, name, sizeof(name));
	if (a->error)
		*(bool *)arg = true;
	journal_change(a->error ? "failed" : whats[a->what], name, address, a->why, a->error);
	return 0;
}

static int run(const struct context *context, struct record *r)
{
	struct context c;
	char container[CONTAINER_MAX];
	bool failed = false;
	struct error e;
	int err = context_inherit(context, &c, &e);

	snprintf(container, sizeof(container), "docker:%s", r->name);
	if (err < 0) {
		journal_change("failed", *r->name && r->kind != KIND_READY ? container : "", NULL,
			       "leases", e.text);
		return err;
	}
	switch (r->kind) {
	case RECORD_RUNNING:
		return attach(&c, r, container);
	case RECORD_GONE:
		return detach(&c, r, container, r->id);
	case RECORD_RENAMED:
		return follow_rename(&c, r, container);
	case KIND_READY:
		/* what it makes is the service's to give up */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		err = ready_make(&c, &e);
		if (err < 0)
			journal_change("failed", "", NULL, "probing ahead", e.text);
		return err;
	default:
		err = op_reconcile(&c, RECONCILE_REPAIR, on_action, &failed, &e);
		if (err < 0)
			journal_change("failed", "", NULL, "reconcile", e.text);
		return failed ? -EIO : err;
	}
}

/* Whether it is a rename whose former name is still to be found: it may be anybody's. */
static bool is_riddle(const struct record *r)
{
	return r->kind == RECORD_RENAMED && !*r->old_name;
}

/* Whether two jobs are of one container; a rename concerns two, a reconciliation none, and for
 * probes ahead nobody waits. */
static bool same_container(const struct record *a, const struct record *b)
{
	if (a->kind == KIND_READY || b->kind == KIND_READY)
		return a->kind == b->kind;
	if (*a->name && *b->name && (is_riddle(a) || is_riddle(b)))
		return true;
	return strcmp(a->name, b->name) == 0 ||
	       (*b->old_name && strcmp(a->name, b->old_name) == 0) ||
	       (*a->old_name && strcmp(a->old_name, b->name) == 0);
}

/* Whether a job of the same container came before and is not done. */
static bool must_wait(const struct jobs *j, const struct job *job)
{
	for (const struct job *other = j->first; other != job; other = other->next)
		if (same_container(&other->record, &job->record))
			return true;
	return false;
}

void jobs_start(struct jobs *j)
{
	int active = 0;

	for (const struct job *job = j->first; job; job = job->next)
		active += job->pid != 0;
	for (struct job *job = j->first; job && active < JOBS_AT_ONCE; job = job->next) {
		sigset_t none;
		pid_t pid;

		if (job->pid || must_wait(j, job))
			continue;
		pid = fork();
		if (pid < 0)
			return; /* tried again when a job ends, or by the timer */
		if (pid == 0) {
			sigemptyset(&none);
			sigprocmask(SIG_SETMASK, &none, NULL);
			/* nothing of the service's: least of all its lock, which another may want
			 */
			close_range(STDERR_FILENO + 1, ~0U, 0);
			prctl(PR_SET_NAME, "v6hook-job");
			note_to(journal_note);
			_exit(run(j->context, &job->record) < 0 ? STATUS_FAILED : STATUS_DONE);
		}
		job->pid = pid;
		active++;
	}
}

void jobs_expire(struct jobs *j, int64_t now)
{
	bool killed = false;

	for (struct job *job = j->first; job; job = job->next) {
		bool all = job->record.kind == 0 || job->record.kind == KIND_READY;
		char container[300] = "";

		if (!job->pid || job->killed)
			continue;
		if (!job->since)
			job->since = now;
		if (now - job->since < (all ? HANGS_ALL_MS : HANGS_MS))
			continue;
		job->killed = killed = true;
		kill(job->pid, SIGKILL);
		if (!all)
			snprintf(container, sizeof(container), "docker:%s", job->record.name);
		journal_change("failed", container, NULL, all ? "reconcile" : job->record.why,
			       "it hung, and was killed");
	}
	if (killed)
		jobs_reconcile(j);
}

bool jobs_ended(struct jobs *j, pid_t pid, int wait_status, bool *ret_reconciled, int *ret_status)
{
	for (struct job **at = &j->first; *at; at = &(*at)->next) {
		struct job *job = *at;

		if (job->pid != pid)
			continue;
		*ret_reconciled = job->record.kind == 0;
		*ret_status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : STATUS_FAILED;
		*at = job->next;
		j->count--;
		free(job);
		return true;
	}
	return false;
}
