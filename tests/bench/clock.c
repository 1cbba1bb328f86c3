/* Prints how far CLOCK_REALTIME is ahead of CLOCK_MONOTONIC, in microseconds: the best of some
 * looks. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

static int64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int main(void)
{
	int64_t least = INT64_MAX, ahead = 0;

	for (int i = 0; i < 100; i++) {
		int64_t before = now_ns(CLOCK_MONOTONIC), real = now_ns(CLOCK_REALTIME),
			after = now_ns(CLOCK_MONOTONIC);

		if (after - before < least) {
			least = after - before;
			ahead = real - (before + after) / 2;
		}
	}
	printf("%lld\n", (long long)(ahead / 1000));
	return 0;
}
