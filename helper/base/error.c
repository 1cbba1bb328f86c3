/* Error messages in fixed buffers: set once where it fails, prefixed on the way up. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_sys(struct error *e, int err, const char *fmt, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return error_set(e, STATUS_FAILED, err, "%s: %s", text, strerror(-err));
}

int error_set(struct error *e, enum status status, int err, const char *fmt, ...)
{
	va_list args;

	e->status = status;
	va_start(args, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, args);
	va_end(args);
	return err;
}

int error_prefix(struct error *e, int err, const char *fmt, ...)
{
	char old[ERROR_TEXT_MAX];
	va_list args;
	int used;

	memcpy(old, e->text, sizeof(old));
	va_start(args, fmt);
	used = vsnprintf(e->text, sizeof(e->text), fmt, args);
	va_end(args);
	if (used >= 0 && (size_t)used < sizeof(e->text))
		snprintf(e->text + used, sizeof(e->text) - (size_t)used, ": %.*s",
			 (int)(sizeof(e->text) - (size_t)used), old);
	return err;
}
