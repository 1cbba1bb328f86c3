/*
 * One request of somebody who may not change the network: is it their right, then do it.
 *
 * Theory of operation: nothing that the message says is believed about the asker. On the host,
 * their user ID is the kernel's (SO_PEERCRED), and the namespace that they hand over must belong to
 * them (NS_GET_OWNER_UID). In a container, the namespace is the one in which their socket was made
 * (SIOCGSKNS), and the container is the one whose monitor started their process (runtime_lxc_of),
 * or else whose engine keeps it (keeper.c); they may be anybody in there, and can ask for nothing
 * but what that container has anyway. What follows is an attach or a detach like any other, within
 * what the configuration allows its owner.
 */
#include "watch/asked.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/deadline.h"
#include "base/note.h"
#include "base/process.h"
#include "base/text.h"
#include "base/user.h"
#include "net/netns.h"
#include "ops/verbs.h"
#include "runtime/runtime.h"
#include "watch/ask_read.h"
#include "watch/journal.h"
#include "watch/keeper.h"
#include "watch/starting.h"
#include "watch/stats.h"

#define DEADLINE_MS 5000
#define REFUSED "the service refuses it; its journal says why"
#define UNMEANT "it is not to have an address, by its labels or as root has detached it"
#define FAILED "the service could not do it; its journal says why"

/* Everything that is known of one request. */
struct request_of {
	struct ask ask;
	int fds[ASK_DESCRIPTORS]; /* the namespace and the process, handed over */
	struct ucred who;
	int who_fd; /* pidfd of the asker */

	struct netns netns;
	struct instance instance; /* the container: owner, name, first process */
	char path[PATH_MAX];	  /* its LXC path */
	struct kept_process kept; /* or it is an engine's, which tells the rest: its ID, else "" */
	bool identified;	  /* it is the asker's, as far as there is one */
};

static void request_release(struct request_of *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(r->fds); i++)
		cleanup_close(&r->fds[i]);
	cleanup_close(&r->who_fd);
	netns_release(&r->netns);
}

/* One in a container asks for that container. Returns 0 or -errno. */
static int identify_inside(int connection, struct request_of *r, struct error *e)
{
	int err = netns_pin_peer(connection, &r->netns, e);
	struct netns of_pid = NETNS_NONE;
	struct error other;

	if (err < 0)
		return err;
	err = runtime_lxc_of(r->who.pid, &r->instance, r->path, sizeof(r->path), e);
	/* LXC's first: root in one of those may name cgroups as they like */
	if (err == -ENODEV) {
		int kept = keeper_find(r->who.pid, &r->kept, &other);

		if (kept != -ENODEV) {
			err = kept;
			*e = other;
		}
	}
	if (err < 0)
		return err;
	/* the asker was that process all the time, and is where its socket is */
	err = netns_pin_pid(r->who.pid, &of_pid, e);
	if (err == 0 && (!process_lives(r->who_fd) || of_pid.dev != r->netns.dev ||
			 of_pid.inode != r->netns.inode))
		err = error_set(e, STATUS_FAILED, -EPERM, "its socket is of another network");
	netns_release(&of_pid);
	return err;
}

/* Pins the namespace that was handed over, if the process is in it. Returns 0 or -errno. */
static int pin_handed(struct request_of *r, struct error *e)
{
	_netns_ struct netns of_pid = NETNS_NONE;
	struct error ignored;
	int err = netns_pin_fd(r->fds[0], &r->netns, e);

	if (err < 0)
		return err;
	if (netns_pin_pid(r->instance.pid, &of_pid, &ignored) < 0 || of_pid.dev != r->netns.dev ||
	    of_pid.inode != r->netns.inode)
		return error_set(e, STATUS_FAILED, -EPERM,
				 "its process is not in the network namespace");
	return 0;
}

/* Whether the container's network and first process come with it. */
static bool takes_process(const struct request_of *r)
{
	return r->ask.verb == ASK_ATTACH || r->ask.verb == ASK_STARTING;
}

/* Root says of which container of an engine the process is the first. Returns 0 or -errno. */
static int identify_starting(struct request_of *r, struct error *e)
{
	struct kept_process found;
	int err = keeper_find(r->instance.pid, &found, e);

	if (err == 0 && strcmp(found.id, r->ask.name) != 0)
		err = error_set(e, STATUS_FAILED, -EPERM, "its process is not in that container");
	if (err == 0)
		err = pin_handed(r, e);
	if (err == 0)
		r->kept = found;
	return err;
}

/*
 * Somebody on the host asks for a container of theirs. That their socket is of the host's network
 * does not mean that they are on it: a container may have that network, or somebody may have handed
 * the socket in. Returns 0 or -errno.
 */
