/*
 * Measures one command from before its fork to after its end: run CMD [ARG]...
 *
 * Prints WALL_US CPU_US FAULTS RSS_KIB INSTRUCTIONS STARTED_US ENDED_US. CPU, page faults and peak
 * memory are the command's and its children's, by wait4(2); the peak counts what this program has
 * until the exec. Instructions are those in user space, or "-" where the processor's counters are
 * not to be had, as in most virtual machines. The last two are on CLOCK_MONOTONIC. The command's
 * output goes nowhere, its failure is ours.
 */
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static int64_t us(const struct timeval *t)
{
	return (int64_t)t->tv_sec * 1000000 + t->tv_usec;
}

/* A counter of the instructions of this process and its children to come, or -1. */
static int counter(void)
{
	struct perf_event_attr what = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(what),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.inherit = 1,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &what, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

int main(int argc, char **argv)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), count = counter(), status;
	char instructions[32] = "-";
	struct rusage used;
	int64_t start, end;
	uint64_t counted;
	pid_t child;

	if (argc < 2 || null < 0) {
		fprintf(stderr, "run: which command?\n");
		return 2;
	}
	ioctl(count, PERF_EVENT_IOC_ENABLE, 0);
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
	ioctl(count, PERF_EVENT_IOC_DISABLE, 0);
	if (read(count, &counted, sizeof(counted)) == sizeof(counted))
		snprintf(instructions, sizeof(instructions), "%llu", (unsigned long long)counted);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "run: %s failed (wait status %#x)\n", argv[1],
			(unsigned int)status);
		return 1;
	}
	printf("%lld %lld %ld %ld %s %lld %lld\n", (long long)(end - start),
	       (long long)(us(&used.ru_utime) + us(&used.ru_stime)),
	       used.ru_minflt + used.ru_majflt, used.ru_maxrss, instructions, (long long)start,
	       (long long)end);
	return 0;
}
