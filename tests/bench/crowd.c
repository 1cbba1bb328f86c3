/*
 * Runs one command many times at once, each a process of its own: crowd NUMBER CMD [ARG]...
 *
 * A % in CMD and its arguments is the number of the one, from 1. All are started as fast as fork(2)
 * does, and wait for the last of them. Prints EACH_US P50_US P99_US CPU_US: from the start to the
 * end of all, divided by how many they are; what half of them, and 99 of 100, took at most since
 * then; and processor time, each's. Their output goes nowhere, and one that fails is our failure.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define MOST 10000

/* The text with the number in the place of each %. */
static char *numbered(const char *text, int number)
{
	size_t room = 12 * strlen(text) + 1;
	char *made = malloc(room), *at = made;

	if (!made)
		exit(1);
	for (; *text; text++)
		at += *text == '%' ? snprintf(at, 12, "%d", number) : (*at = *text, 1);
	*at = '\0';
	return made;
}

/* What one of them does: waits until @gate is closed, and becomes the command. */
static void one(int number, char **argv, int gate)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char byte;

	for (char **arg = argv; *arg; arg++)
		*arg = numbered(*arg, number);
	dup2(null, 0);
	dup2(null, 1);
	if (read(gate, &byte, 1) == 0)
		execvp(argv[0], argv);
	_exit(127);
}

int main(int argc, char **argv)
{
	int number = argc > 2 ? atoi(argv[1]) : 0, gate[2], status, failed = 0;
	static int64_t took[MOST];
	struct rusage used;
	int64_t start;

	if (number < 1 || number > MOST || pipe2(gate, O_CLOEXEC) < 0) {
		fprintf(stderr, "crowd: how many, and which command?\n");
		return 2;
	}
	for (int i = 0; i < number; i++) {
		pid_t child = fork();

		if (child == 0) {
			close(gate[1]);
			one(i + 1, argv + 2, gate[0]);
		}
		if (child < 0) {
			perror("crowd");
			return 1;
		}
	}
	start = now_us();
	close(gate[1]);
	for (int i = 0; i < number; i++) {
		if (wait(&status) < 0)
			return 1;
		took[i] = now_us() - start;
		failed += status != 0;
	}
	if (failed) {
		fprintf(stderr, "crowd: %d of %d failed\n", failed, number);
		return 1;
	}
	getrusage(RUSAGE_CHILDREN, &used);
	sort_us(took, (size_t)number);
	printf("%lld %lld %lld %lld\n", (long long)took[number - 1] / number,
	       (long long)took[(number - 1) / 2], (long long)took[(number - 1) * 99 / 100],
	       (long long)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 / number +
		       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / number);
	return 0;
}
