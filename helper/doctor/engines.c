/* The container engines: that those which are served answer. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "doctor/checks.h"

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

static void look_at(struct exam *x, enum engine which)
{
	const struct config_engine *engine = &x->scene->config->engines[which];
	int r;

	if (!config_serves(x->scene->config->engines, which))
		return;
	r = knock(engine->socket);
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
