/* What a user asks for, one function and one file each; main parses and prints, these do. */
#ifndef V6HOOK_VERBS_H
#define V6HOOK_VERBS_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/ident.h"
#include "doctor/finding.h"
#include "keep/reach.h"
#include "known/context.h"
#include "known/request.h"
#include "names/usage.h"

#define OVERVIEW_ENGINES 4

enum list_state { LIST_ATTACHED, LIST_DETACHED, LIST_BROKEN, LIST_WAITING, LIST_ELSEWHERE };

/* One container as attach and list show it. */
struct listing {
	struct ident ident;
	struct in6_addr address;
	bool has_address; /* not so for a container whose first attach failed */
	const char *pool; /* the configuration's, or null if no pool holds the address any more */
	bool pinned;
	enum list_state state;
	char bridge[IF_NAMESIZE];
	char uplink[IF_NAMESIZE];
	int64_t since;
	char error[256];	   /* why the last attach failed, or "" */
	char warning[REACH_MAX];   /* attached, but perhaps not reached: why, or "" */
	bool changed;		   /* by this attach or detach */
	bool unprobed;		   /* a start that did not wait for a probe: op_attach_probe() */
	char unheard[256];	   /* why a label was not followed by this attach, or "" */
	const char *guard;	   /* how one that is attached is guarded, told by list; or null */
	struct exposed open;	   /* of one that is attached, told by list; or unsaid */
	bool asked;		   /* of the service, which tells no more than the address */
	bool unsaid;		   /* the configuration is bad: its pool and ports are not known */
	char host[LEASE_HOST_MAX]; /* of one on another host: which; or "" */
};

/*
 * Gives a running container its address. Returns 0 and what it has, or -errno with a status;
 * -ECANCELED if this instance was detached by a hand that the request's word does not outrank;
 * -ENXIO if it has no port; -ENOLINK if it has none any more, and waits for one from now on.
 */
int op_attach(struct context *c, const struct request *q, struct listing *ret, struct error *e);

/*
 * Probes beside, in a process of its own, for an attach that did not wait for that; does nothing
 * for another. @l: what op_attach returned; @apart: as for beside_probe
 */
void op_attach_probe(struct context *c, const struct listing *l, void (*apart)(void));

/*
 * Takes a container's address out of service; with release, the lease goes too. With an instance in
 * the request nothing is done unless that one holds the attachment and is gone: the news of an end
 * may come after the next start. Returns 0 and what was detached, or -errno.
 */
int op_detach(struct context *c, const struct request *q, struct listing *ret, struct error *e);

/*
 * Takes an address out of service that is another host's in etcd by now, for as long as the
 * instance runs that had it. Returns 0 and what was detached, if anything was, or -errno.
 */
int op_evict(struct context *c, const struct in6_addr *address, struct listing *ret,
	     struct error *e);

/*
 * Makes the lease of one name that of another, of the same engine, if that instance was the last
 * that it was attached to: who tells the names need not be trusted.
 * @from: without a name: whatever name that instance was attached by last, which is filled in
 * Returns 1, 0 if there is no such lease, or -errno.
 */
int op_rename(struct context *c, struct ident *from, const struct ident *to, const char *instance,
	      struct error *e);

/* Calls each for every lease, in the order of addresses. Returns 0 or -errno. */
int op_list(struct context *c, int (*each)(const struct listing *l, void *arg), void *arg,
	    struct error *e);

/*
 * Calls each for every lease of the hosts that share the store. Returns 0, what each returned, or
 * -errno.
 */
int op_list_others(struct context *c, int (*each)(const struct listing *l, void *arg), void *arg,
		   struct error *e);

/* How many leases import has made, knew already, and could not make. */
struct import_done {
	size_t made, known, refused;
};

/*
 * Makes the leases that lease_list_write wrote, of whatever store, this host's. What cannot be had
 * is told and left out. Returns 0, or -errno: then none is made.
 */
int op_import(struct context *c, const char *text, size_t len, struct import_done *ret,
	      struct error *e);

/*
 * Calls each for the names of what is attached, in the order of addresses; of each the one that it
 * is best known by first. Returns 0, what each returned, or -errno.
 */
int op_names(struct context *c,
	     int (*each)(const struct in6_addr *address, const char *name, bool first, void *arg),
	     void *arg, struct error *e);

/* What an address of a pool is. */
enum map_state {
	MAP_FREE,
	MAP_ATTACHED,
	MAP_DETACHED,  /* leased to one that is not in service */
	MAP_BROKEN,    /* or that waits, or is perhaps not reached */
	MAP_RESTING,   /* given up a while ago */
	MAP_ELSEWHERE, /* another on the link has answered for it */
	MAP_KEPT,      /* for a container, by the configuration */
	MAP_HOST,      /* the host's own, or its router's */
	MAP_EXCLUDED,
	MAP_STATES
};

