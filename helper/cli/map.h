/* The pools as pictures: a cell for each address, or in a large range for many. */
#ifndef V6HOOK_MAP_H
#define V6HOOK_MAP_H

#include <stdio.h>

#include "ops/verbs.h"

/* What it is drawn on. */
struct map_style {
	unsigned int columns;
	bool utf8, colour;
};

/* Draws all pools, and who has which address. */
void map_print(const struct pools *pools, const struct map *m, const struct map_style *style,
	       FILE *out);

#endif
