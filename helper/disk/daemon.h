/* Docker's own configuration, daemon.json: v6hook-runtime among its runtimes, and nothing else. */
#ifndef V6HOOK_DAEMON_H
#define V6HOOK_DAEMON_H

#include <stdbool.h>

#include "base/error.h"

#define DAEMON_RUNTIME "v6hook" /* as containers name it: docker run --runtime v6hook */

/* What daemon.json says of it. */
struct daemon {
	char *text;	 /* all of it; null if there is no file */
	bool named;	 /* v6hook-runtime is among the runtimes */
	bool by_default; /* and is the one of those that name none */
	char *data_root; /* where Docker keeps its containers */
};

void daemon_release(struct daemon *d);

/*
 * Reads it. Returns 0; -EINVAL if it is no object in JSON, or leads elsewhere; or -errno. What
 * cannot be read is not to be written either.
 */
int daemon_read(const char *path, struct daemon *ret, struct error *e);

/*
 * What is to be in it: v6hook-runtime among the runtimes, and, if wanted, by default; the rest
 * stays byte for byte.
 * @program: the path of v6hook-runtime
 * Returns 0 and a text to be freed, or null if it says so already; -EEXIST if another runtime has
 * that name, or is there by default; or -ENOMEM.
 */
int daemon_add(const struct daemon *d, const char *program, bool by_default, char **ret,
	       struct error *e);

/*
 * The same without it: what daemon_add has put in goes, however it was formatted since. Returns 0
 * and a text to be freed, or null if nothing is left of a file that daemon_add began; or -errno.
 */
int daemon_remove(const struct daemon *d, char **ret, struct error *e);

#endif
