/* The clock that only goes on: for deadlines, and for how long something took. */
#include "base/clock.h"

#include <time.h>

static int64_t read_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_used_ms(void)
{
	return read_ms(CLOCK_PROCESS_CPUTIME_ID);
}
