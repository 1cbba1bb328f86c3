/* How an engine's hook calls: who the container is comes from the environment, errors go to syslog.
 */
#ifndef V6HOOK_HOOK_H
#define V6HOOK_HOOK_H

#include "base/error.h"
#include "ops/verbs.h"

/* What a hook may take in all, in milliseconds: LXC waits for it without a limit of its own. */
#define HOOK_DEADLINE_MS 5000

/*
 * Reads the environment that the engine gives its hooks (lxc.container.conf(5), "Container hooks";
 * version 1 of them, because version 0 passes the name through a shell), sets the deadline and
 * opens syslog. @engine: the value of --hook
 * Returns 0 and fills in ret, or -EINVAL with STATUS_USAGE.
 */
int hook_read(const char *engine, struct request *ret, struct error *e);

/* Tells syslog what main prints, because nobody sees what a hook prints. @warning: or an error */
void hook_log(bool warning, const char *line);

/*
 * The exit status with which a hook ends when its work failed with the given one: a start goes on
 * without IPv6 unless the configuration requires it, a tear-down is never held up.
 */
enum status hook_status(const struct request *q, enum status status);

#endif
