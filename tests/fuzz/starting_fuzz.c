/* Fuzzes what an engine says of a container that it is starting: one answer after the other, with
 * zero bytes between. */
#include "fuzz.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "runtime/docker_plain.h"
#include "runtime/docker_starting.h"

#define QUARTER "0123456789abcdef"
#define ID QUARTER QUARTER QUARTER QUARTER

/* The answers that are left. */
struct answers {
	const char *at;
	size_t left;
};

/* Gives the next; one that begins with ! comes with the status of a failure, none is no engine. */
static int get(enum docker_what what, const char *which, struct docker_answer *ret,
	       long *ret_status, void *arg)
{
	struct answers *a = arg;
	const size_t len = strnlen(a->at, a->left);
	const char *text = a->at;

	(void)what;
	must(which && *which);
	if (a->left == 0)
		return -ECONNREFUSED;
	a->at += len;
	a->left -= len;
	if (a->left > 0) {
		a->at++;
		a->left--;
	}
	*ret_status = len > 0 && *text == '!' ? 500 : 200;
	return docker_answer_add(text, len, ret) == DOCKER_TAKEN ? 0 : -EIO;
}

/* The bytes as they come from a socket, before they are an answer. */
static void read_plain(const uint8_t *data, size_t size)
{
	CLEANUP(docker_answer_release) struct docker_answer answer = { 0 };
	long status = 0;
	int pair[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	if (size == 0 || send(pair[1], data, size, MSG_DONTWAIT) > 0) {
		close(pair[1]);
		if (docker_plain_read(pair[0], clock_ms() + 1000, &answer, &status) == 0)
			must(answer.len <= size);
	} else {
		close(pair[1]);
	}
	close(pair[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct config_engine engine = { .name = "docker", .title = "Docker" };
	struct answers answers = { (const char *)data, size };
	struct instance i = { .pid = 0 };
	bool starts = false;
	struct error e;

	if (docker_starting(&engine, get, &answers, ID, 7, &i, &starts, &e) == 0) {
		must(i.pid > 0 && (!starts || i.pid == 7));
		must(strlen(i.id) < sizeof(i.id) && strlen(i.ident.name) < sizeof(i.ident.name));
		must(i.given_count <= INSTANCE_GIVEN_MAX);
	} else {
		must(*e.text);
	}
	read_plain(data, size);
	return 0;
}
