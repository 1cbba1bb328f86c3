/* What doctor has found, as people and programs read it. */
#ifndef V6HOOK_DIAGNOSIS_H
#define V6HOOK_DIAGNOSIS_H

#include <stdbool.h>
#include <stdio.h>

#include "doctor/finding.h"

/*
 * Prints what is not well, and how many checks were; or with @json everything, as one array.
 * Returns 0 or -ENOMEM.
 */
int diagnosis_print(const struct findings *f, bool json, FILE *out);

#endif
