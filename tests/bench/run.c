/*
 * Times one command from before its fork to after its end: run CMD [ARG]...
 *
 * Prints WALL_US MAXRSS_KIB STARTED_US ENDED_US; the last two on CLOCK_MONOTONIC. The command's
 * output goes nowhere, its failure is ours. The peak memory is that of wait4(2); it counts what
 * this program has until the exec, so that nothing below its own few hundred KiB can be seen.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), status;
	struct rusage used;
	int64_t start, end;
	pid_t child;

	if (argc < 2 || null < 0) {
		fprintf(stderr, "run: which command?\n");
		return 2;
	}
	start = now_us();
	child = vfork();
	if (child == 0) {
		dup2(null, 0);
		dup2(null, 1);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &used) != child) {
		perror("run");
		return 1;
	}
	end = now_us();
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "run: %s failed (wait status %#x)\n", argv[1], status);
		return 1;
	}
	printf("%lld %ld %lld %lld\n", (long long)(end - start), used.ru_maxrss, (long long)start,
	       (long long)end);
	return 0;
}