static int identify_outside(struct request_of *r, struct error *e)
{
	struct instance *i = &r->instance;
	struct process asker;

	if (process_read(r->who.pid, &asker) < 0 || !process_lives(r->who_fd))
		return error_set(e, STATUS_FAILED, -EPERM, "it has ended");
	if (asker.depth != 1)
		return error_set(e, STATUS_FAILED, -EPERM,
				 "it is in a container on the host's network");
	if (r->ask.verb == ASK_STARTING && r->who.uid != 0)
		return error_set(e, STATUS_FAILED, -EPERM, "only root starts an engine's");
	i->ident.owner = r->who.uid;
	snprintf(i->ident.runtime, sizeof(i->ident.runtime), "lxc");
	snprintf(i->ident.name, sizeof(i->ident.name), "%s", r->ask.name);
	snprintf(r->path, sizeof(r->path), "%s", r->ask.path);
	if (!takes_process(r))
		return 0;
	if (process_of_pidfd(r->fds[1], &i->pid) < 0)
		return error_set(e, STATUS_FAILED, -EINVAL,
				 "its second descriptor is no process that lives");
	if (r->ask.verb == ASK_STARTING)
		return identify_starting(r, e);
	return pin_handed(r, e);
}

/* Whether the connection comes from the host's own network. Returns 1, 0 or -errno. */
static int is_outside(int connection, struct error *e)
{
	struct netns netns = NETNS_NONE;
	int r = netns_pin_peer(connection, &netns, e);

	netns_release(&netns);
	return r == -EBUSY ? 1 : r;
}

/* Finds out whose container it is. Returns 0 or -errno. */
static int identify(int connection, struct request_of *r, struct error *e)
{
	bool inside = r->ask.verb == ASK_OWN;
	uid_t owner;
	int err = is_outside(connection, e);

	if (err < 0)
		return err;
	if (inside == (err == 1))
		return error_set(e, STATUS_FAILED, -EPERM,
				 inside ? "it is in no container"
					: "it asks for others from within a container");
	err = inside ? identify_inside(connection, r, e) : identify_outside(r, e);
	if (err < 0 || (!inside && !takes_process(r)))
		return err;
	err = netns_owner(&r->netns, &owner, e);
	if (err < 0)
		return err;
	if (owner != r->instance.ident.owner && !(!inside && r->who.uid == 0))
		return error_set(e, STATUS_FAILED, -EPERM, "the network namespace is user %u's",
				 owner);
	return 0;
}

/* What the configuration allows the owner. Returns 0 or -EPERM. */
static int allow(const struct config *config, uid_t owner, struct allowance *ret, struct error *e)
{
	const struct config_user *user;

	if (owner == 0) {
		*ret = (struct allowance){ .addresses = UINT_MAX };
		return 0;
	}
	user = config_user(config, owner);
	if (!user)
		return error_set(e, STATUS_FAILED, -EPERM,
				 "user %u is not among the configuration's \"users\"", owner);
	*ret = (struct allowance){
		.addresses = user->addresses,
		.bridges = (const char *const *)user->bridges.list,
		.bridge_count = user->bridges.count,
	};
	return 0;
}

/* Whether it is an address that is asked for. */
static bool is_attach(const struct request_of *r)
{
	return takes_process(r) || r->ask.verb == ASK_OWN;
}

/* Attaches or detaches. Returns 0 and what was done, or -errno. */
static int carry_out(struct context *c, const struct request_of *r, const char *container,
		     struct listing *ret, struct error *e)
{
	struct allowance allowance;
	struct request q = {
		.container = container,
		.lxcpath = *r->path ? r->path : NULL,
		.pid = r->instance.pid,
		.netns_dev = r->netns.dev,
		.netns_inode = r->netns.inode,
		.release = r->ask.verb == ASK_RELEASE,
		.allowance = &allowance,
		/* what runs inside, and the hook that tells of an end, are nobody's hand */
		.word = r->ask.verb == ASK_OWN || r->ask.verb == ASK_ENDED ? WORD_NONE
			: r->who.uid == 0				   ? WORD_ROOT
									   : WORD_USER,
		/* what fails is kept for list; and who detaches by hand means one that runs, too */
		.hook = r->ask.verb != ASK_DETACH && r->ask.verb != ASK_RELEASE,
	};
	int err = allow(c->config, r->instance.ident.owner, &allowance, e);

	if (err < 0)
		return err;
	if (is_attach(r))
		return op_attach(c, &q, ret, e);
	return op_detach(c, &q, ret, e);
}

