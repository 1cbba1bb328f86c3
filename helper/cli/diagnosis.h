/* What doctor has found, as people and programs read it. */
#ifndef V6HOOK_DIAGNOSIS_H
#define V6HOOK_DIAGNOSIS_H

#include <stdbool.h>
#include <stdio.h>

#include "doctor/finding.h"

/*
 * Prints what is not well, and how many checks were; or with @json everything, as one array.
 * @way: the steps of one container's way: all are shown, and where it ends is marked
 * Returns 0 or -ENOMEM.
 */
int diagnosis_print(const struct findings *f, bool way, bool json, FILE *out);

#endif
