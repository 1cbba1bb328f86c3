/* The probe beside an attach that did not wait for one. */
#ifndef V6HOOK_BESIDE_H
#define V6HOOK_BESIDE_H

#include "known/context.h"

/* An attach that did not wait for a probe, as it is recorded. */
struct unprobed {
	struct ident ident;
	struct in6_addr address;
	char uplink[IF_NAMESIZE];
	int64_t since;
};

/*
 * Asks the uplink in a process of its own whether another answers for the address too, and reports
 * one that does: as a warning, and in the attachment, for list.
 * @apart: called in the new process, which lives for probe_ms; or null
 */
void beside_probe(struct context *c, const struct unprobed *u, void (*apart)(void));

#endif
