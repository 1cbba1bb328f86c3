/*
 * Container engines, each behind one small table of functions.
 *
 * An engine is one file with one struct runtime, named in the list of engines.c. It is asked only
 * when a user names a container; hooks and the watcher pass --pid and ask none.
 */
#ifndef V6HOOK_RUNTIME_H
#define V6HOOK_RUNTIME_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/config.h"
#include "base/error.h"
#include "base/hostname.h"
#include "base/ident.h"

enum runtime_wish { WISH_NONE, WISH_YES, WISH_NO };

#define INSTANCE_GIVEN_MAX 4

/* A running container, as its engine tells. */
struct instance {
	struct ident ident; /* with the name that the engine itself gives it */
	char id[80];	    /* the engine's ID of this instance, or "" */
	pid_t pid;	    /* its first process, in our PID namespace */

	/* The addresses that the engine gave it; one of IPv4 is mapped (::ffff:0:0/96). */
	struct in6_addr given[INSTANCE_GIVEN_MAX];
	int given_count;

	struct exposed
		published; /* the ports that its engine publishes: a list or none; or unsaid */

	/* What its labels ask for; from someone less trusted than the administrator. */
	enum runtime_wish enable;    /* v6hook.enable */
	char address[64];	     /* v6hook.address as written, or "" */
	struct exposed expose;	     /* v6hook.expose */
	char hostname[HOSTNAME_MAX]; /* v6hook.name, as hostname_read returns it, or "" */
	bool has_mac;		     /* v6hook.network: the MAC of that port */
	unsigned char mac[6];

	/*
	 * The place that it fills among those that somebody has named, where its own name is made
	 * up anew each time: "swarm:SERVICE:SERVICE.SLOT.TASK" or
	 * "compose:PROJECT:SERVICE:NUMBER"; or "".
	 */
	char place[IDENT_PLACE_MAX];
};

/* Where to find the engines; from the configuration and the command line. */
struct runtime_options {
	const char *lxcpath;		     /* null: LXC's default */
	uid_t owner;			     /* whose default the LXC path is; 0: the system's */
	const struct config_engine *engines; /* all of them */
};

struct runtime {
	const char *name;   /* what stands before the colon: "lxc" */
	bool tells;	    /* the service hears from it what happens (runtime_watch) */
	enum engine engine; /* which of the configuration's, if it tells */

	/*
	 * Looks a container up. Null, as each_running is, if there is nobody to be asked: then who
	 * attaches it says where it is.
	 * @name: checked by ident_parse
	 * Returns 0; -ENOENT if the engine knows no such container; -ESRCH if it is not running;
	 * -ENODEV if it shares its network with the host or another container, or has none; all
	 * with a message, the first two with STATUS_NO_CONTAINER; -EHOSTDOWN if the engine does not
	 * answer; -ELIBACC without a library by which it is asked, -ENOTSOCK if what is named as
	 * its socket is none: then it may have such a container; or another -errno. ret->ident is
	 * filled in for -ESRCH and -ENODEV, too.
	 */
	int (*find)(const struct runtime *self, const char *name, const struct runtime_options *o,
		    struct instance *ret, struct error *e);

	/*
	 * Calls each for every running container that has a network of its own; a non-zero return
	 * ends it and is returned. Returns 0, -EHOSTDOWN as find does, or -errno.
	 */
	int (*each_running)(const struct runtime *self, const struct runtime_options *o,
			    int (*each)(const struct instance *i, void *arg), void *arg,
			    struct error *e);
};

/* What happened to a container of an engine that tells. */
enum runtime_event {
	RUNTIME_RUNNING, /* it runs: started, listed, or its networks changed */
	RUNTIME_GONE,	 /* its process ended */
	RUNTIME_RENAMED,
	RUNTIME_LISTED, /* all that run have been told; no instance */
};

/* @old: the former name for RUNTIME_RENAMED, if it is told, else null; @why: in a word, for the
 * journal */
typedef void (*runtime_heard)(enum runtime_event event, const struct instance *i, const char *old,
			      const char *why, void *arg);

/* What runtime_watch needs in a process that must not connect to the engine itself; else 0 and
 * null.
 */
struct runtime_guard {
	int relay;	     /* to be asked for connections (engine/relay.h) */
	int (*opened)(void); /* all is open, nothing has been read; returns 0 or -errno */
};

/*
 * Tells every running container, then what happens, without a gap between, until the daemon ends
 * it. A container that cannot be served is told by `refused`, with the reason. Returns 0 when the
 * daemon ended the stream, -EHOSTDOWN if none answers, or -errno.
 */
int runtime_watch(const struct config_engine *engine, const struct runtime_guard *guard,
		  runtime_heard heard,
		  void (*refused)(const char *name, const struct error *e, void *arg), void *arg,
		  struct error *e);

/*
 * The part of an LXC container's identity that its path is: "" for the default path.
 * @lxcpath: as given, or null for the default; @owner: whose default, 0 for the system's
 * Returns 0, or -EINVAL with STATUS_USAGE if it is not absolute, too long, or holds
 * a control character.
 */
int runtime_lxc_path(const char *lxcpath, uid_t owner, char *ret, size_t size, struct error *e);

/*
 * The addresses that a container's configuration names for it (lxc.net.N.ipv6.address of
 * lxc.container.conf(5), included files too); and if it has one network only, that of IPv4, mapped.
 * Read here and not asked of liblxc, which hangs when it is asked from within a hook of that
 * container. What lxc-start -s sets is not seen.
 * @file: the configuration, or null: it is where LXC has it
 * @ret: room for INSTANCE_GIVEN_MAX; Returns how many, or -errno if the file cannot be read.
 */
int runtime_lxc_written(const struct ident *id, const char *file, struct in6_addr *ret,
			struct error *e);

/*
 * Whether a container's configuration has its start ask v6hook for an address, by one of the files
 * in lxc-config/. Returns 1, 0, or -errno if it cannot be read.
 */
int runtime_lxc_includes(const struct ident *id);

/*
 * The LXC container that a process is in: its name, its owner (who runs its monitor) and the first
 * process of it. The name of the LXC path is left to the caller: runtime_lxc_path.
 * @ret_path: the LXC path as the monitor has it
 * Returns 0; -ESRCH if the process is gone, -ENODEV if it is in none, -EXDEV if it is on another
 * network than its container; with a message.
 */
int runtime_lxc_of(pid_t pid, struct instance *ret, char *ret_path, size_t size, struct error *e);

#endif
