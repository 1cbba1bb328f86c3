/* The kernel's word that something of nf_tables has changed: in our tables, or in those of others.
 */
#ifndef V6HOOK_FILTER_HEAR_H
#define V6HOOK_FILTER_HEAR_H

/* Opens a socket that tells of it. Returns it, or -errno. */
int hear_open(void);

#define HEARD_OURS 1   /* something of a table of our name */
#define HEARD_OTHERS 2 /* chains or rules of another table that may filter what is forwarded */

/* Reads all that it tells now. Returns what of it there was: bits. */
unsigned int hear_take(int fd);

#endif
