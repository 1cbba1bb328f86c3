/* The kernel's limits against how many are attached, and the clock against what is recorded. */
#include <stdio.h>
#include <time.h>

#include "base/text.h"
#include "doctor/checks.h"

#define CLOCK_OFF_S 120 /* seconds in the future that a record may be */

/* How many are attached. */
static unsigned int attached(const struct scene *s)
{
	unsigned int n = 0;

	for (size_t i = 0; i < s->bridges.count; i++)
		n += s->bridges.list[i].attached;
	return n;
}

/* Tells of a limit that what is attached comes near to: each may need so many. */
static void look_at_limit(struct exam *x, const char *path, const char *name, int spare,
			  const char *what)
{
	const int needed = (int)attached(x->scene) + spare;
	int most;

	if (!exam_number(x, path, &most) || most >= needed)
		return;
	exam_tell(x, FINDING_WARNING, "%s", what);
	exam_evidence(x, "%s = %d, with %u attached", path, most, attached(x->scene));
	exam_remedy(x, "sysctl -w %s=%d", name, needed < 4096 ? 4096 : 2 * needed);
}

void check_limit_neighbours(struct exam *x)
{
	look_at_limit(x, "/proc/sys/net/ipv6/neigh/default/gc_thresh3",
		      "net.ipv6.neigh.default.gc_thresh3", 256,
		      "the kernel has too little room for the neighbours of so many containers");
}

void check_limit_routes(struct exam *x)
{
	look_at_limit(x, "/proc/sys/net/ipv6/route/max_size", "net.ipv6.route.max_size", 256,
		      "the kernel has too little room for the routes of so many containers");
}

void check_clock(struct exam *x)
{
	const struct look *l = x->scene->look;
	const int64_t now = time(NULL);
	int64_t newest = 0;
	char is[32], was[32];

	for (size_t i = 0; l && i < l->present.count; i++) {
		const struct attachment *a = l->present.list[i].attachment;

		newest = a && a->since > newest ? a->since : newest;
	}
	if (newest <= now + CLOCK_OFF_S)
		return;
	exam_tell(x, FINDING_WARNING,
		  "the clock has gone back: which address rests the longest is "
		  "not known");
	exam_evidence(x, "date: %s, and a record is of %s", text_time(now, is, sizeof(is)),
		      text_time(newest, was, sizeof(was)));
	exam_remedy(x, "timedatectl set-ntp true");
}
