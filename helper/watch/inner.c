/*
 * Containers' own networks: what a container's network loses inside is put back at once.
 *
 * Theory of operation: a socket in each attached container's namespace, which recall.c opens, tells
 * that something may be lost (net/inside.c), and is not listened to again before that has been
 * looked at. A look is short, and costs some forty system calls; what is missing is put back by a
 * job, an attach like any other, which decides all that there is to decide. What a container does
 * to itself can so cost the host a look every half second at most, less often the longer a look
 * takes (as many routes make it), and a job: each that does not hold for five seconds is counted,
 * and after ten of them the pause doubles with each, from ten seconds to an hour. As accept_ra
 * changes without any news, the containers are looked at in turn besides, one every two seconds
 * however many there are.
 */
#include "watch/inner.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "net/inside.h"
#include "watch/journal.h"

#define QUICK_MS 10	 /* from the news to the look: more of it follows */
#define CALM_MS 500	 /* the same for one who has news all the time */
#define LOOKS_QUICK 20	 /* so many looks in a row are quick, */
#define REPAIRS_QUICK 10 /* and so many repairs; then */
#define FIGHT_MS 10000	 /* the first pause, */
#define FIGHT_MOST_MS 3600000
#define HOLDS_MS 5000  /* what is quiet for so long begins anew */
#define BUSY_MS 50     /* while a job of that container is under way */
#define TURN_MS 2000   /* between two that are looked at in turn, */
#define ROUND_MS 60000 /* and between two such looks at one */
#define LOOKS_SHARE 50 /* between two looks so many times as long as the last one took */
#define LOOKS_MOST 32  /* at a time: the service has other things to do */

/* How long after the news to look. */
static int64_t patience(const struct kept_inside *h)
{
	unsigned int over = h->repairs - REPAIRS_QUICK;

	if (h->repairs < REPAIRS_QUICK)
		return h->looks < LOOKS_QUICK ? QUICK_MS : CALM_MS;
	return over > 8 ? FIGHT_MOST_MS : (int64_t)FIGHT_MS << over;
}

/* Has one looked at then, and listens no longer until that is done. */
static void be_due(const struct inner *in, struct kept_inside *h, int64_t at)
{
	loop_remove(in->kept->loop, h->fd);
	h->due = at;
}

static void on_news(int fd, void *arg)
{
	const struct inner *in = arg;
	struct kept_entry *entry = kept_by_fd(in->kept, fd);
	struct kept_inside *h = &entry->inside;
	int64_t at, rested;

	h->told_at = clock_ms();
	if (h->told_at - h->looked_at > HOLDS_MS)
		h->looks = 0;
	at = h->told_at + patience(h);
	rested = h->looked_at + h->took * LOOKS_SHARE;
	be_due(in, h, at < rested ? rested : at);
}

/* What is put back is taken away again, each time. */
static void tell_fight(const struct kept_entry *entry, const char *lost)
{
	char why[128];

	snprintf(why, sizeof(why), "its own network has lost the %s %d times in a row", lost,
		 REPAIRS_QUICK);
	journal_change("left", entry->ident, NULL, why,
		       "put back ever less often from now on: see what takes it away in there");
}

/* Looks at one, and has put back what it has lost. */
static void look_at(struct inner *in, struct kept_entry *entry, int64_t now)
{
	struct kept_inside *h = &entry->inside;
	struct inside_wish wish = { .address = entry->address,
				    .gateway = in->kept->c->config->gateway };
	int64_t lost_at = h->told_at ? h->told_at : now;
	const char *lacks = NULL;
	struct error ignored;
	int64_t start;
	int r;

	if (jobs_putting_back(in->jobs, entry->ident)) {
		h->due = now + BUSY_MS;
		return;
	}
	h->due = INT64_MAX;
	h->told_at = 0;
	h->looked_at = now;
	h->looks++;
	memcpy(wish.mac, entry->mac, sizeof(wish.mac));
	inside_drain(h->fd);
	if (loop_add(in->kept->loop, h->fd, on_news, in) < 0)
		return;
	start = clock_ms();
	r = inside_lacks(h->fd, &wish, &lacks, &ignored);
	h->took = clock_ms() - start;
	if (r < 0 || !lacks)
		return;
	if (lost_at - h->repaired_at > HOLDS_MS)
		h->repairs = 0;
	h->repaired_at = now;
	if (++h->repairs == REPAIRS_QUICK)
		tell_fight(entry, lacks);
	jobs_put_back(in->jobs, entry->ident, lacks);
}

/* Has the one looked at whose turn it is. */
static void take_turn(struct inner *in, int64_t now)
{
	const struct kept *k = in->kept;
	struct kept_inside *h;

	if (now < in->turn_at || !k->count)
		return;
	in->turn_at = now + TURN_MS;
	h = &k->list[in->turn++ % k->count]->inside;
	if (h->fd >= 0 && h->due == INT64_MAX && now - h->looked_at > ROUND_MS &&
	    patience(h) <= CALM_MS)
		be_due(in, h, now);
}

int64_t inner_act(struct inner *in)
{
	const struct kept *k = in->kept;
	int64_t now = clock_ms(), next = INT64_MAX;
	int looks = 0;

	take_turn(in, now);
	for (size_t i = 0; i < k->count; i++) {
		const struct kept_inside *h = &k->list[i]->inside;

		if (h->fd >= 0 && h->due <= now && looks++ < LOOKS_MOST)
			look_at(in, k->list[i], now);
		if (h->fd >= 0 && h->due < next)
			next = h->due;
	}
	return next;
}
