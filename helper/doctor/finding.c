/* What a doctor has found: one entry for each check that is well, one or more for each that is not.
 */
#include "doctor/finding.h"

#include <string.h>

const char *finding_word(enum finding_state state)
{
	static const char *const words[FINDING_STATES] = { "ok", "skipped", "unknown", "warning",
							   "broken" };

	return words[state];
}

size_t findings_count(const struct findings *f, enum finding_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		n += f->list[i].state == state;
	return n;
}

enum finding_state findings_worst(const struct findings *f, const char *check)
{
	enum finding_state worst = FINDING_OK;

	for (size_t i = 0; i < f->count; i++)
		if (f->list[i].state > worst && strcmp(f->list[i].check, check) == 0)
			worst = f->list[i].state;
	return worst;
}
