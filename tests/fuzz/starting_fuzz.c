/* Fuzzes what Docker and Podman say of a container that they are starting: answers, one after the
 * other. */
#include "fuzz.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/note.h"
#include "engine/plain.h"
#include "runtime/docker_starting.h"
#include "runtime/podman_starting.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* What is left of the input: answers, each ended by a zero byte. */
struct rest {
	const char *at, *end;
};

static void on_note(enum note_level level, const char *text)
{
	(void)level;
	must(strlen(text) < 1024);
}

/* Takes the next piece. Returns its length. */
static size_t take(struct rest *r, const char **ret)
{
	const char *zero = memchr(r->at, 0, (size_t)(r->end - r->at));
	size_t len = (size_t)((zero ? zero : r->end) - r->at);

	*ret = r->at;
	r->at = zero ? zero + 1 : r->end;
	return len;
}

/* engine_getter: the next answer, by a connection. */
static int get(enum engine_what what, const char *which, struct engine_answer *ret,
	       long *ret_status, void *arg)
{
	char path[ENGINE_PATH_MAX];
	const char *text;
	size_t len;
	int pair[2], r;

	if (engine_path(what, which, path) < 0)
		return -EINVAL;
	len = take(arg, &text);
	if (len > 32768 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return -EIO;
	must(write(pair[1], text, len) == (ssize_t)len);
	close(pair[1]);
	r = engine_plain_read(pair[0], clock_ms() + 1000, ret, ret_status);
	close(pair[0]);
	return r;
}

/* What is found must be fit for the lease of a container. */
static void see(const struct instance *i)
{
	must(i->pid > 0 && *i->ident.name && strlen(i->id) < sizeof(i->id));
	must(i->enable <= WISH_NO && i->given_count <= INSTANCE_GIVEN_MAX);
	must(exposed_is_valid(&i->expose) && exposed_is_valid(&i->published));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct config_engine engine = {
		.name = "docker", .title = "Docker", .socket = (char *)"/", .start = "x"
	};
	struct rest rest = { (const char *)data, (const char *)data + size };
	struct instance i = { .pid = 0 };
	struct podman_born born = { .id = ID, .name = "web", .first = 7, .bridge = "podman0" };
	struct error e;
	_json_ json_t *config = NULL;
	const char *text;
	char *copy;
	size_t len;
	bool flag = false;

	note_to(on_note);
	len = take(&rest, &text);
	copy = fuzz_text((const uint8_t *)text, len);
	if (json_parse(copy, len, &config, &e) < 0)
		config = NULL;
	free(copy);
	born.config = config;
	if (docker_starting(&engine, get, &rest, ID, 7, config, &i, &flag, &e) == 0)
		see(&i);
	rest.at = text + len + (text + len < rest.end);
	i = (struct instance){ .pid = 0 };
	if (podman_starting(&engine, get, &rest, &born, &i, &flag, &e) == 0)
		see(&i);
	return 0;
}