/* Attaches a container of an engine, which tells all that the journal is told. As carry_out. */
static int carry_out_kept(struct context *c, const struct request_of *r, const char *who,
			  struct listing *ret, bool *ret_told, struct error *e)
{
	int err = starting_attach(c, &r->kept, &r->netns, who, ret, ret_told, e);
	const bool alone = err == -ENODEV && !*ret_told;

	/* of one that starts, which nobody has asked for by name, that is no failure */
	if (r->ask.verb == ASK_STARTING && (alone || (err == 0 && !ret->has_address)))
		return 0;
	/* left alone, as the service tells of it, too */
	if (alone)
		return -EPERM;
	if (err == 0 && !ret->has_address)
		return error_set(e, STATUS_FAILED, -ENOTSUP, "it is not to have an address");
	return err;
}

/* Answers, if there is still somebody to answer. */
static void answer(int connection, enum status status, const char *text)
{
	struct ask_answer a = { .magic = ASK_MAGIC, .status = status };

	snprintf(a.text, sizeof(a.text), "%s", text);
	send(connection, &a, sizeof(a), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Who asked, for the journal: "asked by alice", "asked from within, as 100000". */
static void describe(const struct request_of *r, char *out, size_t size)
{
	char name[USER_NAME_MAX];

	snprintf(out, size, "asked %s %s", r->ask.verb == ASK_OWN ? "from within, as" : "by",
		 user_name(r->who.uid, name, sizeof(name)));
}

/* Whether a request that failed was the asker's right at least. */
static bool is_known(const struct request_of *r, int err)
{
	return r->identified && err != -EPERM && err != -ECANCELED && err != -EAGAIN;
}

/* Does what is asked and tells the journal. Returns 0 or -errno; @ret_text: the address, or "" */
static int serve(int connection, const struct context *context, struct request_of *r,
		 char *ret_text, struct error *e)
{
	struct context c;
	char container[IDENT_TEXT_MAX], shown[IDENT_TEXT_MAX + USER_NAME_MAX] = "", who[128];
	struct listing done = { 0 };
	const int64_t begun = stats_clock();
	bool told = false;
	int err = process_peer(connection, &r->who, &r->who_fd);

	if (err < 0)
		return error_sys(e, err, "cannot tell who asks");
	err = ask_read(connection, &r->ask, r->fds, e);
	describe(r, who, sizeof(who));
	if (err == 0)
		err = identify(connection, r, e);
	r->identified = err == 0;
	/* two of one name in two LXC paths are told apart */
	if (err == 0 && !*r->kept.id)
		err = runtime_lxc_path(*r->path ? r->path : NULL, r->instance.ident.owner,
				       r->instance.ident.path, sizeof(r->instance.ident.path), e);
	if (*r->instance.ident.name)
		ident_shown(&r->instance.ident, shown, sizeof(shown));
	if (err == 0)
		err = context_inherit(context, &c, e);
	if (err == 0 && *r->kept.id)
		err = carry_out_kept(&c, r, who, &done, &told, e);
	else if (err == 0)
		err = carry_out(&c, r, ident_container(&r->instance.ident, container), &done, e);
	if (done.has_address)
		inet_ntop(AF_INET6, &done.address, ret_text, INET6_ADDRSTRLEN);
	if (told)
		return err;
	if (err == 0)
		op_attach_probe(&c, &done, NULL);
	if (err < 0 && is_known(r, err))
		stats_failed(e->status);
	else if (err == 0 && done.changed && is_attach(r))
		stats_attached(begun);
	if (err < 0)
		journal_change(is_known(r, err) ? "failed" : "refused", shown, NULL, who, e->text);
	else if (done.changed)
		journal_change(is_attach(r) ? "attached" : "detached", shown, ret_text, who, NULL);
	return err;
}

int asked(int connection, const struct context *context)
{
	CLEANUP(request_release)
	struct request_of r = {
		.fds = { -1, -1 },
		.who_fd = -1,
		.netns = NETNS_NONE,
	};
	char text[INET6_ADDRSTRLEN] = "";
	struct error e = { .status = STATUS_FAILED };
	int err;

	note_to(journal_note);
	deadline_start(DEADLINE_MS);
	err = serve(connection, context, &r, text, &e);
	/* to one whose container it is, that the addresses are used up is no secret */
	if (err == 0)
		answer(connection, STATUS_DONE, text);
	else if (is_known(&r, err) && e.status == STATUS_FULL)
		answer(connection, STATUS_FULL, "no address is free for it");
	else if (err == -ENOTSUP)
		answer(connection, STATUS_FAILED, UNMEANT);
	else
		answer(connection, STATUS_FAILED, is_known(&r, err) ? FAILED : REFUSED);
	return err < 0 ? STATUS_FAILED : STATUS_DONE;
}
