/* The kernel's word that links, addresses or routes have changed (rtnetlink(7)). */
#ifndef V6HOOK_CHANGES_H
#define V6HOOK_CHANGES_H

/* Opens a socket that is readable when something has changed. Returns it, or -errno. */
int changes_open(void);

/* Takes in all that it tells. */
void changes_drain(int fd);

#endif
