/* The hosts file: what is attached, with its names, for who serves names. */
#ifndef V6HOOK_HOSTS_H
#define V6HOOK_HOSTS_H

#include "known/context.h"

/*
 * Makes the file anew by what is stored, if the configuration names one and it is to be another.
 * Returns 0 or -errno.
 */
int hosts_write(struct context *c, struct error *e);

/* The same for who has changed what is stored, unless a service runs, which sees to it. A failure
 * is told as a warning. */
void hosts_follow(struct context *c);

#endif
