/*
 * The child of the service that keeps what hosts share.
 *
 * Theory of operation: it tells etcd that this host lives, several times in the time of its lease
 * there (ttl_s), and after each answer opens the kernel's fence (filter/fence.h) for two fifths of
 * that time. What the fence lets through is closed at most twice that after etcd was last asked,
 * and etcd's lease runs out ttl_s after it was; the fifth between them is for etcd's election,
 * before which a leader that has been cut off may still answer. It hears at once when another host
 * is to have an address, asks which, has the kernel hold it back, and says so. Everything else that
 * is to be taken away for that address is taken a little later, so that what is on its way still
 * arrives.
 *
 * Whatever happens to this process, it finds out in the end that the time was over: then it begins
 * as if it knew nothing, and lets through what etcd says is this host's.
 */
#include "watch/sharer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/note.h"
#include "filter/fence.h"
#include "net/neigh.h"
#include "store/etcd_alive.h"
#include "store/etcd_json.h"
#include "store/etcd_listen.h"
#include "store/etcd_taken.h"
#include "watch/journal.h"
#include "watch/sharer_aside.h"

#define PAUSE_MS 1000
#define RETRY_MS 100

struct address_list {
	struct in6_addr *list;
	size_t count;
};

struct keeping {
	const struct context *from;
	struct context c;
	struct etcd_http *http;
	struct nl_sock *filter, *route;
	struct etcd_alive alive;
	unsigned int open_ms;
	struct address_list own, others, moving, lost;
};

static int add_to(struct address_list *l, const struct in6_addr *address)
{
	return list_add(&l->list, &l->count, address, sizeof(*address));
}

static bool has(const struct address_list *l, const struct in6_addr *address)
{
	for (size_t i = 0; i < l->count; i++)
		if (memcmp(&l->list[i], address, sizeof(*address)) == 0)
			return true;
	return false;
}

static void clear_list(struct address_list *l)
{
	free(l->list);
	*l = (struct address_list){ 0 };
}

static void keeping_release(struct keeping *k)
{
	clear_list(&k->own);
	clear_list(&k->others);
	clear_list(&k->moving);
	clear_list(&k->lost);
	cleanup_nl_sock(&k->filter);
	cleanup_nl_sock(&k->route);
	if (k->http)
		etcd_http_free(k->http);
	cleanup_lease_store(&k->c.store);
}

/* Which interfaces have a proxy entry for the address. */
struct entries {
	const struct in6_addr *address;
	int list[8];
	size_t count;
};

static int on_proxy(const struct in6_addr *address, int ifindex, void *arg)
{
	struct entries *found = arg;

	if (memcmp(address, found->address, sizeof(*address)) == 0 &&
	    found->count < ARRAY_SIZE(found->list))
		found->list[found->count++] = ifindex;
	return 0;
}

/* Called for each address that moves: this host's is held back first, and then told to be. */
static int on_moving(const struct in6_addr *address, bool own, int64_t revision, void *arg)
{
	struct entries found = { .address = address };
	struct keeping *k = arg;
	struct error e;
	int r;

	r = add_to(&k->moving, address);
	if (!own || r < 0)
		return r;
	r = fence_take(k->filter, address, &e);
	if (r < 0) {
		note(NOTE_STATE, "%s", e.text);
		return r;
	}
	if (proxy_each_marked(k->route, on_proxy, &found) == 0)
		for (size_t i = 0; i < found.count; i++)
			proxy_remove(k->route, address, found.list[i]);
	/* if it is not heard, it is asked for again */
	etcd_alive_moved(k->http, &k->from->config->store, address, revision, &e);
	aside_evict(k->from, address, 1);
	return 0;
}

/* Asks what is to be given up, and gives it up. Returns 0 or as etcd_alive_moving. */
static int give_up(struct keeping *k, struct error *e)
{
	clear_list(&k->moving);
	return etcd_alive_moving(k->http, &k->from->config->store, &k->alive, on_moving, k, e);
}

static int on_lease(const struct lease *lease, void *arg)
{
	struct keeping *k = arg;

	if (*lease->trouble || lease->freed)
		return 0;
	return add_to(strcmp(lease->host, k->from->config->store.host) == 0 ? &k->own : &k->others,
		      &lease->address);
}

/* Called for each lease of this host's files: of those that are another's by now. */
static int on_local(const struct lease *lease, void *arg)
{
	struct keeping *k = arg;

	return !lease->freed && !*lease->trouble && has(&k->others, &lease->address)
		       ? add_to(&k->lost, &lease->address)
		       : 0;
}

/* Lets through what etcd says is this host's. Returns 0 or -errno. */
static int let_own(struct keeping *k, struct error *e)
{
	size_t count = 0;
	int r;

	clear_list(&k->own);
	clear_list(&k->others);
	clear_list(&k->lost);
	/* in this order: what becomes another's after it was read is among those that move then */
	r = etcd_each_lease(k->http, &k->from->config->store, false, on_lease, k, e);
	if (r == 0)
		r = give_up(k, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < k->own.count; i++)
		if (!k->moving.count || !has(&k->moving, &k->own.list[i]))
			k->own.list[count++] = k->own.list[i];
	r = fence_let_all(k->filter, k->own.list, count, e);
	if (r == 0 && k->others.count)
		r = k->c.store->ops->walk(k->c.store, on_local, k, e);
	if (r == 0)
		aside_evict(k->from, k->lost.list, k->lost.count);
	return r;
}

