/* The kernel's word that something of our tables of nf_tables has changed. */
#ifndef V6HOOK_FILTER_HEAR_H
#define V6HOOK_FILTER_HEAR_H

#include <stdbool.h>

/* Opens a socket that tells of it. Returns it, or -errno. */
int hear_open(void);

/* Reads all that it tells now. Returns whether any of it was of a table of our name. */
bool hear_take(int fd);

#endif
