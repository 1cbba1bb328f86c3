/*
 * Tells when a container's runtime is called to start one, and becomes what is named for it: adds
 * "NAME NANOSECONDS" to $STAMP_FILE and executes $STAMP_NAME with its own arguments, where NAME is
 * the name that it is called by.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
	char variable[64], line[128];
	struct timespec now;
	const char *next;

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(variable, sizeof(variable), "STAMP_%s", name);
	next = getenv(variable);
	for (int i = 1; i < argc; i++) {
		int fd, n;

		if (strcmp(argv[i], "start") != 0)
			continue;
		fd = open(getenv("STAMP_FILE"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
		n = snprintf(line, sizeof(line), "%s %lld\n", name,
			     now.tv_sec * 1000000000LL + now.tv_nsec);
		if (fd < 0 || write(fd, line, (size_t)n) != n)
			return 1;
	}
	argv[0] = (char *)next;
	if (next)
		execv(next, argv);
	return 127;
}
