/* Shared libraries that only some calls need, loaded when they do (dlopen(3)). */
#ifndef V6HOOK_LIBRARY_H
#define V6HOOK_LIBRARY_H

#include <stddef.h>

#include "base/error.h"

/* One function to find: its name, and where its address goes. */
struct library_symbol {
	const char *name;
	void *into; /* a pointer to a function pointer */
};

/*
 * Loads the library for the rest of the process's life and fills in the functions.
 * Returns 0, or -ELIBACC with a message that names the library.
 */
int library_load(const char *soname, const struct library_symbol *symbols, size_t count,
		 struct error *e);

/*
 * Gives the memory back that holds unchanged pages of the program and all its libraries: loading
 * many of them reads far more than is used afterwards. What is used is read again from the page
 * cache when it is. Only for a process that is about to rest for long.
 */
void library_rest(void);

#endif
