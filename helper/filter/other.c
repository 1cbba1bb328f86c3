/* Other firewalls on this host that can be told what to let through, by whose chains they are. */
#include "filter/other.h"

#include <errno.h>
#include <stdio.h>

#include "filter/other_docker.h"
#include "filter/other_firewalld.h"
#include "filter/other_ufw.h"

const struct opening_ops *const other_owners[OTHER_OWNERS] = {
	[OTHER_DOCKER] = &other_docker,
	[OTHER_UFW] = &other_ufw,
	[OTHER_FIREWALLD] = &other_firewalld,
};

int other_end(void (*each)(const char *text), struct error *e)
{
	char prefix[OPENING_TEXT_MAX], text[160];
	int r = 0;

	for (size_t i = 0; i < OTHER_OWNERS; i++) {
		const struct opening_ops *owner = other_owners[i];
		struct openings all = { .count = 0 };

		if (owner->read(&all, e) < 0)
			r = error_prefix(e, -EIO, "%s", owner->name);
		for (size_t k = 0; k < all.count; k++) {
			if (owner->close(&all.list[k], e) < 0) {
				r = error_prefix(e, -EIO, "%s", owner->name);
				continue;
			}
			snprintf(text, sizeof(text), "what %s let through to %s", owner->name,
				 opening_prefix_text(&all.list[k], prefix));
			each(text);
		}
	}
	return r;
}
