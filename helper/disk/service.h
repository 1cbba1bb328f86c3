/* The service as systemd has it: whether it is enabled, and enabling it. */
#ifndef V6HOOK_DISK_SERVICE_H
#define V6HOOK_DISK_SERVICE_H

#include <stdbool.h>

#include "base/error.h"

#define SERVICE_UNIT "v6hook-watch.service"

struct service {
	bool systemd;	/* it is what runs this host */
	bool installed; /* it knows the unit */
	bool enabled, active;
};

/* Looks; asks systemd if it is there. */
void service_look(struct service *ret);

/* Enables the service and starts it. Returns 0 or -errno. */
int service_enable(struct error *e);

/* Makes it what it was. Returns 0 or -errno. */
int service_restore(bool enabled, bool active, struct error *e);

#endif
