/* The one container whose way to the router is gone. */
#ifndef V6HOOK_PATIENT_H
#define V6HOOK_PATIENT_H

#include <stdbool.h>

#include "base/error.h"
#include "doctor/scene.h"
#include "net/netns.h"
#include "net/port.h"

/*
 * One container, as far as it was found. Owned by who fills it in: what it points to must outlive
 * it.
 */
struct patient {
	const char *name;   /* as people type it */
	const char *attach; /* the command that attaches it */

	int found; /* it runs: 0, or -errno and why not */
	struct error unfound;
	const struct holder *holder;	 /* its lease, or what is left of it; or null */
	const struct attachment *record; /* of one that is attached, and waits for nothing; or null
					  */
	int located;			 /* it has a port: 0, or -errno and why not */
	struct error unlocated;
	bool same;  /* what is attached is what runs */
	bool heard; /* the uplink is listened on afterwards, which tells more of the router */

	/* where it is located */
	const struct netns *netns;
	struct nl_sock *inner;
	const struct port *port;
};

#endif
