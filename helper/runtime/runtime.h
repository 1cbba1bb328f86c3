/*
 * Container engines, each behind one small table of functions.
 *
 * An engine is one file with one struct runtime, named in the list of runtime.c. It is asked only
 * when a user names a container; hooks and the watcher pass --pid and ask none.
 */
#ifndef V6HOOK_RUNTIME_H
#define V6HOOK_RUNTIME_H

#include <sys/types.h>

#include "base/error.h"
#include "base/ident.h"

/* A running container, as its engine tells. */
struct instance {
	struct ident ident; /* with the name that the engine itself gives it */
	char id[80];	    /* the engine's ID of this instance, or "" */
	pid_t pid;	    /* its first process, in our PID namespace */
};

/* Where to find the engines; from the configuration and the command line. */
struct runtime_options {
	const char *lxcpath; /* null: LXC's default */
	const char *docker_socket;
};

struct runtime {
	const char *name; /* what stands before the colon: "lxc" */

	/*
	 * Looks a container up.
	 * @name: checked by ident_parse
	 * Returns 0; -ENOENT if the engine knows no such container; -ESRCH if it is not running;
	 * -ENODEV if it shares its network with the host or another container, or has none; all
	 * with a message, the first two with STATUS_NO_CONTAINER; -EHOSTDOWN if the engine is not
	 * installed or does not answer; or another -errno. ret->ident is filled in for -ESRCH and
	 * -ENODEV, too.
	 */
	int (*find)(const char *name, const struct runtime_options *o, struct instance *ret,
		    struct error *e);

	/*
	 * Calls each for every running container that has a network of its own; a non-zero return
	 * ends it and is returned. Returns 0, -EHOSTDOWN as find does, or -errno.
	 */
	int (*each_running)(const struct runtime_options *o,
			    int (*each)(const struct instance *i, void *arg), void *arg,
			    struct error *e);
};

/* All engines, ended by a null. */
extern const struct runtime *const runtimes[];

/* Their names, ended by a null, for ident_parse. */
extern const char *const runtime_names[];

/* The engine with this name, or null. */
const struct runtime *runtime_by_name(const char *name);

/*
 * The part of an LXC container's identity that its path is: "" for the default path.
 * @lxcpath: as given, or null for the default
 * Returns 0, or -EINVAL with STATUS_USAGE if it is not absolute or too long.
 */
int runtime_lxc_path(const char *lxcpath, char *ret, size_t size, struct error *e);

#endif
