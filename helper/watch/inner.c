/*
 * Containers' own networks: what a container's network loses inside is put back at once.
 *
 * Theory of operation: a socket in each attached container's namespace tells that something may be
 * lost (net/inside.c), and is not listened to again before that has been looked at. A look is
 * short, and costs some forty system calls; what is missing is put back by a job, an attach like
 * any other, which decides all that there is to decide. The socket keeps the namespace alive: so
 * the process is watched, too, and with its end the socket is closed. What a container does to
 * itself can so cost the host a look every half second at most, and a job: each that does not hold
 * for five seconds is counted, and after ten of them the pause doubles with each, from ten seconds
 * to an hour. As accept_ra changes without any news, each container is looked at in turn, once a
 * minute besides.
 */
#include "watch/inner.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/note.h"
#include "base/process.h"
#include "base/text.h"
#include "net/inside.h"
#include "policy/living.h"
#include "watch/journal.h"

#define QUICK_MS 10	 /* from the news to the look: more of it follows */
#define CALM_MS 500	 /* the same for one who has news all the time */
#define LOOKS_QUICK 20	 /* so many looks in a row are quick, */
#define REPAIRS_QUICK 10 /* and so many repairs; then */
#define FIGHT_MS 10000	 /* the first pause, */
#define FIGHT_MOST_MS 3600000
#define HOLDS_MS 5000	 /* what is quiet for so long begins anew */
#define BUSY_MS 50	 /* while a job of that container is under way */
#define FOLLOW_MS 1000	 /* between two readings of what is attached */
#define TURN_MS 250	 /* between two that are looked at in turn */
#define ROUND_MS 60000	 /* each container is looked at so often */
#define LOOKS_MOST 32	 /* at a time: the service has other things to do */
#define FILES_MOST 65536 /* descriptors that are asked for, */
#define FILES_OTHERS 256 /* and those that are left to others */

/* One container that is listened to. */
struct heard {
	uint64_t hash; /* of ident */
	char *ident;
	struct inside_wish wish;
	uint64_t netns_dev, netns_inode, started;
	int fd, process; /* -1: not listened to; its process, or -1 */
	bool known;	 /* seen in the reading under way */
	/* milliseconds of the monotonic clock; due: INT64_MAX, or when to look; told_at: 0, or when
	 * the news came */
	int64_t due, told_at, looked_at, repaired_at;
	unsigned int looks, repairs; /* in a row */
};

struct inner {
	struct jobs *jobs;
	int epoll, notify;
	struct heard **list;
	size_t count, most;
	size_t next; /* of the minute's round */
	int64_t next_at, follow_at, followed_at;
	bool watched; /* the directory is */
};

static void stop_listening(struct inner *in, struct heard *h)
{
	/* closing is not enough: a job that has just been started has copies */
	if (h->fd >= 0)
		epoll_ctl(in->epoll, EPOLL_CTL_DEL, h->fd, NULL);
	if (h->process >= 0)
		epoll_ctl(in->epoll, EPOLL_CTL_DEL, h->process, NULL);
	cleanup_close(&h->fd);
	cleanup_close(&h->process);
	h->fd = h->process = -1;
	h->due = INT64_MAX;
}

static void forget(struct inner *in, struct heard *h)
{
	stop_listening(in, h);
	free(h->ident);
	free(h);
}

/* Asks for as many descriptors as there may be. Returns how many containers can be listened to. */
static size_t room_for(void)
{
	struct rlimit limit = { 0 };

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < FILES_MOST && limit.rlim_cur < limit.rlim_max) {
		struct rlimit more = limit;

		more.rlim_cur = limit.rlim_max < FILES_MOST ? limit.rlim_max : FILES_MOST;
		if (setrlimit(RLIMIT_NOFILE, &more) == 0)
			limit = more;
	}
	return limit.rlim_cur > FILES_OTHERS ? (limit.rlim_cur - FILES_OTHERS) / 3 : 0;
}

struct inner *inner_new(struct jobs *jobs)
{
	struct inner *in = calloc(1, sizeof(*in));
	struct epoll_event event = { .events = EPOLLIN };

	if (!in)
		return NULL;
	in->jobs = jobs;
	in->most = room_for();
	in->epoll = epoll_create1(EPOLL_CLOEXEC);
	in->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (in->epoll < 0 || in->notify < 0 ||
	    epoll_ctl(in->epoll, EPOLL_CTL_ADD, in->notify, &event) < 0) {
		inner_free(in);
		return NULL;
	}
	return in;
}

