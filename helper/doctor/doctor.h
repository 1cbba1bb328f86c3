/* Everything that can be wrong, looked for: the checks of one table, on one look at everything. */
#ifndef V6HOOK_DOCTOR_H
#define V6HOOK_DOCTOR_H

#include "doctor/finding.h"
#include "doctor/scene.h"

/*
 * Runs all checks. @s: filled in, links too; interfaces that turn out to be dead are marked in it
 * Returns 0 with at least one finding for each check, or -ENOMEM.
 */
int doctor_examine(struct scene *s, struct findings *ret, struct error *e);

#endif
