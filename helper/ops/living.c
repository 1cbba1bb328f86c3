/* Whether the instance that an attachment names lives still. */
#include "ops/living.h"

bool living_open(const struct attachment *a, struct netns *ret)
{
	_netns_ struct netns netns = NETNS_NONE;
	struct error ignored;
	int r = a->pid ? netns_pin_pid(a->pid, &netns, &ignored)
		       : netns_pin_file(a->netns_path, &netns, &ignored);

	if (r < 0 || netns.dev != a->netns_dev || netns.inode != a->netns_inode)
		return false;
	*ret = netns;
	netns = (struct netns)NETNS_NONE;
	return true;
}

bool living(const struct attachment *a)
{
	_netns_ struct netns netns = NETNS_NONE;

	return living_open(a, &netns);
}
