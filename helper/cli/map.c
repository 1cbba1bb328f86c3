/*
 * The pools as pictures: a cell for each address, or in a large range for many.
 *
 * Theory of operation: a range is cut into cells of so many addresses, a power of two, one if they
 * fit on the screen. What is marked comes in the order of addresses, so that one walk over range
 * and marks draws it. A cell of one address shows what that is; one of many how many of them are
 * marked, in the colour of the worst.
 */
#include "cli/map.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

#define ROWS_EACH 32 /* rows of cells that are one address each, at most, */
#define ROWS_MANY 12 /* and rows of those that are many */
#define GROUP 8	     /* cells between two spaces */
#define CELLS_MOST 128
#define WHO_MOST 60 /* containers that are listed under a pool */
#define GAP 3	    /* columns between two of them */
#define SHOWN_MOST 512

static const struct look_of {
	const char *utf8, *ascii;
	const char *colour; /* ECMA-48, SGR */
	const char *name;
} looks[MAP_STATES] = {
	[MAP_FREE] = { "·", ".", "90", "free" },
	[MAP_ATTACHED] = { "●", "#", "32", "attached" },
	[MAP_DETACHED] = { "○", "o", "33", "detached" },
	[MAP_BROKEN] = { "▲", "!", "31", "broken" },
	[MAP_RESTING] = { "◌", "~", "36", "resting" },
	[MAP_ELSEWHERE] = { "◆", "E", "35", "seen elsewhere" },
	[MAP_KEPT] = { "□", "k", "36", "kept by the configuration" },
	[MAP_HOST] = { "⌂", "H", "34", "the host's" },
	[MAP_EXCLUDED] = { "×", "x", "90", "excluded" },
};

/* How much of a cell of many addresses is marked: from so many on. */
static const struct level {
	uint64_t from;
	const char *utf8, *ascii;
} levels[] = { { 1, "░", ":" }, { 2, "▒", "+" }, { 8, "▓", "*" }, { 64, "█", "#" } };

/* Worse ones colour a cell that holds others, too. */
static const enum map_state worst[] = { MAP_BROKEN,  MAP_ELSEWHERE, MAP_ATTACHED, MAP_DETACHED,
					MAP_RESTING, MAP_KEPT,	    MAP_HOST };

/* One range being drawn. */
struct drawing {
	const struct pools *pools;
	const struct pool *pool; /* null: what lies in none */
	const struct range *range;
	const struct map *m;
	const struct map_style *style;
	FILE *out;
	size_t at;	    /* the next mark */
	unsigned int bits;  /* a cell is 2^bits addresses */
	unsigned int cells; /* in a row */
	int label;	    /* columns of a row's label */
	uint64_t seen[MAP_STATES];
};

static void paint(const struct drawing *d, const char *colour, const char *text)
{
	if (d->style->colour)
		fprintf(d->out, "\033[%sm%s\033[0m", colour, text);
	else
		fputs(text, d->out);
}

static const char *glyph(const struct map_style *style, enum map_state state)
{
	return style->utf8 ? looks[state].utf8 : looks[state].ascii;
}

/* How many addresses of the range, from first to last, may be handed out. */
static uint64_t usable(const struct pool *pool, uint64_t prefix, uint64_t first, uint64_t last)
{
	uint64_t n = 0;

	for (size_t i = 0; i < pool->part_count; i++) {
		const struct range *part = &pool->parts[i];
		uint64_t from = part->first > first ? part->first : first;
		uint64_t to = part->last < last ? part->last : last;

		if (part->prefix == prefix && from <= to)
			n += to - from == UINT64_MAX ? UINT64_MAX : to - from + 1;
	}
	return n;
}

/* Draws one cell: the addresses from first to last. */
static void draw_cell(struct drawing *d, uint64_t first, uint64_t last)
{
	uint64_t counts[MAP_STATES] = { 0 }, marks = 0, taken = 0, free;
	const struct level *level = NULL;
	enum map_state shown = MAP_FREE;

	for (; d->at < d->m->count; d->at++) {
		const struct map_mark *mark = &d->m->list[d->at];
		uint64_t id = range_interface_id(&mark->address);

		if (!range_contains(d->range, &mark->address) || id > last)
			break;
		counts[mark->state]++;
		marks++;
		taken += usable(d->pool, d->range->prefix, id, id);
	}
	free = usable(d->pool, d->range->prefix, first, last);
	if (!marks && !free)
		counts[shown = MAP_EXCLUDED] = last - first + 1;
	else
		counts[MAP_FREE] = free - taken;
	for (size_t i = ARRAY_SIZE(worst); i-- > 0;)
		if (counts[worst[i]])
			shown = worst[i];
	for (size_t i = 0; i < MAP_STATES; i++)
		d->seen[i] =
			d->seen[i] > UINT64_MAX - counts[i] ? UINT64_MAX : d->seen[i] + counts[i];
	for (size_t i = 0; d->bits && i < ARRAY_SIZE(levels); i++)
		if (marks >= levels[i].from)
			level = &levels[i];
	paint(d, looks[shown].colour,
	      !level	       ? glyph(d->style, shown)
	      : d->style->utf8 ? level->utf8
			       : level->ascii);
}

