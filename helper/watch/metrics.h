/* The service's numbers, as Prometheus reads them from a file of node_exporter's textfile
 * collector. */
#ifndef V6HOOK_METRICS_H
#define V6HOOK_METRICS_H

#include "known/context.h"

/* Makes the file anew, if the configuration names one. Returns 0 or -errno with a message. */
int metrics_write(struct context *c, struct error *e);

#endif
