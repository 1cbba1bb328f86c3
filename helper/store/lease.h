/*
 * Leases: which container holds which address, and which instance of it is attached now.
 *
 * A lease belongs to a container's name and outlives the container; the attachment beside it says
 * which running instance has the address, since when and where. Every store of leases is a table
 * of functions (struct lease_store_ops) in a file of its own; the rules that hold for all of them
 * (which address a container gets, what is reclaimed) are in lease.c.
 */
#ifndef V6HOOK_LEASE_H
#define V6HOOK_LEASE_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/expose.h"
#include "base/hostname.h"
#include "base/ident.h"

/* Before the MAC of another on the link, for an address that a probe found in use. */
#define LEASE_ELSEWHERE "elsewhere:"

/* In what is wrong with an attachment of which a probe beside its start found another. */
#define LEASE_ANSWERED " is answered for on "

#define LEASE_HOST_MAX 65     /* bytes, with the end */
#define LEASE_TROUBLE_MAX 256 /* bytes */
#define LEASE_NETWORK_MAX 64
#define LEASE_RECLAIM_WAIT_MS 2000 /* for LOCK_RECLAIM */

struct lease {
	char ident[IDENT_TEXT_MAX]; /* as ident_text writes it */
	struct in6_addr address;
	bool pinned;	 /* never reclaimed, never moved */
	int64_t created; /* seconds since the epoch */
	int64_t freed;	 /* 0, or since when the address rests before another may have it */
	/* which host's, where it is in a store that others share; or "": this one's */
	char host[LEASE_HOST_MAX];
	char network[LEASE_NETWORK_MAX]; /* the CNI network for which it was claimed, or "" */
	bool left; /* told by walk: its holder's present lease is another, or it has none */
	/*
	 * Why this is not what the store holds, but what is known otherwise: then the address is
	 * taken, nothing that works may be taken away, and ident is "" if nobody can tell whose it
	 * is. Or "": all is as stored.
	 */
	char trouble[LEASE_TROUBLE_MAX];
};

/*
 * Who took an instance out of service by hand: the highest who said so. Nobody below them puts it
 * back, least of all itself, as long as that instance runs.
 */
enum word { WORD_NONE, WORD_USER, WORD_ROOT };

#define ATTACHMENT_ALSO_MAX 4

struct attachment {
	char instance[80];    /* the engine's ID of the container, or "" */
	pid_t pid;	      /* its first process as seen at the attach, or 0 */
	char netns_path[256]; /* instead of a pid, or "" */
	uint64_t netns_dev;   /* which network namespace: device and inode of nsfs */
	uint64_t netns_inode;
	uint64_t started;     /* the process, in clock ticks since the boot, as PIDs and inodes come
				 again; or 0 */
	unsigned char mac[6]; /* of the container's end of its port */
	char boot_id[40]; /* /proc/sys/kernel/random/boot_id: inodes of another boot mean nothing */
	struct in6_addr address; /* which lease it is of; unknown in one of an earlier version */
	bool has_address;
	char bridge[IF_NAMESIZE]; /* where the /128 route goes: the bridge, or the host's
				   * veth end
				   */
	char uplink[IF_NAMESIZE]; /* where the proxy entry is; "" for a routed upstream */
	bool routed;		  /* upstream "routed": there is no proxy entry */
	int port;   /* ifindex of the host's end of its port; 0: unknown (an earlier version's) */
	bool waits; /* it has lost its port, and waits for one: nothing of it is in the kernel, */
	int nsid;   /* the host knows its namespace by this number, and port is the newest that led
		     * there in vain, or 0
		     */
	int64_t since;		     /* seconds since the epoch: attached, or (ended) detached */
	bool ended;		     /* detached: kept to tell since when */
	enum word word;		     /* ended by hand, and by whose */
	char place[IDENT_PLACE_MAX]; /* which its holder fills, by whatever name; or "" */
	char error[256];	     /* ended by an attach that failed: why; or "" */
	/* what its engine gave it besides, and its port may send from; an IPv4 address is mapped */
	struct in6_addr also[ATTACHMENT_ALSO_MAX];
	int also_count;
	struct exposed expose;		 /* what the one who ran it says of its ports, */
	struct exposed published;	 /* and which its engine publishes */
	char hostname[HOSTNAME_MAX];	 /* what the one who ran it calls it (v6hook.name), or "" */
	char network[LEASE_NETWORK_MAX]; /* the CNI network whose GC it obeys, or "" */
	bool on_link;  /* its bridge has the address on-link: others there reach it without the host
			*/
	uint64_t text; /* what the record is known by that this was read from, or 0 */
};