void inner_free(struct inner *in)
{
	for (size_t i = 0; i < in->count; i++)
		forget(in, in->list[i]);
	free(in->list);
	cleanup_close(&in->notify);
	cleanup_close(&in->epoll);
	free(in);
}

int inner_fd(const struct inner *in)
{
	return in->epoll;
}

/* How long after the news to look. */
static int64_t patience(const struct heard *h)
{
	unsigned int over = h->repairs - REPAIRS_QUICK;

	if (h->repairs < REPAIRS_QUICK)
		return h->looks < LOOKS_QUICK ? QUICK_MS : CALM_MS;
	return over > 8 ? FIGHT_MOST_MS : (int64_t)FIGHT_MS << over;
}

static void be_due(struct heard *h, int64_t now)
{
	if (now - h->looked_at > HOLDS_MS)
		h->looks = 0;
	if (h->due == INT64_MAX)
		h->due = now + patience(h);
	h->told_at = h->told_at ? h->told_at : now;
}

/* Something in the store has changed. */
static void on_store(struct inner *in, int64_t now)
{
	char events[4096];

	while (read(in->notify, events, sizeof(events)) > 0)
		;
	/* a directory that was replaced is not watched: adding it again finds out */
	in->watched = false;
	in->follow_at = in->followed_at + FOLLOW_MS > now + QUICK_MS ? in->followed_at + FOLLOW_MS
								     : now + QUICK_MS;
}

void inner_event(struct inner *in)
{
	struct epoll_event events[64];
	int n = epoll_wait(in->epoll, events, ARRAY_SIZE(events), 0);
	int64_t now = clock_ms();

	for (int i = 0; i < n; i++) {
		struct heard *h = events[i].data.ptr;

		if (!h)
			on_store(in, now);
		else if (h->process >= 0 && !process_lives(h->process))
			stop_listening(in, h);
		else if (h->fd >= 0)
			be_due(h, now);
	}
}

/* Listens until the next news, which is told once. */
static int listen_again(struct inner *in, struct heard *h, int operation)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = h };

	return epoll_ctl(in->epoll, operation, h->fd, &event) < 0 ? -errno : 0;
}

/* Begins to listen to the recorded instance, if it lives. Returns 0 or -errno. */
static int start_listening(struct inner *in, struct heard *h, const struct attachment *a,
			   struct error *e)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = h };
	_netns_ struct netns netns = NETNS_NONE;
	int r = living_open(a, &netns, e);

	if (r <= 0)
		return r;
	r = inside_listen(&netns, &h->fd, e);
	if (r < 0)
		return r;
	h->process = steal_fd(&netns.pidfd);
	if (listen_again(in, h, EPOLL_CTL_ADD) < 0 ||
	    (h->process >= 0 && epoll_ctl(in->epoll, EPOLL_CTL_ADD, h->process, &event) < 0)) {
		r = error_sys(e, -errno, "cannot listen");
		stop_listening(in, h);
		return r;
	}
	/* what was lost before */
	h->due = clock_ms();
	return 0;
}

static struct heard *find(const struct inner *in, const char *ident)
{
	uint64_t hash = text_hash(ident, 0);

	for (size_t i = 0; i < in->count; i++)
		if (in->list[i]->hash == hash && strcmp(in->list[i]->ident, ident) == 0)
			return in->list[i];
	return NULL;
}

/* Adds one that is not listened to yet. Returns it, or null without memory. */
static struct heard *add(struct inner *in, const char *ident)
{
	struct heard *h = calloc(1, sizeof(*h)), **larger = in->list;

	if ((in->count & (in->count - 1)) == 0)
		larger = reallocarray(in->list, in->count ? 2 * in->count : 1,
				      sizeof(struct heard *));
	if (larger)
		in->list = larger;
	if (h)
		h->ident = strdup(ident);
	if (!h || !h->ident || !larger) {
		free(h ? h->ident : NULL);
		free(h);
		return NULL;
	}
	h->hash = text_hash(ident, 0);
	h->fd = h->process = -1;
	h->due = INT64_MAX;
	in->list[in->count++] = h;
	return h;
}

/* What is being read for whom. */
struct following {
	struct inner *in;
	const struct context *c;
};

