/* Checks which messages are requests, and what is read of a monitor's socket and of processes. */
#include "unit.h"

#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/process.h"
#include "runtime/lxc_socket.h"
#include "watch/ask_read.h"

static struct ask request(enum ask_verb verb, const char *name, const char *path)
{
	struct ask a = { .magic = ASK_MAGIC, .verb = verb };

	snprintf(a.name, sizeof(a.name), "%s", name);
	snprintf(a.path, sizeof(a.path), "%s", path);
	return a;
}

TEST(requests_are_told_from_nonsense)
{
	static const struct {
		uint32_t verb;
		const char *name, *path;
		int descriptors, result;
	} rows[] = {
		{ ASK_ATTACH, "web1", "", 2, 0 },
		{ ASK_ATTACH, "web1", "/srv/lxc", 2, 0 },
		{ ASK_ATTACH, "web1", "", 0, -EBADMSG },
		{ ASK_ATTACH, "web1", "", 1, -EBADMSG },
		{ ASK_ATTACH, "web1", "", 3, -EBADMSG },
		{ ASK_ATTACH, "", "", 2, -EBADMSG },
		{ ASK_ATTACH, "a\xff", "", 2, -EBADMSG },
		{ ASK_ATTACH, "a", "/\xff", 2, -EBADMSG },
		{ ASK_ATTACH, "a", "/a\nb", 2, -EBADMSG },
		{ ASK_ATTACH, "a", "/a\x1b[2J", 2, -EBADMSG },
		{ ASK_DETACH, "a", "/a\x7f", 0, -EBADMSG },
		{ ASK_DETACH, "a", "/a\xc2\x9b", 0, -EBADMSG },
		{ ASK_DETACH, "web1", "", 0, 0 },
		{ ASK_DETACH, "web1", "/srv/lxc", 0, 0 },
		{ ASK_DETACH, "web1", "", 1, -EBADMSG },
		{ ASK_DETACH, "web1", "", 2, -EBADMSG },
		{ ASK_DETACH, "", "", 0, -EBADMSG },
		{ ASK_RELEASE, "web1", "", 0, 0 },
		{ ASK_RELEASE, "web1", "", 2, -EBADMSG },
		{ ASK_OWN, "", "", 0, 0 },
		{ ASK_OWN, "", "", 2, -EBADMSG },
		{ ASK_OWN, "web1", "", 0, -EBADMSG },
		{ ASK_OWN, "", "/srv/lxc", 0, -EBADMSG },
		{ 0, "web1", "", 0, -EBADMSG },
		{ ASK_ENDED, "web1", "", 0, 0 },
		{ ASK_ENDED, "", "", 0, -EBADMSG },
		{ ASK_STARTING, "0123", "", 2, 0 },
		{ ASK_STARTING, "0123", "", 0, -EBADMSG },
		{ ASK_STARTING, "0123", "/srv/lxc", 2, -EBADMSG },
		{ ASK_STARTING, "", "", 2, -EBADMSG },
		{ ASK_STARTING + 1, "web1", "", 0, -EBADMSG },
		{ UINT32_MAX, "", "", 0, -EBADMSG },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ask a = request(rows[i].verb, rows[i].name, rows[i].path);

		check(ask_check(&a, sizeof(a), rows[i].descriptors) == rows[i].result, "row %zu",
		      i);
	}
}

TEST(another_length_or_magic_is_nonsense)
{
	struct ask a = request(ASK_DETACH, "web1", "");

	assert_int_equal(ask_check(&a, sizeof(a), 0), 0);
	assert_int_equal(ask_check(&a, sizeof(a) - 1, 0), -EBADMSG);
	assert_int_equal(ask_check(&a, 0, 0), -EBADMSG);
	a.magic++;
	assert_int_equal(ask_check(&a, sizeof(a), 0), -EBADMSG);
}

TEST(texts_without_end_are_nonsense)
{
	struct ask a = request(ASK_DETACH, "web1", "");

	memset(a.path, '/', sizeof(a.path));
	assert_int_equal(ask_check(&a, sizeof(a), 0), -EBADMSG);
	a.path[sizeof(a.path) - 1] = '\0';
	assert_int_equal(ask_check(&a, sizeof(a), 0), 0);
	memset(a.name, 'n', sizeof(a.name));
	assert_int_equal(ask_check(&a, sizeof(a), 0), -EBADMSG);
	a.name[sizeof(a.name) - 1] = '\0';
	assert_int_equal(ask_check(&a, sizeof(a), 0), 0);
}

TEST(names_of_monitors_are_taken_apart)
{
	static const struct {
		const char *text, *path, *name;
	} rows[] = {
		{ "/var/lib/lxc/web1/command", "/var/lib/lxc", "web1" },
		{ "/home/a/.local/share/lxc/x y/command", "/home/a/.local/share/lxc", "x y" },
		{ "/command/command", "", "command" },
		{ "/a/b\n/command", "/a", "b\n" },
		{ "lxc/1a2b/command", NULL, NULL },
		{ "/var/lib/lxc/web1/commands", NULL, NULL },
		{ "/var/lib/lxc/web1/command ", NULL, NULL },
		{ "/var/lib/lxc//command", NULL, NULL },
		{ "/command", NULL, NULL },
		{ "command", NULL, NULL },
		{ "", NULL, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[LXC_SOCKET_MAX];
		const char *name;

		snprintf(text, sizeof(text), "%s", rows[i].text);
		name = lxc_socket_read(text);
		check(!name == !rows[i].name, "\"%s\"", rows[i].text);
		if (!name)
			continue;
		assert_string_equal(name, rows[i].name);
		assert_string_equal(text, rows[i].path);
	}
}

TEST(a_process_is_read)
{
	struct process p;

	assert_int_equal(process_read(getpid(), &p), 0);
	assert_int_equal(p.pid, getpid());
	assert_int_equal(p.parent, getppid());
	assert_int_equal(p.uid, geteuid());
	assert_true(p.depth >= 1);
	assert_true(p.inner > 0);
	assert_int_equal(process_read(0, &p), -ESRCH);
}

TEST(a_pidfd_is_told_from_the_rest)
{
	_close_ int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	_close_ int mine = (int)syscall(SYS_pidfd_open, getpid(), 0);
	_close_ int child_fd = -1;
	pid_t pid = 0, child = fork();

	if (child == 0)
		_exit(0);
	child_fd = (int)syscall(SYS_pidfd_open, child, 0);
	assert_true(mine >= 0 && child_fd >= 0);
	assert_int_equal(process_of_pidfd(mine, &pid), 0);
	assert_int_equal(pid, getpid());
	assert_int_equal(process_of_pidfd(null, &pid), -EINVAL);
	assert_int_equal(process_of_pidfd(-1, &pid), -EINVAL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(process_of_pidfd(child_fd, &pid), -ESRCH);
	assert_false(process_lives(child_fd));
	assert_true(process_lives(mine));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_told_from_nonsense),
		cmocka_unit_test(another_length_or_magic_is_nonsense),
		cmocka_unit_test(texts_without_end_are_nonsense),
		cmocka_unit_test(names_of_monitors_are_taken_apart),
		cmocka_unit_test(a_process_is_read),
		cmocka_unit_test(a_pidfd_is_told_from_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
