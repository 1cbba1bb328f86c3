/* The container engines: that those which are served answer. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "doctor/checks.h"
#include "doctor/lines.h"
#include "engine/ask.h"
#include "runtime/lxc_path.h"

#define ANSWER_MS 2000				/* that an engine may take, in milliseconds */
#define INCLUDE "/share/lxc/config/v6hook.conf" /* below PREFIX */
#define INCLUDES_DEPTH 8
#define LIBCURL "libcurl"

/* Connects and hangs up. Returns 0 or -errno. */
static int knock(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (strlen(path) >= sizeof(at.sun_path))
		return -ENAMETOOLONG;
	strcpy(at.sun_path, path);
	/* a queue that is full is somebody's who is busy */
	return connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0 || errno == EAGAIN ? 0 : -errno;
}

/* Asks for a container that cannot be there: an engine that hangs takes connections, too. */
static int ask(const struct config_engine *engine, struct error *e)
{
	struct engine_answer answer = { 0 };
	const bool incus = engine->which == ENGINE_INCUS;
	const struct engine_request request = { .what = incus ? INCUS_INSTANCE : DOCKER_CONTAINER,
						.which = "v6hook-doctor",
						.timeout_ms = ANSWER_MS,
						.data = engine_answer_add,
						.arg = &answer };
	long status;
	int r = engine_ask(engine, &request, &status, e);

	engine_answer_release(&answer);
	return r;
}

/* Tells of one that takes connections but does not answer. */
static void tell_silent(struct exam *x, enum engine which, const struct error *e)
{
	exam_tell(x, FINDING_BROKEN, "%s answers nothing: what it starts gets no address",
		  x->scene->config->engines[which].title);
	exam_evidence(x, "%s", e->text);
	exam_remedy(x, "%s",
		    strstr(e->text, LIBCURL) ? "apt-get install libcurl4"
		    : which == ENGINE_DOCKER ? "systemctl restart docker"
		    : which == ENGINE_PODMAN ? "systemctl restart podman.socket podman"
					     : "systemctl restart incus");
}

static void look_at(struct exam *x, enum engine which)
{
	const struct config_engine *engine = &x->scene->config->engines[which];
	struct error e;
	int r;

	if (!config_serves(x->scene->config->engines, which))
		return;
	r = knock(engine->socket);
	if (r == 0 && ask(engine, &e) < 0)
		tell_silent(x, which, &e);
	/* an engine that is not installed is none that is missed, unless the file names it */
	if (r == 0 || (!engine->named && (r == -ENOENT || r == -ENOTDIR)))
		return;
	if (r == -EACCES || r == -EPERM) {
		exam_tell(x, FINDING_UNKNOWN, "whether %s answers cannot be told", engine->title);
		exam_evidence(x, "%s: %s", engine->socket, strerror(-r));
		return;
	}
	exam_tell(x, FINDING_BROKEN, "%s does not answer: what it starts gets no address",
		  engine->title);
	exam_evidence(x, "%s: %s", engine->socket, strerror(-r));
	exam_remedy(x, "%s", engine->start);
}

void check_docker(struct exam *x)
{
	look_at(x, ENGINE_DOCKER);
}

void check_podman(struct exam *x)
{
	look_at(x, ENGINE_PODMAN);
}

void check_incus(struct exam *x)
{
	look_at(x, ENGINE_INCUS);
}

/* What LXC containers include of v6hook's files. */
struct includes {
	struct exam *x;
	char seen[PATH_MAX]; /* the last that was looked at */
};

/* A hook that cannot be run keeps LXC from starting the container. */
static void on_hook(const struct line *l, void *arg)
{
	struct includes *i = arg;

	if (strncmp(l->key, "lxc.hook.", 9) != 0 || *l->value != '/' || access(l->value, X_OK) == 0)
		return;
	exam_tell(i->x, FINDING_BROKEN, "LXC cannot start containers that include %s", l->path);
	exam_evidence(i->x, "%s:%u: %s: %s", l->path, l->number, l->value, strerror(errno));
	exam_remedy(i->x, "make install # in v6hook's source, or install its package again");
}

static void on_include(const struct line *l, void *arg)
{
	struct includes *i = arg;

	if (strcmp(l->key, "lxc.include") != 0 || !strstr(l->value, "/v6hook") ||
	    strcmp(l->value, i->seen) == 0)
		return;
	snprintf(i->seen, sizeof(i->seen), "%s", l->value);
	if (access(l->value, F_OK) == 0) {
		lines_read(l->value, on_hook, i);
		return;
	}
	exam_tell(i->x, FINDING_BROKEN, "LXC cannot start containers that include what is gone");
	exam_evidence(i->x, "%s:%u: %s: %s", l->path, l->number, l->value, strerror(errno));
	exam_remedy(i->x, "make install # in v6hook's source, or install its package again");
}

