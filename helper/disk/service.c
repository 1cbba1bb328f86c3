/* The service as systemd has it: whether it is enabled, and enabling it. */
#include "disk/service.h"

#include <unistd.h>

#include "base/program.h"

#define DEADLINE_MS \
	120000 /* a service has 90 s to start, if nobody says otherwise (TimeoutStartSec) */

/* Has systemctl do something with the unit. Returns as program_run. */
static int systemctl(const char *verb, struct error *e)
{
	const char *const argv[] = { "systemctl", verb, SERVICE_UNIT, NULL };

	return program_run(argv, DEADLINE_MS, e);
}

void service_look(struct service *ret)
{
	struct error ignored;

	*ret = (struct service){ .systemd = access("/run/systemd/system", F_OK) == 0 };
	if (!ret->systemd)
		return;
	ret->installed = systemctl("cat", &ignored) == 0;
	ret->enabled = systemctl("is-enabled", &ignored) == 0;
	ret->active = systemctl("is-active", &ignored) == 0;
}

int service_enable(struct error *e)
{
	int r = systemctl("enable", e);

	return r == 0 ? systemctl("start", e) : r;
}

int service_restore(bool enabled, bool active, struct error *e)
{
	int r = active ? 0 : systemctl("stop", e);

	return r == 0 && !enabled ? systemctl("disable", e) : r;
}