struct lease_store;

/* A hint that the lease of an address may be idle since then. */
struct lease_idle_entry {
	int64_t since; /* seconds since the epoch */
	struct in6_addr address;
};

/* What a hint turned out to be. */
enum lease_idle {
	LEASE_IDLE_STILL,   /* to be looked at again next time */
	LEASE_IDLE_NO_MORE, /* not true any more */
};

/* @ret: anything but 0 ends the walk and is returned */
typedef enum lease_idle (*lease_each_idle)(const struct in6_addr *address, int64_t since, int *ret,
					   void *arg);

/* What is known of whether any address is free. */
enum lease_full {
	LEASE_FULL_LOOKING, /* somebody is about to look at all of them */
	LEASE_FULL_FOUND,   /* they have, and none was free or about to be */
	LEASE_FULL_NO_MORE,
};

/* What of a store has changed, by whoever's hand. */
enum lease_change_what {
	LEASE_CHANGE_RECORD, /* what is recorded of a container */
	LEASE_CHANGE_LINK,   /* which lease is a container's present one */
	LEASE_CHANGE_LEASE,  /* the lease of an address */
	LEASE_CHANGE_ALL,    /* everything may have */
};

struct lease_change {
	enum lease_change_what what;
	struct in6_addr address;
	char ident[IDENT_TEXT_MAX];
};

/* What a lock covers. Taken in this order: container, then one of the others. */
enum lease_lock {
	LOCK_CONTAINER, /* all that is done for one container */
	LOCK_HOST,	/* the host's own settings: shared by those that need them as they are */
	LOCK_RECLAIM,	/* taking an address away from a lease */
	LOCK_SERVICE,	/* being the one v6hook watch of this store */
	LOCK_MADE,	/* writing a file that is made of what is stored */
};

struct lease_store_ops {
	void (*close)(struct lease_store *s);

	/*
	 * Locks; closing the descriptor in *ret_fd unlocks, and so does the process's death.
	 * @ident: for LOCK_CONTAINER; @wait_ms: how long to wait for another holder
	 * Returns 0, -EBUSY when it was not to be had in time, or -errno.
	 */
	int (*lock)(struct lease_store *s, enum lease_lock what, const char *ident, bool shared,
		    unsigned int wait_ms, int *ret_fd, struct error *e);

	/*
	 * Adds the lock of another container, or of what else has a name that none can have, to one
	 * that is held: one descriptor unlocks both. @wait_ms: as for lock; @fd: as lock gave it
	 * Returns 0, -EBUSY, -ESTALE if neither is a lock any more, or -errno; no message.
	 */
	int (*lock_too)(struct lease_store *s, const char *ident, unsigned int wait_ms, int fd);

	/*
	 * The lease of a container, for who holds its lock. One whose file or link is damaged or
	 * lost is found by what is known otherwise, and made again unless the store was opened by a
	 * reader. Returns 1 and fills ret, 0 if there is none, or -errno.
	 */
	int (*find)(struct lease_store *s, const char *ident, struct lease *ret, struct error *e);

	/*
	 * The same for who does not hold the lock: while another does, who may just be at work on
	 * the lease, it is only read.
	 */
	int (*present)(struct lease_store *s, const char *ident, struct lease *ret,
		       struct error *e);

