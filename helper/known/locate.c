/* A running container, pinned: its network namespace, its port, and the host as it is seen now. */
#include "known/locate.h"

#include <errno.h>
#include <string.h>

#include "known/resolve.h"

/* Whether the port is where the asker may have one. Returns 0 or -EPERM. */
static int check_bridge(const struct allowance *allowed, const char *bridge, struct error *e)
{
	for (size_t i = 0; i < allowed->bridge_count; i++)
		if (strcmp(allowed->bridges[i], bridge) == 0)
			return 0;
	if (!allowed->bridges)
		return 0;
	return error_set(e, STATUS_FAILED, -EPERM,
			 "the configuration does not allow its user the bridge %s", bridge);
}

/*
 * Asks the engine again, now that the process is pinned: the one that it named before may have
 * ended and another got its PID. Returns 0, -ESRCH, or as resolve_instance.
 */
static int confirm_instance(const struct context *c, const struct request *q,
			    const struct instance *instance, struct error *e)
{
	struct instance now = { .pid = 0 };
	int r;

	if (q->pid || q->netns)
		return 0;
	r = resolve_instance(c, q, &now, e);
	if (r < 0)
		return r;
	if (now.pid != instance->pid || strcmp(now.id, instance->id) != 0)
		return error_set(e, STATUS_NO_CONTAINER, -ESRCH,
				 "the container stopped while it was being attached");
	return 0;
}

/* Whether what was pinned is the process, in the namespace, that the request means. */
static bool is_meant(const struct request *q, const struct netns *n)
{
	return (!q->netns_inode || (n->dev == q->netns_dev && n->inode == q->netns_inode)) &&
	       (!q->started || n->started == q->started);
}

/* The MAC of the port that is asked for, by the caller or by a label; null for the port's own rule.
 */
static const unsigned char *wanted_port(const struct instance *instance, const struct request *q)
{
	return q->mac ? q->mac : instance->has_mac ? instance->mac : NULL;
}

int locate(const struct context *c, const struct request *q, const struct instance *instance,
	   struct located *ret, struct error *e)
{
	int r = instance->pid ? netns_pin_pid(instance->pid, &ret->netns, e)
			      : netns_pin_file(q->netns, &ret->netns, e);

	if (r == 0 && !is_meant(q, &ret->netns))
		return error_set(e, STATUS_NO_CONTAINER, -ESRCH,
				 "process %d is not the one that was meant", (int)instance->pid);
	if (r == 0)
		r = confirm_instance(c, q, instance, e);
	if (r == 0)
		r = nl_open(&ret->host, e);
	if (r == 0)
		r = netns_nl_open(&ret->netns, &ret->inner, e);
	if (r == 0)
		r = q->bridge ? port_find_on(ret->host, ret->inner, &ret->netns, q->bridge,
					     &ret->port, e)
			      : port_find(ret->host, ret->inner, &ret->netns,
					  wanted_port(instance, q), &ret->port, e);
	if (r == 0 && q->allowance)
		r = check_bridge(q->allowance, ret->port.via_name, e);
	if (r == 0)
		host_addresses_begin(ret->host, &ret->own);
	return r;
}