static int too_late(struct error *e)
{
	return error_set(
		e, STATUS_FAILED, -ESTALE,
		"etcd has not heard of this host for too long: until now nothing was answered "
		"for of what hosts share");
}

/*
 * Lives on: tells etcd so, asks what is to be given up, and opens the fence for its time.
 * Returns 0; -ESTALE if that took too long; or -errno.
 */
static int go_on(struct keeping *k, bool first, struct error *e)
{
	int r = first ? fence_wait(k->filter, k->open_ms, e) : 0;

	if (r == 0)
		r = etcd_alive_on(k->http, &k->alive, e);
	/* by a majority, which a member that is cut off does not have */
	if (r == 0)
		r = give_up(k, e);
	if (r == 0)
		r = fence_open(k->filter, first, k->open_ms, e);
	return r == -ESTALE ? too_late(e) : r;
}

/* Begins to live. Returns as go_on. */
static int begin(struct keeping *k, struct error *e)
{
	bool was_open;
	int r = fence_make(k->filter, e);

	if (r == 0)
		r = fence_is_open(k->filter, e);
	if (r < 0)
		return r;
	/* where it was open all the time, nobody has had an address without a word */
	was_open = r == 1;
	r = was_open ? 0 : fence_take_all(k->filter, e);
	if (r == 0)
		r = etcd_alive_begin(k->http, &k->from->config->store, &k->alive, e);
	/* a full etcd lets nobody begin, but go on whom it knows */
	if (r == -EIO && was_open)
		r = etcd_alive_known(k->http, &k->from->config->store, &k->alive, e);
	if (r == 0 && was_open)
		r = go_on(k, false, e);
	if (r == 0)
		r = let_own(k, e);
	if (r == 0 && !was_open)
		r = go_on(k, true, e);
	if (r == 0)
		aside_share(k->from);
	return r;
}

/* Listens and lives on, until it does not. Returns why: -ESTALE, or -errno. */
static int keep(struct keeping *k, struct error *e)
{
	_etcd_listen_ struct etcd_listen *l = NULL;
	char from[ETCD_KEY_MAX], end[ETCD_KEY_MAX];
	int64_t due = clock_ms() + k->open_ms / 3;
	int r = 0, heard = 0;

	etcd_moving_keys(&k->from->config->store, from, end);
	for (;; heard = 0) {
		const int64_t left = due - clock_ms();

		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		/* one that is deaf asks until it is answered, and listens to who has answered then
		 */
		if (!l && r == 0)
			etcd_listen(k->http, from, end, &l, e);
		if (!l)
			poll(NULL, 0, left > 0 ? (int)left : 0);
		else if (left > 0)
			heard = etcd_hear(l, (int)left);
		if (heard < 0) {
			etcd_listen_free(steal_ptr(&l));
			r = -EHOSTDOWN;
		}
		if (heard > 0) {
			r = give_up(k, e);
		} else if (clock_ms() >= due) {
			r = go_on(k, false, e);
			due = clock_ms() + (r == 0 ? k->open_ms / 3 : RETRY_MS);
		} else {
			continue;
		}
		/* with etcd away the fence closes by itself */
		if (r == -EHOSTDOWN || r == -EIO)
			note(NOTE_STATE, "%s", e->text);
		else if (r < 0)
			return r;
		/* the way to whom it listens to may be cut, of which nothing comes */
		if (l && (r < 0 || !etcd_listens_there(l, k->http)))
			etcd_listen_free(steal_ptr(&l));
	}
}

static int run(const struct context *from)
{
	CLEANUP(keeping_release)
	struct keeping k = { .from = from, .open_ms = from->config->store.ttl_s * 400 };
	struct error e = { .text = "" };
	int r = context_inherit(from, &k.c, &e);

	if (r == 0)
		r = nl_open_filter(&k.filter, &e);
	if (r == 0)
		r = nl_open(&k.route, &e);
	if (r == 0)
		r = etcd_http_new(&from->config->store, &k.http, &e);
	/* a member that is cut off is passed over while there is time for another */
	if (r == 0)
		etcd_http_hurry(k.http, k.open_ms / 4);
	if (r == 0)
		r = begin(&k, &e);
	if (r == 0)
		r = keep(&k, &e);
	note(NOTE_STATE, "%s", e.text);
	if (r == -ESTALE)
		fence_close(k.filter, &e);
	return STATUS_FAILED;
}

int64_t sharer_due(const struct sharer *s)
{
	return s->pid ? INT64_MAX : s->start_at;
}

void sharer_start(struct sharer *s, const struct context *c)
{
	pid_t self = getpid();
	sigset_t none;

	s->start_at = c->config->store.shared ? clock_ms() + PAUSE_MS : INT64_MAX;
	if (!c->config->store.shared)
		return;
	s->pid = fork();
	if (s->pid < 0)
		s->pid = 0;
	if (s->pid != 0 || getpid() == self)
		return;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	prctl(PR_SET_NAME, "v6hook-sharer");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != self)
		_exit(STATUS_FAILED);
	note_to(journal_note);
	_exit(run(c));
}

void sharer_again(struct sharer *s)
{
	sharer_stop(s);
	s->start_at = clock_ms();
}

bool sharer_ended(struct sharer *s, pid_t pid)
{
	if (!s->pid || pid != s->pid)
		return false;
	s->pid = 0;
	return true;
}

void sharer_stop(struct sharer *s)
{
	if (!s->pid)
		return;
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
}
