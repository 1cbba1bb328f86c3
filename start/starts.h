/* What the command line of an OCI runtime says, as far as it is that of a start. */
#ifndef V6HOOK_STARTS_H
#define V6HOOK_STARTS_H

struct starts {
	const char *id;	  /* the container's; null if none is started */
	const char *root; /* where the runtime keeps its state: --root, or null */
	const char *log;  /* where it tells its caller, in JSON, why it fails; or null */
};

/*
 * Reads the arguments of runc(8) or crun(1). They start a container that was created if they are
 * [GLOBAL OPTION]... start ID, and there is no option of which it is not known whether a value
 * follows it.
 * @args: what follows the program's name, ended by a null
 */
void starts_read(char *const *args, struct starts *ret);

#endif
