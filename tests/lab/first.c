/* An init for containers of the tests: writes down the IPv6 addresses that it finds, first of all,
 * into /seen. */
#include <fcntl.h>
#include <unistd.h>

/* Then becomes the program that its arguments name, or waits. */
int main(int argc, char **argv)
{
	int from = open("/proc/net/if_inet6", O_RDONLY);
	int to = open("/seen", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	char text[4096];
	ssize_t n;

	while ((n = read(from, text, sizeof(text))) > 0)
		if (write(to, text, (size_t)n) != n)
			return 1;
	/* a file that is there without this was not written to its end */
	if (write(to, "end\n", 4) != 4)
		return 1;
	close(from);
	close(to);
	if (argc > 1)
		execv(argv[1], argv + 1);
	for (;;)
		pause();
}
