/*
 * What the child of the service that keeps what hosts share does in processes of their own, so
 * that etcd hears of this host meanwhile.
 */
#include "watch/sharer_aside.h"

#include <arpa/inet.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/note.h"
#include "ops/verbs.h"
#include "store/etcd_heal.h"
#include "watch/journal.h"

#define GRACE_MS 3000 /* for what is on its way to a container that has moved */

/* Takes one address out of service. */
static void evict_one(struct context *c, const struct in6_addr *address)
{
	char text[INET6_ADDRSTRLEN], name[IDENT_TEXT_MAX];
	struct listing done;
	struct error e;
	int r = op_evict(c, address, &done, &e);

	inet_ntop(AF_INET6, address, text, sizeof(text));
	if (r < 0)
		note(NOTE_STATE, "%s is another host's, but stays here: %s", text, e.text);
	else if (done.changed)
		journal_change("detached", ident_text(&done.ident, name), text,
			       "it is another host's now", NULL);
}

void aside_evict(const struct context *from, const struct in6_addr *list, size_t count)
{
	struct context c;
	struct error e;

	if (count == 0 || fork() != 0)
		return;
	prctl(PR_SET_NAME, "v6hook-evict");
	usleep(GRACE_MS * 1000);
	if (context_inherit(from, &c, &e) < 0)
		_exit(STATUS_FAILED);
	for (size_t i = 0; i < count; i++)
		evict_one(&c, &list[i]);
	_exit(STATUS_DONE);
}

/* Called for each container that hosts share from now on, or that they cannot. */
static int on_shared(enum etcd_heal what, const struct lease *lease, const char *why, void *arg)
{
	char text[INET6_ADDRSTRLEN];

	(void)what, (void)arg;
	if (why)
		note(NOTE_STATE, "%s", why);
	else
		journal_change("shared", lease->ident,
			       inet_ntop(AF_INET6, &lease->address, text, sizeof(text)),
			       "hosts share it from now on", NULL);
	return 0;
}

void aside_share(const struct context *from)
{
	struct context c;
	struct error e;

	if (fork() != 0)
		return;
	prctl(PR_SET_NAME, "v6hook-share");
	if (context_inherit(from, &c, &e) < 0)
		_exit(STATUS_FAILED);
	if (etcd_heal_shared(c.store, on_shared, NULL, &e) < 0)
		note(NOTE_STATE, "what is from before hosts shared it is not shared yet: %s",
		     e.text);
	_exit(STATUS_DONE);
}