/* Whether a container's configuration has a hook of v6hook's, in it or in what it includes. */
struct hooked {
	bool is;
	int depth;
};

static void on_key(const struct line *l, void *arg);

static void on_included(const char *path, void *arg)
{
	struct hooked *h = arg;

	if (h->is || h->depth == INCLUDES_DEPTH)
		return;
	h->depth++;
	lines_read(path, on_key, h);
	h->depth--;
}

static void on_key(const struct line *l, void *arg)
{
	struct hooked *h = arg;
	struct stat st;

	if (strncmp(l->key, "lxc.hook.", 9) == 0)
		h->is |= strstr(l->value, "v6hook") != NULL;
	if (strcmp(l->key, "lxc.include") != 0)
		return;
	/* one that is gone is told by itself */
	h->is |= strstr(l->value, "/v6hook") != NULL;
	if (stat(l->value, &st) == 0 && S_ISDIR(st.st_mode))
		lines_files((const char *const[]){ l->value, NULL }, ".conf", on_included, h);
	else
		on_included(l->value, h);
}

/* Whether a container of root's runs: its monitor listens on a socket with its path for a name. */
static bool is_running(const char *path, const char *name)
{
	char socket[PATH_MAX + 280];
	_fclose_ FILE *f = fopen("/proc/net/unix", "re");
	_free_ char *line = NULL;
	size_t size = 0;

	snprintf(socket, sizeof(socket), "@%s/%s/command", path, name);
	while (f && getline(&line, &size, f) > 0) {
		char *at = strchr(line, '@');

		line[strcspn(line, "\n")] = '\0';
		if (at && strcmp(at, socket) == 0)
			return true;
	}
	return false;
}

/* Whether a container of LXC's has a lease, is not attached, and nobody has said that it is not to
 * be. */
static bool is_left(const struct scene *s, const char *name)
{
	char ident[IDENT_TEXT_MAX];

	snprintf(ident, sizeof(ident), "lxc:%s", name);
	for (size_t i = 0; s->look && i < s->look->present.count; i++) {
		const struct holder *h = &s->look->present.list[i];

		if (strcmp(h->ident, ident) == 0)
			return h->leased && !scene_attached(s, h) &&
			       !(h->attachment && h->attachment->word != WORD_NONE);
	}
	return false;
}

/* The file to be included, of the installation that this program is of, or the usual one. */
static void find_include(char *out)
{
	char self[PATH_MAX];
	const ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - sizeof(INCLUDE));

	if (len > 0) {
		self[len] = '\0';
		/* PREFIX/sbin/v6hook, PREFIX/libexec/v6hook-full */
		for (int up = 0; up < 2 && strrchr(self, '/'); up++)
			*strrchr(self, '/') = '\0';
		snprintf(out, PATH_MAX, "%.*s" INCLUDE, (int)(PATH_MAX - sizeof(INCLUDE)), self);
		if (access(out, F_OK) == 0)
			return;
	}
	snprintf(out, PATH_MAX, "/usr/local" INCLUDE);
}

/* Tells of one that was attached by hand once, and was not at its start. */
static void look_at_start(struct exam *x, const char *path, const char *name, const char *config)
{
	struct hooked hooked = { .is = false };
	char include[PATH_MAX];

	if (!is_left(x->scene, name) || access(config, R_OK) < 0)
		return;
	lines_read(config, on_key, &hooked);
	if (hooked.is || !is_running(path, name))
		return;
	find_include(include);
	exam_tell(x, FINDING_WARNING, "lxc:%s runs, but nothing has attached it at its start",
		  name);
	exam_evidence(x, "%s: no lxc.include of v6hook's", config);
	exam_remedy(x, "echo 'lxc.include = %s' >>%s", include, config);
}

void check_lxc(struct exam *x)
{
	struct includes i = { .x = x };
	char path[PATH_MAX], file[PATH_MAX + 280];
	_closedir_ DIR *dir = NULL;
	struct dirent *entry;

	lxc_path_standard(0, path, sizeof(path));
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s/config", path, entry->d_name);
		lines_read(file, on_include, &i);
		look_at_start(x, path, entry->d_name, file);
	}
}
