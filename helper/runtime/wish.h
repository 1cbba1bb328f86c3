/* What the one who ran a container asks for by a label, once it is known to be theirs. */
#ifndef V6HOOK_WISH_H
#define V6HOOK_WISH_H

#include "runtime/runtime.h"

/*
 * Each takes the text of a label, tells of one that makes no sense, by the label's name, and makes
 * nothing public because of it. The instance must have its ident.
 */

/* Whether it is to be served at all: returns whether it says so; else it is kept off from now on.
 */
bool wish_enable(const char *label, const char *text, struct instance *i);

void wish_address(const char *text, struct instance *i);
void wish_expose(const char *label, const char *text, struct instance *i);
void wish_hostname(const char *label, const char *text, struct instance *i);

#endif