/* How many columns a row of so many cells takes. */
static unsigned int row_width(unsigned int cells)
{
	return cells + (cells - 1) / GROUP;
}

/* The last identifier of the cell that begins there. */
static uint64_t cell_end(const struct drawing *d, uint64_t first)
{
	const uint64_t more = d->bits >= 64 ? UINT64_MAX : (UINT64_C(1) << d->bits) - 1;

	return more > d->range->last - first ? d->range->last : first + more;
}

/* Chooses how many cells stand in a row, and of how many addresses each. */
static void measure(struct drawing *d)
{
	const uint64_t most = d->range->last - d->range->first; /* one less than there are */
	struct in6_addr last = range_address(d->range->prefix, d->range->last);
	char text[INET6_ADDRSTRLEN];

	d->label = (int)strlen(text_address(&last, text)) + 1;
	d->cells = GROUP;
	while (d->cells < CELLS_MOST &&
	       (unsigned int)d->label + 1 + row_width(2 * d->cells) <= d->style->columns &&
	       most / d->cells > 0)
		d->cells *= 2;
	if (most / d->cells < ROWS_EACH)
		return;
	while (d->bits < 64 && most / d->cells >> d->bits >= ROWS_MANY)
		d->bits++;
}

static void draw_range(struct drawing *d)
{
	uint64_t first = d->range->first;
	char text[INET6_ADDRSTRLEN];

	measure(d);
	while (true) {
		const struct in6_addr address = range_address(d->range->prefix, first);
		uint64_t last = first;

		fprintf(d->out, "%*s ", d->label, text_address(&address, text));
		for (unsigned int i = 0; i < d->cells; i++) {
			last = cell_end(d, first);
			if (i && i % GROUP == 0)
				fputc(' ', d->out);
			draw_cell(d, first, last);
			if (last == d->range->last)
				break;
			first = last + 1;
		}
		fputc('\n', d->out);
		if (last == d->range->last)
			break;
	}
}