struct map_mark {
	struct in6_addr address;
	enum map_state state;
	char *who; /* a container for people, or "" */
};

/* All of which there is something to tell, in the order of addresses, one each. */
struct map {
	struct map_mark *list;
	size_t count;
};

void map_release(struct map *m);

/* Looks at what the addresses are. Returns 0 and what map_release frees, or -errno. */
int op_map(struct context *c, struct map *ret, struct error *e);

#define OVERVIEW_PROBLEMS 5

/* How everything is, in short. */
struct overview {
	enum { SERVICE_RUNS, SERVICE_RUNS_NOT, SERVICE_UNKNOWN } service;
	struct overview_engine {
		const char *name;
		bool asked;	   /* else it is not served */
		char trouble[256]; /* why it does not say what runs, or "" */
		unsigned int
			running; /* containers of it that run and have a network of their own, */
		unsigned int attached; /* and that are attached */
	} engines[OVERVIEW_ENGINES];
	size_t engine_count;
	char made[2][ERROR_TEXT_MAX]; /* why "hosts" and "metrics" cannot be made, or "" */
	int untold; /* changes that on_change has not been told, or negative: nobody knows */
	struct usage *pools;				 /* of each of the context's */
	unsigned int states[LIST_WAITING + 1], doubtful; /* how many are so; attached, but */
	struct listing problems[OVERVIEW_PROBLEMS];	 /* the newest first */
	unsigned int problem_count;			 /* of all */
};

static inline void overview_release(struct overview *o)
{
	free(o->pools);
}

/* Looks at everything. Returns 0 and what overview_release frees, or -errno. */
int op_status(struct context *c, struct overview *ret, struct error *e);

/* Reserves the address for the container for good, or ends that. Returns 0 or -errno. */
int op_pin(struct context *c, const struct request *q, struct error *e);
int op_unpin(struct context *c, const struct request *q, struct error *e);

/* One thing that reconcile did, or in a dry run would do. */
enum reconcile_what {
	RECONCILE_ATTACH,
	RECONCILE_DETACH,
	RECONCILE_REMOVE,
	RECONCILE_WAIT, /* it has no port for now: out of service, but attached when one comes */
};

struct reconcile_action {
	enum reconcile_what what;
	struct ident ident;	 /* empty for a removal: nobody's */
	struct in6_addr address; /* ::, if there is none yet */
	const char *why;   /* what is missing, what happened, or what kind of entry is removed */
	const char *error; /* why it failed, or null */
	bool doctor;	   /* and doctor knows more of that */
};

enum reconcile_how {
	RECONCILE_DO,
	RECONCILE_TELL,	  /* dry run: only hand over what would be done */
	RECONCILE_REPAIR, /* the service's: asks no engine that tells what happens by itself */
};

typedef int (*reconcile_each)(const struct reconcile_action *a, void *arg);

/*
 * Makes leases, running containers and the kernel's marked entries agree, touching nothing without
 * the mark, and hands every action to each. Returns 0, what each returned, or -errno.
 */
int op_reconcile(struct context *c, enum reconcile_how how, reconcile_each each, void *arg,
		 struct error *e);

/*
 * Gives free what the guard keeps for ports that are gone. Needs no configuration and no store, so
 * that it serves where those are what is wrong, and where no service runs. Returns 0 or -errno.
 */
int op_sweep(struct error *e);

/*
 * Removes all that is in nf_tables of ours, and what other firewalls let through for us, whoever is
 * attached, and the hosts file if nobody is. @each: called with each in words, a table by the name
 * that nft(8) is told. Returns 0 or -errno.
 */
int op_sweep_all(const char *config_path, void (*each)(const char *what), struct error *e);

/*
 * Removes the hosts file of a good configuration if nothing is in service, as it tells of nothing
 * then, and nobody will say so any more. @each: as before, or null.
 */
void op_sweep_made(const char *config_path, void (*each)(const char *what));

/*
 * Examines the host, its settings and everything that is attached; or with a container in the
 * request that one's way to the router and back. Changes nothing.
 * @listen_s: also listens on the uplink, so many seconds at most, and has something sent there; or
 * 0
 * @ret: zeros; what was found, for findings_release. Returns 0 or -errno.
 */
int op_doctor(const struct request *q, unsigned int listen_s, struct findings *ret,
	      struct error *e);

/*
 * Whether doctor knows more of a failed attach of a container. Not of what is mended by the message
 * alone: the configuration, a full range, a wrong name. @r: -errno; an uplink that is not to be
 * found counts as misconfigured, but its cause is the network's.
 */
bool op_doctor_knows(const struct error *e, int r);

#endif
