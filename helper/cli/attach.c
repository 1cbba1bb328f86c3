/* The verbs attach and detach: done here, or asked of the service by those who may not. */
#include "cli/attach.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/config.h"
#include "base/note.h"
#include "cli/ask.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "known/context.h"
#include "names/hosts.h"
#include "ops/verbs.h"

int ask_attach(const struct args *a, const struct error *why, struct error *e)
{
	struct listing result = { .state = LIST_ATTACHED, .asked = true };
	int r = ask_service(&a->request, true, why, &result, e);

	return r < 0 ? r : output_attached(&result, a->json, stdout);
}

int ask_detach(const struct args *a, const struct error *why, struct error *e)
{
	struct listing ignored;

	return ask_service(&a->request, false, why, &ignored, e);
}

/*
 * For a hook, which cannot wait until the configuration is good: the service works with the last
 * one that was. Returns 0 or -errno.
 */
static int ask_without_config(const struct args *a, struct error *e,
			      int (*ask)(const struct args *, const struct error *, struct error *))
{
	const struct error why = *e;
	struct error ignored;
	int r = ask(a, &why, e);

	/* nobody sees that the container's former port is gone: it must not be cut off by what that
	 * had */
	if (r < 0)
		op_sweep(&ignored);
	/* the configuration's is the fault to mend */
	if (r < 0 && r != -EREMOTEIO)
		*e = why;
	return r;
}

/* What is asked for, by whose word: a hook's is its engine's, and none of its own. */
static struct request request_of(const struct args *a)
{
	struct request q = a->request;

	q.word = q.hook ? WORD_NONE : WORD_ROOT;
	return q;
}

int run_attach(const struct args *a, struct error *e)
{
	const struct request q = request_of(a);
	_context_ struct context c = { 0 };
	struct listing result;
	int r = context_open(q.config_path, true, &c, e);

	if (r < 0 && q.hook)
		return ask_without_config(a, e, ask_attach);
	if (r == 0)
		r = op_attach(&c, &q, &result, e);
	if (r < 0)
		return r;
	progress_clear();
	r = output_attached(&result, a->json, stdout);
	hosts_follow(&c);
	op_attach_probe(&c, &result, say_apart);
	return r;
}

/*
 * While the configuration is bad: what its record tells of is taken out of service all the same.
 * Anything else is left, as much may be said of it that is not known; but where there is none, as
 * after setup --undo, nothing else is said. @r, @e: what is wrong with it
 */
static int detach_recorded(const struct request *q, int r, struct error *e)
{
	_context_ struct context c = { 0 };
	struct listing done = { .changed = false };
	/* another place would be a slip of the pen, and its leases be kept who knows where */
	const bool none = strcmp(q->config_path, CONFIG_DEFAULT_PATH) == 0 &&
			  access(q->config_path, F_OK) < 0 && errno == ENOENT;
	const struct error why = *e;
	int done_r = q->release && !none ? r : context_salvage(q->config_path, true, &c, e);

	if (done_r == 0)
		done_r = op_detach(&c, q, &done, e);
	/* it is pinned, or another is at work on it */
	if (none && (done_r == 0 || done_r == -EBUSY))
		return done_r;
	if (done_r < 0 || !done.changed) {
		*e = why;
		return r;
	}
	note(NOTE_WARNING, "it is detached, but %s", why.text);
	return 0;
}

int run_detach(const struct args *a, struct error *e)
{
	const struct request q = request_of(a);
	_context_ struct context c = { 0 };
	struct listing ignored;
	int r = context_open(q.config_path, true, &c, e);

	if (r < 0)
		return q.hook ? ask_without_config(a, e, ask_detach) : detach_recorded(&q, r, e);
	r = op_detach(&c, &q, &ignored, e);
	if (r == 0)
		hosts_follow(&c);
	return r;
}