/* How many columns of a terminal the text takes: its characters, near enough. */
static int width(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* What is said of one mark, beside its glyph. Returns out. */
static const char *describe(const struct map_mark *mark, char out[SHOWN_MOST])
{
	char address[INET6_ADDRSTRLEN], who[SHOWN_MOST - sizeof(address)];

	snprintf(out, SHOWN_MOST, "%s %s", text_address(&mark->address, address),
		 text_escape(mark->who, who, sizeof(who)));
	return out;
}

/* Whether the pool has the address, to be handed out or not. */
static bool is_in(const struct pool *pool, const struct in6_addr *address)
{
	bool inside = false;

	for (size_t i = 0; i < pool->range_count; i++)
		inside |= range_contains(&pool->ranges[i], address);
	return inside;
}

/* Whether the mark is to be listed: one of the pool, or one that is leased and in none. */
static bool is_listed(const struct drawing *d, const struct map_mark *mark)
{
	if (d->pool)
		return is_in(d->pool, &mark->address);
	for (size_t i = 0; i < d->pools->count; i++)
		if (is_in(&d->pools->list[i], &mark->address))
			return false;
	return mark->state >= MAP_ATTACHED && mark->state <= MAP_BROKEN;
}

/* The next mark of the pool from that place on, or null; the place becomes the one after it. */
static const struct map_mark *next_mark(const struct drawing *d, size_t *at)
{
	while (*at < d->m->count) {
		const struct map_mark *mark = &d->m->list[(*at)++];

		if (is_listed(d, mark))
			return mark;
	}
	return NULL;
}

/* How wide the widest of those is that are listed. */
static int widest(const struct drawing *d)
{
	const struct map_mark *mark;
	char text[SHOWN_MOST];
	size_t at = 0;
	int most = 1;

	for (int n = 0; n < WHO_MOST && (mark = next_mark(d, &at)); n++)
		most = width(describe(mark, text)) > most ? width(text) : most;
	return most;
}

/* Lists who has which address of a pool, in columns. */
static void list_who(const struct drawing *d)
{
	const int wide = widest(d);
	const unsigned int fit = d->style->columns / (unsigned int)(wide + GAP + 1);
	const unsigned int in_row = fit ? fit : 1;
	const struct map_mark *mark;
	unsigned int n = 0;
	char text[SHOWN_MOST] = "";
	size_t at = 0;

	for (; n < WHO_MOST && (mark = next_mark(d, &at)); n++) {
		if (n && n % in_row)
			fprintf(d->out, "%*s", wide - width(text) + GAP - 1, "");
		else
			fprintf(d->out, "%s  ", n ? "\n" : "");
		paint(d, looks[mark->state].colour, glyph(d->style, mark->state));
		fprintf(d->out, " %s", describe(mark, text));
	}
	if (n)
		fputc('\n', d->out);
	for (n = 0; next_mark(d, &at);)
		n++;
	if (n)
		fprintf(d->out, "  and %u more: v6hook list\n", n);
}

/* Says one thing below a picture, on another line if this one is full. */
static void say(const struct drawing *d, unsigned int *used, enum map_state state, const char *text)
{
	const bool drawn = state < MAP_STATES;
	const unsigned int wide = (unsigned int)width(text) + (drawn ? 2 : 0);

	if (*used && *used + GAP + wide <= d->style->columns)
		fprintf(d->out, "%*s", GAP, "");
	else
		fprintf(d->out, "%s  ", *used ? "\n" : "");
	*used = *used && *used + GAP + wide <= d->style->columns ? *used + GAP + wide : 2 + wide;
	if (drawn) {
		paint(d, looks[state].colour, glyph(d->style, state));
		fputc(' ', d->out);
	}
	fputs(text, d->out);
}

/* How many, for people. Returns out. */
static const char *count_text(uint64_t n, char out[32])
{
	int bits = 0;

	while (n >> bits > 1)
		bits++;
	/* the nearest power of two, where nobody counts any more */
	if (bits < 30)
		snprintf(out, 32, "%" PRIu64, n);
	else
		snprintf(out, 32, "about 2^%d", bits + (int)(n >> (bits - 1) & 1));
	return out;
}

/* Says what the glyphs mean that were drawn, and how many there are of each. */
static void explain(const struct drawing *d, bool many)
{
	unsigned int used = 0;
	char text[128], count[32];

	for (enum map_state i = 0; i < MAP_STATES; i++) {
		if (!d->seen[i])
			continue;
		snprintf(text, sizeof(text), "%s %s", count_text(d->seen[i], count), looks[i].name);
		say(d, &used, i, text);
	}
	for (size_t i = 0; many && i < ARRAY_SIZE(levels); i++) {
		snprintf(text, sizeof(text), "%s%s %" PRIu64 "%s",
			 i ? "" : "in a cell: ", d->style->utf8 ? levels[i].utf8 : levels[i].ascii,
			 levels[i].from, i + 1 < ARRAY_SIZE(levels) ? "" : " and more");
		say(d, &used, MAP_STATES, text);
	}
	fputc('\n', d->out);
}

static void draw_pool(struct drawing d)
{
	const struct pool *pool = d.pool;
	const struct map *m = d.m;
	FILE *out = d.out;
	char shown[SHOWN_MOST];
	bool many = false;

	fprintf(out, "pool %s%s%s\n", text_escape(pool->name, shown, sizeof(shown)),
		pool->uplink ? " on " : "", pool->uplink ? pool->uplink : "");
	for (size_t i = 0; i < pool->range_count; i++) {
		d.range = &pool->ranges[i];
		d.bits = 0;
		/* the first mark that is not before the range */
		for (d.at = 0; d.at < m->count && !range_contains(d.range, &m->list[d.at].address);)
			d.at++;
		draw_range(&d);
		many |= d.bits > 0;
	}
	explain(&d, many);
	list_who(&d);
}

void map_print(const struct pools *pools, const struct map *m, const struct map_style *style,
	       FILE *out)
{
	struct drawing d = { .pools = pools, .m = m, .style = style, .out = out };
	size_t at = 0;

	for (size_t i = 0; i < pools->count; i++) {
		if (i)
			fputc('\n', out);
		d.pool = &pools->list[i];
		draw_pool(d);
	}
	d.pool = NULL;
	if (!next_mark(&d, &at))
		return;
	fprintf(out, "%sin no pool\n", pools->count ? "\n" : "");
	list_who(&d);
}
