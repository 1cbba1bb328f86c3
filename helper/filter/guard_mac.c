/* Whose a MAC is: what the guard's table says of it, and which ports there are. */
#include "filter/guard_mac.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "filter/guard_table.h"

#define MAC_AT 4 /* in the key, behind the port */

static bool is_gone(int ifindex)
{
	char name[IF_NAMESIZE];

	return !if_indextoname((unsigned int)ifindex, name) && (errno == ENXIO || errno == ENODEV);
}

enum guard_mac guard_mac_look(const struct elements *all, const struct guard_port *p,
			      const char **ret_whose)
{
	enum guard_mac whose = GUARD_MAC_FREE;
	char own[FILTER_COMMENT_MAX];

	guard_comment(p->name, own);
	for (size_t i = 0; i < all->count; i++) {
		const struct filter_element *one = &all->list[i];
		int port;

		if (one->set != GUARD_MACS ||
		    memcmp(one->key + MAC_AT, p->mac, sizeof(p->mac)) != 0)
			continue;
		memcpy(&port, one->key, sizeof(port));
		if (port == p->port)
			return GUARD_MAC_OWN;
		if (strcmp(one->comment, own) == 0 || is_gone(port))
			continue;
		whose = GUARD_MAC_ANOTHERS;
		if (ret_whose)
			*ret_whose = one->comment;
	}
	return whose;
}

int guard_mac_check(const struct elements *all, const struct guard_port *p, struct error *e)
{
	const char *whose;

	if (!p->speaks || p->bare || guard_mac_look(all, p, &whose) != GUARD_MAC_ANOTHERS)
		return 0;
	return error_set(
		e, STATUS_FAILED, -EADDRINUSE,
		"its MAC %02x:%02x:%02x:%02x:%02x:%02x is that of %s: give it a MAC of its "
		"own, and attach it again",
		p->mac[0], p->mac[1], p->mac[2], p->mac[3], p->mac[4], p->mac[5], whose);
}
