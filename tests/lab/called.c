/* Stands in for a container's runtime: prints all that a program can see of how it was called. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Prints the lines of a file that begin with one of these words; without words, all. */
static void print_file(const char *path, const char *const *words)
{
	FILE *f = fopen(path, "re");
	char line[1024];

	while (f && fgets(line, sizeof(line), f)) {
		int wanted = !words;

		for (size_t i = 0; words && words[i]; i++)
			wanted |= strncmp(line, words[i], strlen(words[i])) == 0;
		if (wanted)
			printf("%s: %s", path, line);
	}
	if (f)
		fclose(f);
}

/* Prints a descriptor: what it is of, how it was opened, where it stands. */
static void print_fd(int fd)
{
	char path[64], target[512];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	printf("fd %d: %s flags %o %o at %lld\n", fd, target, fcntl(fd, F_GETFD),
	       fcntl(fd, F_GETFL), (long long)lseek(fd, 0, SEEK_CUR));
}

/*
 * With $CALLED_STATUS it ends with that status, with $CALLED_SIGNAL by that signal; with
 * $CALLED_COPY it copies stdin to stdout, and says a word on stderr.
 */
int main(int argc, char **argv)
{
	static const char *const status[] = { "Name",	  "Umask",	   "State",  "Tgid",
					      "PPid",	  "TracerPid",	   "Uid",    "Gid",
					      "Groups",	  "NStgid",	   "NSpgid", "NSsid",
					      "Threads",  "SigPnd",	   "ShdPnd", "SigBlk",
					      "SigIgn",	  "SigCgt",	   "Cap",    "NoNewPrivs",
					      "Seccomp:", "Cpus_allowed:", NULL };
	const char *wanted = getenv("CALLED_STATUS"), *signal_wanted = getenv("CALLED_SIGNAL");
	char text[4096];
	ssize_t n;
	int dead = 0;

	for (int fd = 0; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			print_fd(fd);
	for (int i = 0; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	for (char **one = environ; *one; one++)
		printf("environment: %s\n", *one);
	print_file("/proc/self/status", status);
	print_file("/proc/self/limits", NULL);
	print_file("/proc/self/oom_score_adj", NULL);
	print_file("/proc/self/cgroup", NULL);
	print_file("/proc/self/personality", NULL);
	print_file("/proc/self/timers", NULL);
	prctl(PR_GET_PDEATHSIG, &dead);
	printf("directory: %s\nparent's death: %d\nnice: %d\n", getcwd(text, sizeof(text)), dead,
	       nice(0));
	if (getenv("CALLED_COPY")) {
		while ((n = read(STDIN_FILENO, text, sizeof(text))) > 0)
			printf("input: %.*s", (int)n, text);
		fputs("a word\n", stderr);
	}
	fflush(stdout);
	if (signal_wanted) {
		raise(atoi(signal_wanted));
		pause();
	}
	return wanted ? atoi(wanted) : 0;
}