	/*
	 * The lease of an address, freed and damaged ones too (ret->trouble); with a null in ret
	 * only whether the address is taken. Returns 1, 0 if there is none, or -errno.
	 */
	int (*at)(struct lease_store *s, const struct in6_addr *address, struct lease *ret,
		  struct error *e);

	/*
	 * The lease that the container had before its present one, if it has not been given up:
	 * a run that was moving it ended in the middle. The container must be locked.
	 * Returns 1 and fills ret, 0 if there is none, or -errno.
	 */
	int (*former)(struct lease_store *s, const char *ident, struct lease *ret, struct error *e);

	/*
	 * Makes the lease, atomically and durably: of any number of claims of one address one
	 * wins. A claim that was this container's already is taken over, unless it was freed: then
	 * another may be about to take it, and the container itself is the -EEXIST holder.
	 * Where others share the store, the holder may be another host's, and the container be
	 * found to have a lease of which this host had forgotten: -EALREADY, and find finds it.
	 * Returns 0; -EEXIST and the other holder in ret_holder, or -EBADMSG if a damaged file
	 * stands for the address (both without a message); or -errno. Then nothing is left.
	 */
	int (*claim)(struct lease_store *s, const struct lease *lease, struct lease *ret_holder,
		     struct error *e);

	/* Replaces what is stored of a lease that exists, durably. Returns 0 or -errno. */
	int (*update)(struct lease_store *s, const struct lease *lease, struct error *e);

	/* Gives the lease to another holder, durably. Returns 0 or -errno. */
	int (*rename)(struct lease_store *s, const struct lease *lease, const char *ident,
		      struct error *e);

	/*
	 * Removes a lease if it is still the one given (same holder, same freed time); for an
	 * address that its holder has left by another claim too. Returns 0, -ESTALE or -errno.
	 */
	int (*remove)(struct lease_store *s, const struct lease *lease, struct error *e);

	/*
	 * Calls each on every lease, in one pass, with those that are damaged at the end
	 * (lease->trouble); they are made again where that can be done. A non-zero return ends it
	 * and is returned.
	 */
	int (*walk)(struct lease_store *s, int (*each)(const struct lease *lease, void *arg),
		    void *arg, struct error *e);

	/*
	 * The attachment of a container. Returns 1; 0 if none is recorded; -EBADMSG if one is that
	 * cannot be read, so that nobody knows whether it is attached; or -errno.
	 */
	int (*attachment)(struct lease_store *s, const char *ident, struct attachment *ret,
			  struct error *e);

	/*
	 * Whether the attachment of a container is, to the letter, the one that was read. Costs
	 * less than to read it again. Returns 1, 0 or -errno.
	 */
	int (*unchanged)(struct lease_store *s, const char *ident, const struct attachment *a);

	/*
	 * Calls each on every attachment that can be read, as walk does; whether there are others
	 * is in the store's `unread` then.
	 */
	int (*walk_attachments)(struct lease_store *s,
				int (*each)(const char *ident, const struct attachment *a,
					    void *arg),
				void *arg, struct error *e);

	/* Stores, or with a null forgets, the attachment; not durable. Returns 0 or -errno. */
	int (*attach)(struct lease_store *s, const char *ident, const struct attachment *a,
		      struct error *e);

	/*
	 * Calls each for the hints at idle leases, those that became idle first before others. Not
	 * every idle lease need be among them. To be called with LOCK_RECLAIM. Returns 0 or what
	 * each put into its ret.
	 */
	int (*each_idle)(struct lease_store *s, lease_each_idle each, void *arg);

	/* Replaces the hints, by a list in the order of times: all that was idle. */
	void (*set_idle)(struct lease_store *s, const struct lease_idle_entry *list, size_t count);

	/* Whether it was found that no address is free, for the same ranges, and none was freed
	 * since. */
	bool (*is_full)(struct lease_store *s, uint64_t ranges);
	void (*full)(struct lease_store *s, enum lease_full what, uint64_t ranges);

