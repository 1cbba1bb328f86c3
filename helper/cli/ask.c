/* How those who may not change the network have the service do it. */
#include "cli/ask.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/ask.h"
#include "base/cleanup.h"
#include "base/config_read.h"
#include "base/user.h"
#include "known/resolve.h"
#include "runtime/engines.h"

/* What is handed over of a container: its network namespace, its first process. */
struct handed {
	int fds[ASK_DESCRIPTORS];
};

static void handed_release(struct handed *h)
{
	cleanup_close(&h->fds[0]);
	cleanup_close(&h->fds[1]);
}

/* Refuses what only the administrator may ask for. Returns 0 or -EPERM. */
static int check(const struct request *q, struct error *e)
{
	if (q->has_address)
		return error_set(e, STATUS_USAGE, -EPERM,
				 "an address is the administrator's to choose: v6hook pin");
	if (q->netns)
		return error_set(e, STATUS_USAGE, -EPERM,
				 "--netns is for the administrator: name the container, or give "
				 "--pid");
	return 0;
}

/* Says who else can, to one who is not root and sees no such container. Returns r. */
static int advise(int r, struct error *e)
{
	char user[USER_NAME_MAX], text[ERROR_TEXT_MAX];

	if (r != -ENOENT && r != -EACCES)
		return r;
	snprintf(text, sizeof(text), "%s", e->text);
	return error_set(e, e->status, r,
			 "%.500s: for containers that are not yours run it as root; for yours the "
			 "administrator puts %s into \"users\" and runs v6hook-watch",
			 text, user_name(geteuid(), user, sizeof(user)));
}

/* The container as its owner sees it. Returns 0 or -errno. */
static int find(const struct config *config, const struct request *q, bool attach,
		struct instance *ret, struct error *e)
{
	struct context c = { .config = (struct config *)config };
	struct request named = *q;
	char container[IDENT_TEXT_MAX];
	struct ident id;
	int r = ident_parse(q->container, runtime_names, &id, e);

	if (r < 0)
		return r;
	/* list and journal call it USER/lxc:NAME, and so may they */
	if (strchr(q->container, '/') && id.owner != geteuid())
		return error_set(e, STATUS_FAILED, -EPERM,
				 "only root attaches and detaches what is another's");
	if (strcmp(q->runtime ? q->runtime : *id.runtime ? id.runtime : "lxc", "lxc") != 0)
		return error_set(e, STATUS_FAILED, -EPERM,
				 "only root attaches and detaches what is not LXC's");
	snprintf(id.runtime, sizeof(id.runtime), "lxc");
	id.owner = geteuid();
	named.container = ident_container(&id, container);
	/* who detaches need not have it running */
	if (!attach && !named.pid)
		named.pid = 1;
	return advise(resolve_instance(&c, &named, ret, e), e);
}

/* Opens what an attach hands over. Returns 0 or -errno; of what is not theirs, with @why before it.
 */
static int open_container(pid_t pid, const struct error *why, struct handed *ret, struct error *e)
{
	char path[64];

	ret->fds[1] = (int)syscall(SYS_pidfd_open, pid, 0);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	if (ret->fds[1] >= 0)
		ret->fds[0] = open(path, O_RDONLY | O_CLOEXEC);
	if (ret->fds[0] >= 0)
		return 0;
	if (errno == ESRCH || errno == ENOENT)
		return error_set(e, STATUS_NO_CONTAINER, -errno, "no process %d: it is not running",
				 (int)pid);
	return error_set(e, STATUS_FAILED, -errno,
			 "%s; nor can the service be asked, as the network namespace of process %d "
			 "cannot be opened: %s",
			 why->text, (int)pid, strerror(errno));
}

static int connect_service(const char *path, const struct error *why, int *ret, struct error *e)
{
	const struct timeval wait = { ASK_WAIT_S, 0 };
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return error_sys(e, -errno, "cannot ask the service");
	if (strlen(path) >= sizeof(name.sun_path))
		return error_set(e, STATUS_USAGE, -ENAMETOOLONG, "socket %s: the path is too long",
				 path);
	memcpy(name.sun_path, path, strlen(path));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(fd, (const struct sockaddr *)&name, sizeof(name)) < 0)
		return error_set(e, STATUS_FAILED, -errno,
				 "%s; and the service that does it for others does not answer on "
				 "%s (%s): systemctl start v6hook-watch",
				 why->text, path, strerror(errno));
	*ret = steal_fd(&fd);
	return 0;
}

static int read_answer(int fd, struct listing *ret, struct error *e)
{
	struct ask_answer a;
	ssize_t n = recv(fd, &a, sizeof(a), 0);

	if (n < 0)
		return error_sys(e, -errno, "the service does not answer");
	if (n != sizeof(a) || a.magic != ASK_MAGIC || a.status > STATUS_IN_USE)
		return error_set(e, STATUS_FAILED, -EPROTO,
				 n == 0 ? "the service has hung up: its journal says why"
					: "the service is of another version");
	a.text[sizeof(a.text) - 1] = '\0';
	if (a.status != STATUS_DONE)
		return error_set(e, (enum status)a.status, -EREMOTEIO, "%s", a.text);
	ret->has_address = inet_pton(AF_INET6, a.text, &ret->address) == 1;
	return 0;
}

int ask_service(const struct request *q, bool attach, const struct error *why, struct listing *ret,
		struct error *e)
{
	CLEANUP(handed_release) struct handed handed = { { -1, -1 } };
	struct ask ask = {
		.magic = ASK_MAGIC,
		.verb = attach	     ? ASK_ATTACH
			: q->release ? ASK_RELEASE
			: q->hook    ? ASK_ENDED
				     : ASK_DETACH,
	};
	struct instance instance = { .pid = 0 };
	_config_ struct config *config = NULL;
	_close_ int fd = -1;
	struct error ignored;
	int r = check(q, e);

	/* one that they may not read, or that is bad, says nothing against the service */
	if (r == 0 && config_read(q->config_path, &config, &ignored) < 0)
		r = config_salvage(q->config_path, &config, e);
	if (r == 0)
		r = find(config, q, attach, &instance, e);
	if (r == 0 && attach)
		r = open_container(instance.pid, why, &handed, e);
	if (r == 0)
		r = connect_service(config->socket, why, &fd, e);
	if (r < 0)
		return r;
	snprintf(ask.name, sizeof(ask.name), "%s", instance.ident.name);
	snprintf(ask.path, sizeof(ask.path), "%s", q->lxcpath ? q->lxcpath : "");
	r = ask_send(fd, &ask, handed.fds[0] >= 0 ? handed.fds : NULL);
	if (r < 0)
		error_sys(e, r, "cannot ask the service");
	ret->ident = instance.ident;
	return r < 0 ? r : read_answer(fd, ret, e);
}
