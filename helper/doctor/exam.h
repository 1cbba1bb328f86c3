/* One check at work: how it tells what it has found, and how it reads what it tells about. */
#ifndef V6HOOK_EXAM_H
#define V6HOOK_EXAM_H

#include <stdbool.h>

#include "base/error.h"
#include "doctor/finding.h"
#include "doctor/scene.h"

struct patient;

struct exam {
	struct scene *scene;
	const struct patient *patient; /* of a step of one container's way, or null */
	const char *check;	       /* the one at work */

	/* the rest is exam.c's */
	struct findings *found;
	size_t first; /* of this check's among them */
	int failed;   /* 0 or -ENOMEM */
};

/*
 * Tells that something is not well; what follows of evidence and remedy belongs to it. A check that
 * tells nothing is ok.
 */
void exam_tell(struct exam *x, enum finding_state state, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds the value that speaks for it, and where it was read; several are joined. */
void exam_evidence(struct exam *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The one thing to do, to be copied. */
void exam_remedy(struct exam *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Tells that something could not be read. */
void exam_unknown(struct exam *x, const struct error *e);

/*
 * Reads a number of the kernel's: below /proc/sys/net/ipv6/ as sysctl_get does, or from any file.
 * One that cannot be read is told as unknown; one that is not there is no fault of its own.
 * Returns whether it was read.
 */
bool exam_sysctl(struct exam *x, const char *part, const char *dev, const char *name, int *ret);
bool exam_number(struct exam *x, const char *path, int *ret);

/* Adds as evidence that a setting has this value: net.ipv6.PART.DEV.NAME. */
void exam_saw_sysctl(struct exam *x, const char *part, const char *dev, const char *name,
		     int value);

/* Ends the check: one that has told nothing was ok. */
void exam_end(struct exam *x);

#endif
