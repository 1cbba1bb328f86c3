/* Docker's list of containers, read as it arrives: their IDs, whatever else it holds. */
#include "runtime/docker_list.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* The depth of the objects that are looked at. */
static size_t at(const struct docker_list *l)
{
	return 2 + l->deeper;
}

/* A string begins: there, keys and the value of "Id" are kept. */
static void begin_string(struct docker_list *l)
{
	l->in_string = true;
	l->taking = l->depth == at(l) && l->element == '{' && (l->key || l->value);
	l->unfit = false;
	l->used = 0;
}

/* A string ended. Returns whether it is an ID. */
static bool end_string(struct docker_list *l)
{
	bool is_id = l->taking && !l->key && !l->unfit && l->used > 0;

	l->in_string = false;
	l->text[l->used] = '\0';
	if (l->taking && l->key)
		l->key_is_id = !l->unfit && strcmp(l->text, l->wanted ? l->wanted : "Id") == 0;
	if (l->taking)
		l->key = l->value = false;
	return is_id;
}

/* A byte within a string. Returns whether an ID ended with it. */
static bool read_string(struct docker_list *l, char c)
{
	if (l->escaped) {
		l->escaped = false;
		return false;
	}
	if (c == '"')
		return end_string(l);
	l->escaped = c == '\\';
	if (c == '\\' || c == '\0' || l->used == (l->wanted ? sizeof(l->text) : ENGINE_ID_MAX) - 1)
		l->unfit = true;
	else if (l->taking)
		l->text[l->used++] = c;
	return false;
}

static void open_bracket(struct docker_list *l, char c)
{
	l->depth++;
	l->value = false;
	if (l->depth != at(l))
		return;
	l->element = c;
	l->key = c == '{';
	l->key_is_id = false;
}

static void close_bracket(struct docker_list *l, char c)
{
	if ((l->depth == 1 && c != ']') ||
	    (l->depth == at(l) && c != (l->element == '{' ? '}' : ']'))) {
		l->state = LIST_BROKEN;
		return;
	}
	if (--l->depth == 0)
		l->state = LIST_AFTER;
}

/* A byte between strings, of the array or what is in it. */
static void read_between(struct docker_list *l, char c)
{
	switch (c) {
	case '"':
		begin_string(l);
		break;
	case '{':
	case '[':
		open_bracket(l, c);
		break;
	case '}':
	case ']':
		close_bracket(l, c);
		break;
	case ',':
	case ':':
		if (l->depth != at(l))
			break;
		l->key = c == ',';
		l->value = c == ':' && l->key_is_id;
		l->key_is_id = false;
		break;
	default:
		/* of numbers, true, false, null */
		if (!isalnum((unsigned char)c) && c != '-' && c != '+' && c != '.')
			l->state = LIST_BROKEN;
	}
}

int docker_list_read(struct docker_list *l, const char *data, size_t len,
		     void (*found)(const char *id, void *arg), void *arg)
{
	for (size_t i = 0; i < len && l->state != LIST_BROKEN; i++) {
		char c = data[i];

		if (l->in_string) {
			if (read_string(l, c))
				found(l->text, arg);
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			continue;
		} else if (l->state == LIST_WITHIN) {
			read_between(l, c);
		} else if (l->state == LIST_BEFORE && c == '[') {
			l->state = LIST_WITHIN;
			l->depth = 1;
		} else {
			l->state = LIST_BROKEN;
		}
	}
	return l->state == LIST_BROKEN ? -EBADMSG : 0;
}

bool docker_list_is_whole(const struct docker_list *l)
{
	return l->state == LIST_AFTER;
}

static int read_any(void *list, const char *data, size_t len,
		    void (*found)(const char *name, void *arg), void *arg)
{
	return docker_list_read(list, data, len, found, arg);
}

static bool is_any_whole(const void *list)
{
	return docker_list_is_whole(list);
}

const struct engine_lister docker_lister = { DOCKER_LIST, read_any, is_any_whole };
