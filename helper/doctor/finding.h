/* What a doctor has found: one entry for each check that is well, one or more for each that is not.
 */
#ifndef V6HOOK_FINDING_H
#define V6HOOK_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/cleanup.h"

/* From well to worse. */
enum finding_state {
	FINDING_OK,
	FINDING_SKIPPED, /* not looked at: what another check names is to be mended first */
	FINDING_UNKNOWN, /* it could not be read */
	FINDING_WARNING,
	FINDING_BROKEN,
	FINDING_STATES,
};

struct finding {
	const char *check; /* its stable name: "uplink.carrier" */
	enum finding_state state;
	const char *what;     /* in a sentence, or "" */
	const char *evidence; /* the very values, and where they were read; or "" */
	const char *remedy;   /* one, to be copied; or "" */
};

/* In the order of the checks. */
struct findings {
	struct finding *list;
	size_t count;
	struct arena arena; /* where texts are */
};

static inline void findings_release(struct findings *f)
{
	free(f->list);
	arena_release(&f->arena);
}
#define _findings_ CLEANUP(findings_release)

/* The word for it: "ok", "broken". */
const char *finding_word(enum finding_state state);

/* How many findings are of that state. */
size_t findings_count(const struct findings *f, enum finding_state state);

/* The worst of one check; FINDING_OK if it has found nothing, or there is no such check. */
enum finding_state findings_worst(const struct findings *f, const char *check);

#endif
