/* What the one who ran a container asks for by a label, once it is known to be theirs. */
#include "runtime/wish.h"

#include <stdio.h>
#include <strings.h>

#include "base/note.h"

bool wish_enable(const char *label, const char *text, struct instance *i)
{
	if (strcasecmp(text, "true") == 0)
		return true;
	/* what is misspelt must not make a container public */
	if (strcasecmp(text, "false") != 0)
		note(NOTE_WARNING, "%s:%s: label %s is neither true nor false: taken as false",
		     i->ident.runtime, i->ident.name, label);
	i->enable = WISH_NO;
	return false;
}

void wish_address(const char *text, struct instance *i)
{
	snprintf(i->address, sizeof(i->address), "%.63s", *text ? text : "(empty)");
}

void wish_expose(const char *label, const char *text, struct instance *i)
{
	if (exposed_parse(text, &i->expose) == 0)
		return;
	/* what is misspelt must not make a port public */
	i->expose = (struct exposed){ .word = EXPOSE_NONE };
	note(NOTE_WARNING,
	     "%s:%s: label %s is neither all, none, published nor ports such as "
	     "80/tcp,8000-8010/tcp (256 at most): taken as none",
	     i->ident.runtime, i->ident.name, label);
}

void wish_hostname(const char *label, const char *text, struct instance *i)
{
	if (!hostname_read(text, i->hostname))
		note(NOTE_WARNING, "%s:%s: label %s is no host's name: it counts for nothing",
		     i->ident.runtime, i->ident.name, label);
}
