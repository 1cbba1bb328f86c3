/* Shared libraries that only some calls need, loaded when they do (dlopen(3)). */
#include "runtime/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

int library_load(const char *soname, const struct library_symbol *symbols, size_t count,
		 struct error *e)
{
	/* never closed: both libraries keep threads or atexit handlers of their own */
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return error_set(e, STATUS_FAILED, -EHOSTDOWN, "%s is not installed", soname);
	for (size_t i = 0; i < count; i++) {
		void *address = dlsym(library, symbols[i].name);

		if (!address)
			return error_set(e, STATUS_FAILED, -EHOSTDOWN, "%s has no %s", soname,
					 symbols[i].name);
		memcpy(symbols[i].into, &address, sizeof(address));
	}
	return 0;
}