	/*
	 * Listens to what anybody changes in the store; to be called again when everything may have
	 * changed. @ret_fd: readable when there is something to be heard; the store's
	 * Returns 0 or -errno.
	 */
	int (*listen)(struct lease_store *s, int *ret_fd, struct error *e);

	/* Calls each for what was heard, the same maybe several times. */
	void (*heard)(struct lease_store *s, void (*each)(const struct lease_change *c, void *arg),
		      void *arg);

	/*
	 * Removes what writers that were killed have left half written; others are let alone. After
	 * walks over leases and attachments that met nothing like it there is nothing to do.
	 */
	void (*sweep)(struct lease_store *s);
};

struct etcd_store;

struct lease_store {
	const struct lease_store_ops *ops;
	bool looks;  /* set by one who has no time to mend: what could be mended is only noted */
	bool met;    /* so it is: there was something */
	bool unread; /* the last walk_attachments left out some that cannot be read */
	struct etcd_store *shared; /* what etcd_store.c keeps of it, or null */
	const char *network;	   /* for which leases are claimed: a CNI network, or null */
};

/* What is told when the directory of a store that was open is not there any more. */
#define LEASE_DIR_GONE "the state directory %s is gone: move it back, or make an empty one"

static inline void lease_store_close(struct lease_store *s)
{
	s->ops->close(s);
}

DEFINE_CLEANUP(struct lease_store *, cleanup_lease_store, lease_store_close)
#define _lease_store_ CLEANUP(cleanup_lease_store)

/*
 * Opens the store in a directory of this machine (lease_dir.c), making it if need be.
 * @write: false for a reader, which may lack the right to write; a missing store is then empty
 */
int lease_dir_open(const char *path, bool write, struct lease_store **ret, struct error *e);

/*
 * Whether an address may not be handed out for a reason that the store does not know.
 * @taking_back: it is another's, idle as far as the store knows
 */
typedef bool (*lease_forbidden)(const struct in6_addr *address, bool taking_back, void *arg);

/* A new lease, not stored. @s: whose network it gets */
struct lease lease_new(const struct lease_store *s, const char *ident,
		       const struct in6_addr *address, bool pinned);

/*
 * Claims an address; one that was freed and has rested long enough is taken from its old holder.
 * Returns as the claim of a store does.
 */
int lease_claim_rested(struct lease_store *s, const struct lease *lease, unsigned int hold_s,
		       struct lease *holder, struct error *e);

/*
 * Claims the given address for a container.
 * Returns 0 and the lease, or -EADDRINUSE with STATUS_IN_USE and the holder in the message.
 */
int lease_claim(struct lease_store *s, const struct in6_addr *address, const char *ident,
		bool pinned, unsigned int hold_s, struct lease *ret, struct error *e);

/*
 * Gives a lease up: the address rests from now on and goes to another after hold_s seconds.
 * Returns 0 or -errno.
 */
int lease_free(struct lease_store *s, const struct lease *lease, struct error *e);

/* The boot ID of the running kernel. @ret: 40 bytes. Returns 0 or -errno. */
int lease_boot_id(char *ret, struct error *e);

/* When this kernel started, by the clock as it is now; seconds since the epoch. */
int64_t lease_booted(void);

/*
 * Whether a freed address rests still, for nobody but the one who had it. One that was freed in the
 * future has rested: the clock was wrong, and nobody waits for years.
 */
bool lease_rests(const struct lease *lease, unsigned int hold_s);

/*
 * Since when, by the clock as it is now. The clock may have been wrong by years when that was
 * written (no battery, no network yet); what happened in this boot was not before its process was
 * started, which the kernel counts from the boot, and nothing was after now.
 * Returns seconds since the epoch, or 0 if nobody knows.
 */
int64_t attachment_since(const struct attachment *a, const char *boot_id);
int64_t lease_since(const struct lease *lease);

/* Whether two records say the same of the same instance. */
bool attachment_same(const struct attachment *a, const struct attachment *b);

/* Whether a record says that an instance is attached, in this boot. */
bool attachment_is_live(const struct attachment *a, const char *boot_id);

#endif
