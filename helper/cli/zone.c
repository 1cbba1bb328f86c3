/* The names of what is attached as a zone has them (RFC 1035, 5.1): list --zone. */
#include "cli/zone.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

#define TTL 60 /* seconds: what is attached may be gone soon */

/* What of an address is printed. */
struct zone {
	FILE *out;
	bool reverse;
};

static int on_name(const struct in6_addr *address, const char *name, bool first, void *arg)
{
	char text[INET6_ADDRSTRLEN], back[TEXT_REVERSE_MAX];
	const struct zone *z = arg;

	/* a short one is of use in a hosts file alone */
	if (!strchr(name, '.'))
		return 0;
	if (!z->reverse)
		fprintf(z->out, "%s. %d IN AAAA %s\n", name, TTL, text_address(address, text));
	else if (first)
		fprintf(z->out, "%s. %d IN PTR %s.\n", text_reverse(address, back), TTL, name);
	return 0;
}

int zone_print(struct context *c, FILE *out, struct error *e)
{
	struct zone z = { .out = out };
	int r = op_names(c, on_name, &z, e);

	z.reverse = true;
	return r < 0 ? r : op_names(c, on_name, &z, e);
}
