/* One check at work: how it tells what it has found, and how it reads what it tells about. */
#include "doctor/exam.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "net/sysctl.h"

#define TEXT_MAX 1200 /* bytes of one text, with its end */

/* Keeps a text. Returns it, or "" without memory. */
static const char *keep(struct exam *x, const char *text)
{
	const char *kept = *text ? arena_text(&x->found->arena, text) : "";

	if (!kept)
		x->failed = -ENOMEM;
	return kept ? kept : "";
}

/* Adds a finding of this check. Returns it, or null without memory. */
static struct finding *add(struct exam *x, enum finding_state state)
{
	struct findings *f = x->found;
	struct finding *list = list_room(f->list, f->count, sizeof(*list));

	if (!list) {
		x->failed = -ENOMEM;
		return NULL;
	}
	f->list = list;
	list[f->count] = (struct finding){ x->check, state, "", "", "" };
	return &list[f->count++];
}

/* The one that was told last by this check, or null. */
static struct finding *last(const struct exam *x)
{
	return x->found->count > x->first ? &x->found->list[x->found->count - 1] : NULL;
}

/* Keeps a text that is made as by printf. */
__attribute__((format(printf, 2, 0))) static const char *keep_made(struct exam *x, const char *fmt,
								   va_list args)
{
	char text[TEXT_MAX];

	vsnprintf(text, sizeof(text), fmt, args);
	return keep(x, text);
}

void exam_tell(struct exam *x, enum finding_state state, const char *fmt, ...)
{
	struct finding *f = add(x, state);
	va_list args;

	va_start(args, fmt);
	if (f)
		f->what = keep_made(x, fmt, args);
	va_end(args);
}

void exam_evidence(struct exam *x, const char *fmt, ...)
{
	char one[TEXT_MAX / 2], text[TEXT_MAX];
	struct finding *f = last(x);
	va_list args;

	if (!f)
		return;
	va_start(args, fmt);
	vsnprintf(one, sizeof(one), fmt, args);
	va_end(args);
	snprintf(text, sizeof(text), "%s%s%s", f->evidence, *f->evidence ? "; " : "", one);
	f->evidence = keep(x, text);
}

void exam_remedy(struct exam *x, const char *fmt, ...)
{
	struct finding *f = last(x);
	va_list args;

	va_start(args, fmt);
	if (f)
		f->remedy = keep_made(x, fmt, args);
	va_end(args);
}

void exam_unknown(struct exam *x, const struct error *e)
{
	exam_tell(x, FINDING_UNKNOWN, "%s", e->text);
}

/* Tells why a number could not be read. Returns whether it was. */
static bool was_read(struct exam *x, int r, const struct error *e)
{
	if (r < 0 && r != -ENOENT)
		exam_unknown(x, e);
	return r == 0;
}

bool exam_sysctl(struct exam *x, const char *part, const char *dev, const char *name, int *ret)
{
	struct error e;

	return was_read(x, sysctl_get(part, dev, name, ret, &e), &e);
}

bool exam_number(struct exam *x, const char *path, int *ret)
{
	struct error e;

	return was_read(x, sysctl_read(path, ret, &e), &e);
}

void exam_saw_sysctl(struct exam *x, const char *part, const char *dev, const char *name, int value)
{
	exam_evidence(x, "net.ipv6.%s.%s.%s = %d", part, dev, name, value);
}

void exam_end(struct exam *x)
{
	if (!last(x))
		add(x, FINDING_OK);
}
