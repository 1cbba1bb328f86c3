/* Which ports of a container others may reach: said in words, or by a list. */
#include "base/expose.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

static const char *const words[EXPOSE_WORDS] = {
	[EXPOSE_ALL] = "all",
	[EXPOSE_PUBLISHED] = "published",
	[EXPOSE_NONE] = "none",
};

/* Reads a port's number. Returns it and where it ends, or 0. */
static unsigned long number(const char *text, const char **end)
{
	char *after = NULL;
	unsigned long n = *text >= '1' && *text <= '9' ? strtoul(text, &after, 10) : 0;

	*end = after;
	return n > 65535 ? 0 : n;
}

/* How many ports there are in a list. */
static size_t count(const struct exposed *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->count; i++)
		n += (size_t)e->ranges[i].last - e->ranges[i].first + 1;
	return n;
}

static bool is_udp(const struct exposed *e, size_t i)
{
	return e->udp >> i & 1;
}

/* One range, with all that tells it from another. */
struct part {
	bool udp;
	unsigned int first, last;
};

/* For qsort: TCP first. */
static int part_order(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return x->udp != y->udp	      ? x->udp - y->udp
	       : x->first != y->first ? (x->first < y->first ? -1 : 1)
				      : 0;
}

/* Makes a list of ranges: sorted, and what touches is one. Returns 0 or -E2BIG. */
static int join(struct part *parts, size_t n, struct exposed *ret)
{
	struct exposed e = { .word = EXPOSE_LIST };
	size_t last = 0;

	qsort(parts, n, sizeof(*parts), part_order);
	for (size_t i = 1; i < n; i++) {
		if (parts[i].udp != parts[last].udp || parts[i].first > parts[last].last + 1)
			parts[++last] = parts[i];
		else if (parts[i].last > parts[last].last)
			parts[last].last = parts[i].last;
	}
	if (last + 1 > EXPOSED_RANGES)
		return -E2BIG;
	for (size_t i = 0; i <= last; i++) {
		e.udp |= (uint16_t)((parts[i].udp ? 1U : 0U) << i);
		e.ranges[i] =
			(struct exposed_range){ (uint16_t)parts[i].first, (uint16_t)parts[i].last };
	}
	e.count = (uint8_t)(last + 1);
	if (count(&e) > EXPOSED_PORTS)
		return -E2BIG;
	*ret = e;
	return 0;
}

int exposed_add(struct exposed *list, const char *text)
{
	struct part parts[EXPOSED_RANGES + 1];
	const char *end;
	unsigned long first = number(text, &end), last = first;
	size_t n = 0;
	bool udp;

	if (first && *end == '-')
		last = number(end + 1, &end);
	if (!first || !last || last < first)
		return -EINVAL;
	udp = strcmp(end, "/udp") == 0;
	if (!udp && strcmp(end, "/tcp") != 0)
		return -EINVAL;
	for (; n < list->count; n++)
		parts[n] = (struct part){ is_udp(list, n), list->ranges[n].first,
					  list->ranges[n].last };
	parts[n++] = (struct part){ udp, (unsigned int)first, (unsigned int)last };
	return join(parts, n, list);
}

int exposed_parse(const char *text, struct exposed *ret)
{
	struct exposed e = { .word = EXPOSE_LIST };
	const char *at = text;

	for (enum expose_word w = EXPOSE_ALL; w < EXPOSE_LIST; w++)
		if (strcmp(text, words[w]) == 0) {
			*ret = (struct exposed){ .word = (uint8_t)w };
			return 0;
		}
	for (at += strspn(at, ", "); *at; at += strspn(at, ", ")) {
		size_t len = strcspn(at, ", ");
		char one[32];
		int r = -EINVAL;

		if (len < sizeof(one)) {
			memcpy(one, at, len);
			one[len] = '\0';
			r = exposed_add(&e, one);
		}
		if (r < 0)
			return r;
		at += len;
	}
	if (!e.count)
		return -EINVAL;
	*ret = e;
	return 0;
}

bool exposed_is_valid(const struct exposed *e)
{
	if (e->word >= EXPOSE_WORDS || e->count > EXPOSED_RANGES)
		return false;
	for (size_t i = 0; i < e->count; i++)
		if (!e->ranges[i].first || e->ranges[i].last < e->ranges[i].first)
			return false;
	return count(e) <= EXPOSED_PORTS;
}

const char *exposed_text(const struct exposed *e, char *out)
{
	size_t used = 0;

	snprintf(out, EXPOSED_TEXT_MAX, "%s",
		 e->word == EXPOSE_UNSAID ? ""
		 : e->word != EXPOSE_LIST ? words[e->word]
		 : e->count		  ? ""
					  : words[EXPOSE_NONE]);
	for (size_t i = 0; e->word == EXPOSE_LIST && i < e->count; i++) {
		const struct exposed_range *r = &e->ranges[i];

		used += (size_t)snprintf(out + used, EXPOSED_TEXT_MAX - used, "%s%u", i ? "," : "",
					 r->first);
		if (r->last != r->first)
			used += (size_t)snprintf(out + used, EXPOSED_TEXT_MAX - used, "-%u",
						 r->last);
		used += (size_t)snprintf(out + used, EXPOSED_TEXT_MAX - used, "/%s",
					 is_udp(e, i) ? "udp" : "tcp");
	}
	return out;
}
