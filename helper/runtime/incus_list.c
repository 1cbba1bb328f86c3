/* Incus's list of instances, read as it arrives: their names, whatever else it holds. */
#include "runtime/incus_list.h"

#include <errno.h>
#include <string.h>

/* The array that is the value of a member of the answer: what is in it refers to instances. */
#define DEPTH 2

/* A byte within a text. Returns whether a reference ended with it. */
static bool read_string(struct incus_list *l, char c)
{
	if (l->escaped || c == '\\') {
		l->escaped = !l->escaped;
		l->unfit = true;
	} else if (c == '"') {
		l->in_string = false;
		return !l->unfit && l->depth == DEPTH;
	} else if (l->used < sizeof(l->text)) {
		l->text[l->used++] = c;
	} else {
		l->unfit = true;
	}
	return false;
}

/* A byte between texts. */
static void read_between(struct incus_list *l, char c)
{
	switch (c) {
	case '"':
		l->in_string = true;
		l->unfit = false;
		l->used = 0;
		break;
	case '{':
	case '[':
		l->depth++;
		break;
	case '}':
	case ']':
		if (--l->depth == 0)
			l->state = INCUS_AFTER;
		break;
	default:
		break;
	}
}

int incus_list_read(struct incus_list *l, const char *data, size_t len,
		    void (*found)(const char *name, void *arg), void *arg)
{
	char name[INCUS_NAME_MAX];

	for (size_t i = 0; i < len && l->state != INCUS_BROKEN; i++) {
		const char c = data[i];

		if (l->in_string) {
			if (read_string(l, c) && incus_name_of(l->text, l->used, name) == 0)
				found(name, arg);
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			continue;
		} else if (l->state == INCUS_WITHIN) {
			read_between(l, c);
		} else if (l->state == INCUS_BEFORE && c == '{') {
			l->state = INCUS_WITHIN;
			l->depth = 1;
		} else {
			l->state = INCUS_BROKEN;
		}
	}
	return l->state == INCUS_BROKEN ? -EBADMSG : 0;
}

bool incus_list_is_whole(const struct incus_list *l)
{
	return l->state == INCUS_AFTER;
}

static int read_any(void *list, const char *data, size_t len,
		    void (*found)(const char *name, void *arg), void *arg)
{
	return incus_list_read(list, data, len, found, arg);
}

static bool is_any_whole(const void *list)
{
	return incus_list_is_whole(list);
}

const struct engine_lister incus_lister = { INCUS_LIST, read_any, is_any_whole };
