/* What the service counts, wherever in its processes it happens; metrics.c tells it. */
#include "watch/stats.h"

#include <sys/mman.h>
#include <time.h>

const unsigned int stats_bounds_ms[STATS_BOUNDS] = { 5,	  10,	25,   50,   100,  250,
						     500, 1000, 2500, 5000, 10000 };

/* Shared with the service's children, in which most of it happens. */
static struct stats *stats;

void stats_begin(void)
{
	void *shared = mmap(NULL, sizeof(*stats), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	/* without memory nothing is counted */
	if (shared == MAP_FAILED)
		return;
	stats = shared;
	stats->started = time(NULL);
}

const struct stats *stats_get(void)
{
	static const struct stats none;

	return stats ? stats : &none;
}

static void count(uint64_t *which, uint64_t by)
{
	__atomic_fetch_add(which, by, __ATOMIC_RELAXED);
	__atomic_fetch_add(&stats->changes, 1, __ATOMIC_RELAXED);
}

int64_t stats_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void stats_attached(int64_t begun_us)
{
	const int64_t took = stats_clock() - begun_us;
	size_t i = 0;

	if (!stats)
		return;
	while (i < STATS_BOUNDS && took > stats_bounds_ms[i] * INT64_C(1000))
		i++;
	count(&stats->attach_us, (uint64_t)took);
	count(&stats->attaches[i], 1);
}

void stats_failed(enum status status)
{
	if (stats && status <= STATUS_IN_USE)
		count(&stats->failures[status], 1);
}

void stats_hung(void)
{
	if (stats)
		count(&stats->hung, 1);
}

void stats_repaired(void)
{
	if (stats)
		count(&stats->repairs, 1);
}

void stats_told(bool well)
{
	if (stats)
		count(&stats->told[well], 1);
}
