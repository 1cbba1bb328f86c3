/* Who has the leases that are examined, and what several checks of them ask. */
#ifndef V6HOOK_HOLDERS_H
#define V6HOOK_HOLDERS_H

#include <stdbool.h>

#include "base/ident.h"
#include "doctor/exam.h"
#include "doctor/scene.h"

/* Whose a lease is, for people. Returns out. */
const char *holder_name(const struct holder *h, char out[IDENT_TEXT_MAX]);

/* Calls look for each present lease. */
void holders_each(struct exam *x,
		  void (*look)(struct exam *x, const struct holder *h, const struct attachment *a));

/* What an attachment lives by: its process, or the file of its namespace. Returns out. */
const char *holder_life(const struct attachment *a, char *out, size_t size);

/* Whether that is gone. Looking takes no privilege. */
bool holder_is_gone(const struct attachment *a);

/* Whether it can have what it needs of the kernel: it runs, and its bridge and uplink are up. */
bool holder_can_work(const struct scene *s, const struct attachment *a);

/*
 * Tells what is to be done once for several; but for the first of them there is evidence alone. So
 * they are looked at before those of the same check that have an entry each.
 */
void holder_tell_once(struct exam *x, enum finding_state state, const char *what,
		      const char *remedy);

#endif
