/* What is told to the service manager: sockets with a path and abstract ones, and none that makes
 * the service wait. */
#include "watch/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit.h"

/* A manager's socket by that name, "@" for an abstract one, which NOTIFY_SOCKET names from now on.
 */
static int manager(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memcpy(name.sun_path, path, strlen(path));
	if (*path == '@')
		name.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&name,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))),
			 0);
	setenv("NOTIFY_SOCKET", path, 1);
	return fd;
}

static void assert_hears(int fd, const char *text)
{
	char buffer[256] = "";

	assert_int_equal(recv(fd, buffer, sizeof(buffer), 0), strlen(text));
	assert_string_equal(buffer, text);
}

TEST(tells_a_manager)
{
	char path[64], abstract[64];
	int fd;

	snprintf(path, sizeof(path), "/tmp/notify-test.%d", (int)getpid());
	snprintf(abstract, sizeof(abstract), "@notify-test.%d", (int)getpid());
	fd = manager(path);
	notify_service("READY=1\nSTATUS=all is well");
	assert_hears(fd, "READY=1\nSTATUS=all is well");
	notify_service("WATCHDOG=1");
	assert_hears(fd, "WATCHDOG=1");
	close(fd);
	unlink(path);
	fd = manager(abstract);
	notify_service("READY=1");
	assert_hears(fd, "READY=1");
	close(fd);
}

TEST(never_waits)
{
	char abstract[64], path[256];
	int fd;

	snprintf(abstract, sizeof(abstract), "@notify-full.%d", (int)getpid());
	fd = manager(abstract);
	/* far more than a socket's queue takes; the alarm would end the test */
	alarm(20);
	for (int i = 0; i < 5000; i++)
		notify_service("WATCHDOG=1");
	alarm(0);
	assert_hears(fd, "WATCHDOG=1");
	close(fd);
	/* nobody there, a path that fits no address, no manager */
	notify_service("READY=1");
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	setenv("NOTIFY_SOCKET", path, 1);
	notify_service("READY=1");
	unsetenv("NOTIFY_SOCKET");
	notify_service("READY=1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_a_manager),
		cmocka_unit_test(never_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
