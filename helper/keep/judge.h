/* What is to be done about a container, by its lease, its record, its kernel entries and what runs.
 */
#ifndef V6HOOK_JUDGE_H
#define V6HOOK_JUDGE_H

#include "known/context.h"
#include "net/uplink.h"
#include "net/veths.h"
#include "world/look.h"

/* Who judges, and what there is to judge by. */
struct judge {
	struct context *c;
	struct look *look;
	bool service; /* it is the service that asks, again and again, and not the administrator */

	/* the rest is the judge's own */
	struct host_addresses own; /* read when they are needed first */
	bool own_read;
	struct veths veths; /* the same of these */
	struct {
		const struct range *range;
		int via;
		struct uplink uplink;
	} way; /* the last that was found */
	char settled_bridge[IF_NAMESIZE],
		settled_uplink[IF_NAMESIZE]; /* the last pair found right */
};

static inline void judge_release(struct judge *j)
{
	veths_release(&j->veths);
	host_addresses_release(&j->own);
}

enum verdict_what {
	VERDICT_NOTHING,
	VERDICT_ATTACH,
	VERDICT_DETACH,
	VERDICT_RESTORE, /* if it lives and is as it was, the host's side is all it lacks */
};

struct verdict {
	enum verdict_what what;
	const char *why; /* unless it is nothing: what happened, or what is missing */
	const struct instance *running; /* as its engine has listed it, or null */
	const char *bridge;		/* its port is to be on this one; or null: on any */
	/* for VERDICT_RESTORE: what is recorded, as it was found */
	struct uplink uplink;
	int via; /* ifindex */
};

/*
 * Judges a lease that is its container's present one. @h: whether its entries are kept is told in
 * it, and for one whose record is lost the instance that was found. @together: VERDICT_RESTORE is
 * of use. Returns 0, or -errno if nobody can tell.
 */
int judge_holder(struct judge *j, struct holder *h, bool together, struct verdict *ret,
		 struct error *e);

/*
 * Whether the settings that the bridge and the uplink of an attachment share are right. The last
 * pair that was is known, until judge_doubt.
 */
bool judge_settled(struct judge *j, const struct attachment *a);
void judge_doubt(struct judge *j);

/*
 * Judges one that is not attached: what has failed, for lack of an address or of a bridge, is tried
 * again if its instance lives still; the service does so every now and then. Not for users: what
 * they may is not known here.
 */
struct verdict judge_ended(const struct judge *j, const struct holder *h);

/*
 * Judges what runs: one whose start found no configuration, or no service to ask, was told to
 * nobody, but its own configuration tells that it is to have an address.
 * @former: where its former record is kept; @ret: who it is, with that
 */
struct verdict judge_running(const struct judge *j, const struct running *running,
			     struct attachment *former, struct holder *ret);

#endif