/* Listens to one who is attached; anew, if it is another instance. */
static int on_attachment(const char *ident, const struct attachment *a, void *arg)
{
	const struct following *f = arg;
	struct inner *in = f->in;
	struct inside_wish wish = { .address = a->address };
	struct error e;
	struct heard *h;

	/* without a process nobody tells when the namespace is to go; and where one that waits for
	 * a port is to have it is not known inside */
	if (!attachment_is_live(a, f->c->boot_id) || a->waits || !a->has_address || !a->pid)
		return 0;
	memcpy(wish.mac, a->mac, sizeof(wish.mac));
	h = find(in, ident);
	if (!h && in->count < in->most)
		h = add(in, ident);
	/* without room it is looked after from the host's side alone */
	if (!h)
		return 0;
	h->known = true;
	if (h->netns_inode != a->netns_inode || h->netns_dev != a->netns_dev ||
	    h->started != a->started) {
		stop_listening(in, h);
		h->looks = h->repairs = 0;
	}
	h->wish = wish;
	h->netns_inode = a->netns_inode;
	h->netns_dev = a->netns_dev;
	h->started = a->started;
	if (h->fd < 0 && start_listening(in, h, a, &e) < 0)
		note(NOTE_STATE, "%s", e.text);
	return 0;
}

/* Reads what is attached, and forgets the others. */
static void follow(struct inner *in, const struct context *c)
{
	struct following f = { in, c };
	char path[PATH_MAX];
	struct error ignored;
	size_t kept = 0;
	int r;

	/* before it is read: what changes meanwhile is told */
	snprintf(path, sizeof(path), "%s/attached", c->config->state_dir);
	in->watched = inotify_add_watch(in->notify, path,
					IN_MOVED_TO | IN_DELETE | IN_MOVE_SELF | IN_DELETE_SELF |
						IN_ONLYDIR) >= 0;
	in->followed_at = clock_ms();
	in->follow_at = in->watched ? INT64_MAX : in->followed_at + FOLLOW_MS;
	for (size_t i = 0; i < in->count; i++)
		in->list[i]->known = false;
	r = c->store->ops->walk_attachments(c->store, on_attachment, &f, &ignored);
	/* what could not be read says nothing */
	for (size_t i = 0; i < in->count; i++)
		if (in->list[i]->known || r < 0)
			in->list[kept++] = in->list[i];
		else
			forget(in, in->list[i]);
	in->count = kept;
}

/* What is put back is taken away again, each time. */
static void tell_fight(const struct heard *h, const char *lost)
{
	char why[128];

	snprintf(why, sizeof(why), "its own network has lost the %s %d times in a row", lost,
		 REPAIRS_QUICK);
	journal_change("left", h->ident, NULL, why,
		       "put back ever less often from now on: see what takes it away in there");
}

/* Looks at one, and has put back what it has lost. */
static void look_at(struct inner *in, struct heard *h, const struct context *c, int64_t now)
{
	int64_t lost_at = h->told_at ? h->told_at : now;
	const char *lacks = NULL;
	struct error e;

	if (jobs_putting_back(in->jobs, h->ident)) {
		h->due = now + BUSY_MS;
		return;
	}
	h->due = INT64_MAX;
	h->told_at = 0;
	h->looked_at = now;
	h->looks++;
	h->wish.gateway = c->config->gateway;
	inside_drain(h->fd);
	if (listen_again(in, h, EPOLL_CTL_MOD) < 0 ||
	    inside_lacks(h->fd, &h->wish, &lacks, &e) < 0 || !lacks)
		return;
	if (lost_at - h->repaired_at > HOLDS_MS)
		h->repairs = 0;
	h->repaired_at = now;
	if (++h->repairs == REPAIRS_QUICK)
		tell_fight(h, lacks);
	jobs_put_back(in->jobs, h->ident, lacks);
}

/* When there is something to be done. */
static int64_t due(const struct inner *in)
{
	int64_t at = in->follow_at;

	for (size_t i = 0; i < in->count; i++)
		if (in->list[i]->due < at)
			at = in->list[i]->due;
	return at;
}

int64_t inner_act(struct inner *in, const struct context *c)
{
	int64_t now = clock_ms(), turn = ROUND_MS;
	int looks = 0;

	if (now >= in->follow_at)
		follow(in, c);
	for (size_t i = 0; i < in->count && looks < LOOKS_MOST; i++)
		if (in->list[i]->due <= now) {
			look_at(in, in->list[i], c, now);
			looks++;
		}
	/* a second of turns at most: so often is this called */
	if (in->next_at < now - 1000)
		in->next_at = now - 1000;
	for (; in->count && in->next_at <= now; in->next_at += turn) {
		struct heard *h = in->list[in->next++ % in->count];

		if (h->fd >= 0 && h->due == INT64_MAX && patience(h) <= CALM_MS)
			look_at(in, h, c, now);
		turn = ROUND_MS / (int64_t)in->count;
		turn = turn < TURN_MS ? TURN_MS : turn;
	}
	return due(in);
}
