/* The probe beside an attach that did not wait for one. */
#ifndef V6HOOK_BESIDE_H
#define V6HOOK_BESIDE_H

#include "ops/verbs.h"

/*
 * Asks the uplink in a process of its own whether another answers for the address too, and reports
 * one that does: as a warning, and in the attachment, for list. Nothing is done for an attach that
 * needs no such probe.
 * @l: what op_attach returned; @apart: called in the new process, which lives for probe_ms; or null
 */
void beside_probe(struct context *c, const struct listing *l, void (*apart)(void));

#endif
