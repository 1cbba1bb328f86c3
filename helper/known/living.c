/* Whether the instance that an attachment names lives still. */
#include "known/living.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/process.h"

/* Whether a failure says nothing of the instance: this host lacks memory, descriptors or the like.
 */
static bool says_nothing(int r)
{
	static const int wants[] = { ENOMEM, ENFILE, EMFILE, EINTR, EAGAIN, EIO, ENOBUFS, ENOSPC };

	for (size_t i = 0; i < ARRAY_SIZE(wants); i++)
		if (r == -wants[i])
			return true;
	return false;
}

int living_open(const struct attachment *a, struct netns *ret, struct error *e)
{
	_netns_ struct netns netns = NETNS_NONE;
	int r = a->pid ? netns_pin_pid(a->pid, &netns, e)
		       : netns_pin_file(a->netns_path, &netns, e);

	if (r < 0 && says_nothing(r))
		return r;
	if (r < 0 || netns.dev != a->netns_dev || netns.inode != a->netns_inode ||
	    (a->started && netns.started != a->started))
		return 0;
	*ret = netns;
	netns = (struct netns)NETNS_NONE;
	return 1;
}

int living_ask(const struct attachment *a, struct error *e)
{
	char path[64];
	uint64_t started = 0;
	struct stat st;
	int r;

	/* it would take itself back by going to another namespace */
	if (a->ended && a->word && a->pid && a->started) {
		r = process_is(a->pid, a->started);
		return r < 0 ? error_sys(e, r, "cannot look at process %d", (int)a->pid) : r;
	}
	/* nothing is done in it, so that it need not be pinned: one that has ended has no
	 * namespace, and one that has its number since was started later, or is in another */
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)a->pid);
	r = stat(a->pid ? path : a->netns_path, &st) < 0 ? -errno : 0;
	if (r == 0 && (st.st_dev != a->netns_dev || st.st_ino != a->netns_inode))
		return 0;
	if (r == 0 && a->pid && a->started)
		r = process_started_at(a->pid, &started);
	if (r < 0)
		return says_nothing(r) ? error_sys(e, r, "cannot look at its network namespace")
				       : 0;
	return !a->pid || !a->started || started == a->started;
}

bool living(const struct attachment *a)
{
	struct error ignored;

	return living_ask(a, &ignored) != 0;
}
