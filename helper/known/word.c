/* The last word on an instance: who detached it by hand, and who may attach it all the same. */
#include "known/word.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "known/living.h"
#include "known/resolve.h"

/* What is asked for, compared with each record. */
struct search {
	const struct context *c;
	const struct instance *instance;
	const struct netns *netns;
	enum word outranked; /* words up to this one */
	enum word found;
};

bool word_stands(const struct context *c, const struct attachment *a)
{
	return a->ended && a->word && strcmp(a->boot_id, c->boot_id) == 0 && living(a);
}

/* Whether the record is of that process, or of that namespace, wherever the process has gone. */
static bool is_same(const struct search *s, const struct attachment *a)
{
	return (a->pid && a->pid == s->instance->pid && a->started &&
		a->started == s->netns->started) ||
	       (a->netns_dev == s->netns->dev && a->netns_inode == s->netns->inode);
}

static int on_record(const char *ident, const struct attachment *a, void *arg)
{
	struct search *s = arg;

	(void)ident;
	if (a->ended && a->word > s->outranked && is_same(s, a) && word_stands(s->c, a))
		s->found = a->word;
	return s->found != WORD_NONE;
}

int word_check(struct context *c, const struct request *q, const struct instance *instance,
	       const struct attachment *before, const struct netns *netns, struct error *e)
{
	struct search s = {
		.c = c,
		.instance = instance,
		.netns = netns,
		.outranked = q->word,
	};
	struct error ignored;

	if (q->word == WORD_ROOT)
		return 0;
	/* one that was started anew, though in a namespace that has the other's file and number */
	if (before && q->instance && *before->instance && !instance->ident.owner &&
	    strcmp(q->instance, before->instance) != 0)
		return 0;
	if (before && before->word > q->word && (instance->ident.owner || is_same(&s, before)) &&
	    word_stands(c, before))
		s.found = before->word;
	/* one that is attached was looked at when it was */
	else if (instance->ident.owner &&
		 !(before && attachment_is_live(before, c->boot_id) && is_same(&s, before)))
		c->store->ops->walk_attachments(c->store, on_record, &s, &ignored);
	if (!s.found)
		return 0;
	return error_set(e, STATUS_FAILED, -ECANCELED,
			 "it was detached by hand, and stays so until it is started anew or %s",
			 s.found == WORD_ROOT ? "root attaches it: v6hook attach"
					      : "its user attaches it: v6hook attach");
}

bool word_find(struct context *c, const struct request *q, const char *ident,
	       struct attachment *ret)
{
	_netns_ struct netns netns = NETNS_NONE;
	struct instance instance = { .pid = 0 };
	char found[IDENT_TEXT_MAX], name[IDENT_TEXT_MAX];
	struct request own = *q;
	struct error ignored;
	struct ident id;

	if (ident_from_text(ident, &id) < 0 || id.owner)
		return false;
	/* whose it is is known by now: no other engine is asked */
	own.container = ident_container(&id, name);
	if (resolve_instance(c, &own, &instance, &ignored) < 0 ||
	    strcmp(ident_text(&instance.ident, found), ident) != 0 || !instance.pid ||
	    netns_pin_pid(instance.pid, &netns, &ignored) < 0)
		return false;
	ret->pid = instance.pid;
	ret->netns_dev = netns.dev;
	ret->netns_inode = netns.inode;
	ret->started = netns.started;
	*ret->netns_path = '\0';
	snprintf(ret->instance, sizeof(ret->instance), "%s", instance.id);
	memcpy(ret->boot_id, c->boot_id, sizeof(ret->boot_id));
	return true;
}
