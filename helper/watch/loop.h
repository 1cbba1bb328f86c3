/* What the service waits for: descriptors, each with what is done when it is readable. */
#ifndef V6HOOK_LOOP_H
#define V6HOOK_LOOP_H

#include <stdbool.h>

/* @fd: the one that is readable */
typedef void (*loop_handler)(int fd, void *arg);

struct loop;

/* Returns it, or null without memory or descriptors. */
struct loop *loop_new(void);

/* Hears nothing any more, all at once: to be called before many are removed. */
void loop_stop(struct loop *l);
void loop_free(struct loop *l);

/* Calls the handler whenever there is something to be read. Returns 0 or -errno. */
int loop_add(struct loop *l, int fd, loop_handler handler, void *arg);

/* Stops that; to be called before the descriptor is closed, as children may have copies of it. */
void loop_remove(struct loop *l, int fd);

/* Leaves it unheard for a while, or no longer. */
void loop_hold(struct loop *l, int fd, bool hold);

/*
 * Waits, and calls the handlers of what is readable.
 * @before: called before each of them; if it returns anything but 0, this ends with that
 * Returns 0, or what before returned.
 */
int loop_turn(struct loop *l, int (*before)(void *arg), void *arg);

#endif
