/* v6hook setup: looks at the host, proposes, does it, and takes it back. */
#ifndef V6HOOK_SETUP_H
#define V6HOOK_SETUP_H

#include "disk/record.h"
#include "disk/service.h"
#include "policy/permanent.h"
#include "policy/propose.h"

#define SETUP_LIST_MAX 16

/* The command line, read. */
struct setup_wish {
	const char *ranges[SETUP_LIST_MAX], *excludes[SETUP_LIST_MAX];
	size_t range_count, exclude_count;
	const char *uplink;   /* or null */
	bool routed, on_link; /* --upstream */
	bool force;
};

/* What is to be done, and why; for cli/plan.c to show. */
struct setup_plan {
	const struct setup_wish *wish;
	char config_path[PATH_MAX]; /* absolute */
	struct link uplink;
	bool ra_default; /* its default route is from router advertisements */
	bool routed;
	struct manager manager;
	struct engines_present engines;
	struct proposal proposal; /* if wish has no range */
	char *ranges[SETUP_LIST_MAX], *excludes[SETUP_LIST_MAX + PROPOSE_EXCLUDES];
	size_t range_count, exclude_count;
	bool shared; /* the provider gives 16 addresses, and more were asked for */
	struct permanent permanent;
	struct service service;
	bool start;		     /* the service is to be enabled */
	struct setup_record *record; /* what is to be done; written before the first change */
	size_t planned;		     /* of its files: those after that are a former run's */
	struct setup_record *former; /* of a run before this one, or null */
};

/*
 * Looks at the host and makes the plan; changes nothing.
 * Returns 0 and what setup_plan_free frees; -EEXIST with STATUS_USAGE if there is a configuration
 * already; as survey and way_find; or -errno.
 */
int op_setup_look(const char *config_path, const struct setup_wish *w, struct setup_plan **ret,
		  struct error *e);

/*
 * The part of that which finds the range, its exclusions, the upstream and the uplink, which is put
 * into ret, too. Returns likewise.
 */
int setup_find_range(struct nl_sock *nl, struct setup_plan *p, struct uplink *ret, struct error *e);

/*
 * Does what the plan says. May be killed at any point: op_setup_undo takes it back then, or another
 * op_setup_look and this do the rest. Where it fails all of it is taken back, unless it is not the
 * first. Returns 0 or -errno.
 */
int op_setup_do(struct setup_plan *p, struct error *e);

/*
 * Takes back what setup has done, as far as its record tells. Refuses while containers are attached
 * unless that is forced. Returns 0, -ENOENT if there is no record, -EBUSY, or -errno.
 */
int op_setup_undo(const char *config_path, bool force, struct error *e);

/* Keeps other runs of setup out. Returns what closes the lock, or -errno. */
int setup_lock(struct error *e);

void setup_plan_free(struct setup_plan *p);
DEFINE_CLEANUP(struct setup_plan *, cleanup_setup_plan, setup_plan_free)
#define _setup_plan_ CLEANUP(cleanup_setup_plan)

#endif
