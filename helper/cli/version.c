/* Which program this is, and what it is made of: what a report of a fault begins with. */
#include "cli/version.h"

#include <jansson.h>
#include <netlink/netlink.h>
#include <netlink/version.h>
#include <sys/utsname.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "base/cleanup.h"
#include "base/library.h"
#include "base/whole.h"
#include "runtime/engines.h"

#ifndef V6HOOK_VERSION
#error "the Makefile says which version this is"
#endif

/* What is linked, of the program that runs: a static one may have another than is installed. */
static void print_linked(FILE *out)
{
	fprintf(out, "libnl %d.%d.%d, jansson %s, ", nl_ver_maj, nl_ver_min, nl_ver_mic,
		jansson_version_str());
#ifdef __GLIBC__
	fprintf(out, "glibc %s", gnu_get_libc_version());
#else
	fprintf(out, "another C library than glibc");
#endif
}

/* What is loaded on demand, by the function of its own that tells its version. */
static void print_loaded(FILE *out, const char *soname, const char *function)
{
	const char *(*tell)(void) = NULL;
	const struct library_symbol symbol = { function, &tell };
	struct error e = { .status = STATUS_FAILED };

	if (library_load(soname, &symbol, 1, &e) == 0)
		fprintf(out, "%s: %s\n", soname, tell());
	else
		fprintf(out, "%s: none (%s)\n", soname, e.text);
}

void version_print(FILE *out)
{
	struct utsname host;

	fprintf(out, "v6hook %s (%s; ", V6HOOK_VERSION, whole_is() ? "whole" : "small, static");
	print_linked(out);
	fprintf(out, ")\n");
	fflush(out);
	/* which prints a line like that, too, and what follows */
	whole_become();
	print_loaded(out, "liblxc.so.1", "lxc_get_version");
	print_loaded(out, "libcurl.so.4", "curl_version");
	fprintf(out, "engines:");
	for (size_t i = 0; runtimes[i]; i++)
		fprintf(out, " %s", runtimes[i]->name);
	fprintf(out, "\n");
	if (uname(&host) == 0)
		fprintf(out, "host: %s %s, %s\n", host.sysname, host.release, host.machine);
}
