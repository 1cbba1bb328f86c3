/* The time that one run may take: whatever waits, waits no longer than what is left of it. */
#include "base/deadline.h"

#include <stdint.h>
#include <time.h>

static int64_t end; /* milliseconds on the monotonic clock; 0: none */

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void deadline_start(unsigned int ms)
{
	end = now() + ms;
}

unsigned int deadline_cap(unsigned int ms)
{
	int64_t left = end ? end - now() : ms;

	return left < 0 ? 0 : left < ms ? (unsigned int)left : ms;
}
