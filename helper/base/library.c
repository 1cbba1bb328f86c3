/* Shared libraries that only some calls need, loaded when they do (dlopen(3)). */
#include "base/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int library_load(const char *soname, const struct library_symbol *symbols, size_t count,
		 struct error *e)
{
	/*
	 * never closed: both libraries keep threads or atexit handlers of their own; lazily: of the
	 * 14,000 functions that libcurl's thirty libraries want of each other few are ever called
	 */
	void *library = dlopen(soname, RTLD_LAZY | RTLD_LOCAL);

	if (!library)
		return error_set(e, STATUS_FAILED, -ELIBACC, "%s is not installed", soname);
	for (size_t i = 0; i < count; i++) {
		void *address = dlsym(library, symbols[i].name);

		if (!address)
			return error_set(e, STATUS_FAILED, -ELIBACC, "%s has no %s", soname,
					 symbols[i].name);
		memcpy(symbols[i].into, &address, sizeof(address));
	}
	return 0;
}

/* Whether the object has relocations in its text: its pages differ from the file's then. */
static bool has_text_relocations(const struct dl_phdr_info *info)
{
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Dyn) * d;

		if (info->dlpi_phdr[i].p_type != PT_DYNAMIC)
			continue;
		d = (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
		for (; d->d_tag != DT_NULL; d++)
			if (d->d_tag == DT_TEXTREL ||
			    (d->d_tag == DT_FLAGS && d->d_un.d_val & DF_TEXTREL))
				return true;
	}
	return false;
}

static int rest_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size, (void)arg;
	/* the vDSO has no name, and no file */
	if (!info->dlpi_addr || has_text_relocations(info))
		return 0;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + p->p_vaddr, to = from + p->p_memsz;

		/* a page at an edge may be a writable segment's, too, with relocations in it */
		from = (from + page - 1) & ~(page - 1);
		to &= ~(page - 1);
		if (p->p_type == PT_LOAD && !(p->p_flags & PF_W) && from < to)
			madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

void library_rest(void)
{
	dl_iterate_phdr(rest_object, NULL);
}
