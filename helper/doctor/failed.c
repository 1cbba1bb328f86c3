/* What the last attach of a container failed by. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor/checks.h"
#include "doctor/holders.h"
#include "runtime/lxc_path.h"

/* Whether what is wrong with one that is attached is that a probe beside its start was answered
 * (policy/beside.c). */
static bool is_duplicate(const struct attachment *a)
{
	return !a->ended && strstr(a->error, LEASE_ANSWERED);
}

/* Whether what failed was of an instance that has ended. */
static bool is_over(const struct exam *x, const struct attachment *a)
{
	return a->pid && (strcmp(a->boot_id, x->scene->boot_id) != 0 || holder_is_gone(a));
}

/* Whether reconcile tries it again: it knows the instance, and it is not an ordinary user's. */
static bool is_tried_again(const struct attachment *a, const char *ident)
{
	return (!a->ended || a->pid) && !isdigit((unsigned char)*ident);
}

static void tell_failed(struct exam *x, const struct holder *h)
{
	const struct attachment *a = h->attachment;
	char name[IDENT_TEXT_MAX];

	if (is_over(x, a) || !is_tried_again(a, h->ident))
		return;
	holder_tell_once(x, FINDING_BROKEN, "the last attach of containers that run failed",
			 "v6hook reconcile");
	exam_evidence(x, "%s: %s", holder_name(h, name), a->error);
}

/*
 * The others. Of those that have ended LXC's alone matter, which may have ended by that; one that
 * has been removed does not.
 */
static void tell_failed_alone(struct exam *x, const struct holder *h)
{
	const struct attachment *a = h->attachment;
	char path[PATH_MAX], config[PATH_MAX + IDENT_NAME_MAX + 16], name[IDENT_TEXT_MAX];
	struct ident id;

	if (!is_over(x, a) && is_tried_again(a, h->ident))
		return;
	holder_name(h, name);
	if (is_over(x, a)) {
		if (ident_from_text(h->ident, &id) < 0 || id.owner || *id.path ||
		    strcmp(id.runtime, "lxc") != 0)
			return;
		lxc_path_standard(0, path, sizeof(path));
		snprintf(config, sizeof(config), "%s/%s/config", path, id.name);
		if (access(config, F_OK) < 0)
			return;
	}
	exam_tell(x, FINDING_BROKEN, "the last attach of %s failed", name);
	exam_evidence(x, "%s", a->error);
	if (is_over(x, a))
		exam_remedy(x, "lxc-start %s # it has ended", id.name);
	else
		exam_remedy(x, "v6hook attach %s", name);
}

static void look_at_duplicate(struct exam *x, const struct holder *h, const struct attachment *a)
{
	char name[IDENT_TEXT_MAX];

	if (!a || !is_duplicate(a))
		return;
	exam_tell(x, FINDING_BROKEN, "another machine has the address of %s, too",
		  holder_name(h, name));
	exam_evidence(x, "%s", a->error);
	exam_remedy(x, "v6hook detach --release %s && v6hook attach %s", name, name);
}

void check_lease_duplicate(struct exam *x)
{
	holders_each(x, look_at_duplicate);
}

/* Calls tell for those whose last attach failed. */
static void each_failed(struct exam *x, void (*tell)(struct exam *x, const struct holder *h))
{
	const struct look *l = x->scene->look;

	/* what an uplink or bridge that is dead brings with it is told there */
	for (size_t i = 0; l && i < l->present.count; i++) {
		const struct holder *h = &l->present.list[i];
		const struct attachment *a = scene_attached(x->scene, h);

		if (h->attachment && *h->attachment->error && !is_duplicate(h->attachment) &&
		    (!a || holder_can_work(x->scene, a)))
			tell(x, h);
	}
	for (size_t i = 0; l && i < l->ended.count; i++) {
		const struct holder *h = &l->ended.list[i];

		if (!h->leased && h->attachment && *h->attachment->error &&
		    !is_duplicate(h->attachment))
			tell(x, h);
	}
}

void check_lease_failed(struct exam *x)
{
	each_failed(x, tell_failed);
	each_failed(x, tell_failed_alone);
}
