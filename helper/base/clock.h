/* The clock that only goes on: for deadlines, and for how long something took. */
#ifndef V6HOOK_CLOCK_H
#define V6HOOK_CLOCK_H

#include <stdint.h>

/* Milliseconds of the monotonic clock (clock_gettime(2)). */
int64_t clock_ms(void);

/* Milliseconds of a processor that this process has used. */
int64_t clock_used_ms(void);

#endif
