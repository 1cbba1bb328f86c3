/* Which ports of a container others may reach: said in words, or by a list. */
#ifndef V6HOOK_EXPOSE_H
#define V6HOOK_EXPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define EXPOSED_RANGES 16    /* in one list, */
#define EXPOSED_PORTS 256    /* and ports in all of them */
#define EXPOSED_TEXT_MAX 288 /* bytes of a list as text */

enum expose_word {
	EXPOSE_UNSAID,	  /* nobody has said anything */
	EXPOSE_ALL,	  /* whatever it listens on */
	EXPOSE_PUBLISHED, /* the ports that its engine publishes */
	EXPOSE_NONE,
	EXPOSE_LIST,
	EXPOSE_WORDS,
};

struct exposed_range {
	uint16_t first, last;
};

/* What somebody has said. */
struct exposed {
	uint16_t udp; /* a bit for each range: UDP, else TCP */
	uint8_t word; /* enum expose_word */
	uint8_t count;
	struct exposed_range ranges[EXPOSED_RANGES]; /* of a list */
};

/*
 * Reads one port, "80/tcp", or several, "8000-8010/udp". Returns 0, -EINVAL, or -E2BIG if there are
 * too many ports in the list by then; the list is untouched on failure.
 */
int exposed_add(struct exposed *list, const char *text);

/*
 * Reads what a label says: a word, or a list with commas or blanks between. Returns 0 or as
 * exposed_add.
 */
int exposed_parse(const char *text, struct exposed *ret);

/* Whether both say the same. */
static inline bool exposed_is_same(const struct exposed *a, const struct exposed *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Whether it is one that exposed_parse could return, or unsaid. */
bool exposed_is_valid(const struct exposed *e);

/* As exposed_parse reads it; "" for unsaid. @out: EXPOSED_TEXT_MAX bytes. Returns it. */
const char *exposed_text(const struct exposed *e, char *out);

#endif
