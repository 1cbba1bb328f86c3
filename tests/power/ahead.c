/*
 * Preloaded into a program: shows it the clocks as they will be in $AHEAD seconds, and a time of
 * day that is wrong by $WRONG seconds.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static time_t seconds(const char *name)
{
	const char *text = getenv(name);

	return text ? (time_t)atoll(text) : 0;
}

time_t time(time_t *ret)
{
	time_t now = ((__typeof__(&time))dlsym(RTLD_NEXT, "time"))(NULL) + seconds("AHEAD") +
		     seconds("WRONG");

	if (ret)
		*ret = now;
	return now;
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	int r = ((__typeof__(&clock_gettime))dlsym(RTLD_NEXT, "clock_gettime"))(clock, ret);

	if (r == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_BOOTTIME))
		ret->tv_sec += seconds("AHEAD");
	if (r == 0 && clock == CLOCK_REALTIME)
		ret->tv_sec += seconds("WRONG");
	return r;
}
