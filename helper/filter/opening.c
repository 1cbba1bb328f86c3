/* What other firewalls are told to let through, on a bridge: what they keep for us, and how it is
 * read. */
#include "filter/opening.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *opening_prefix_text(const struct opening *o, char *out)
{
	char address[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &o->prefix, address, sizeof(address));
	snprintf(out, OPENING_TEXT_MAX, "%s/%u", address, o->length);
	return out;
}

int opening_prefix_read(const char *text, struct opening *ret)
{
	const char *slash = strchr(text, '/');
	const size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char address[INET6_ADDRSTRLEN], *end = NULL;
	struct opening o = *ret;

	if (len >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, len);
	address[len] = '\0';
	/* some leave the length of a single address out */
	o.length = slash ? (unsigned int)strtoul(slash + 1, &end, 10) : 128;
	if (inet_pton(AF_INET6, address, &o.prefix) != 1 || o.length > 128 ||
	    (slash && (end == slash + 1 || *end)))
		return -EINVAL;
	*ret = o;
	return 0;
}

bool opening_is_same(const struct opening *a, const struct opening *b)
{
	return a->length == b->length && memcmp(&a->prefix, &b->prefix, sizeof(a->prefix)) == 0 &&
	       (!*a->bridge || !*b->bridge || strcmp(a->bridge, b->bridge) == 0);
}

bool openings_have(const struct openings *all, const struct opening *o)
{
	for (size_t i = 0; i < all->count; i++)
		if (opening_is_same(&all->list[i], o))
			return true;
	return false;
}

void openings_add(struct openings *all, const struct opening *o)
{
	if (all->count < OPENINGS_MOST && !openings_have(all, o))
		all->list[all->count++] = *o;
}
