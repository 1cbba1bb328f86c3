/* Shared libraries, as far as a static program can load them: the whole one does. */
#include "base/library.h"

#include <errno.h>

#include "base/whole.h"

int library_load(const char *soname, const struct library_symbol *symbols, size_t count,
		 struct error *e)
{
	(void)symbols, (void)count;
	whole_become();
	return error_set(e, STATUS_FAILED, -ELIBACC, "%s cannot be loaded without v6hook-full",
			 soname);
}

void library_rest(void)
{
}
