/* Leases that are taken from one store to another: export prints them, import reads them. */
#include "cli/carry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "known/context.h"
#include "store/lease_list.h"

int carry_export(const struct args *a, struct error *e)
{
	_context_ struct context c = { 0 };
	int r = context_open(a->request.config_path, false, &c, e);

	return r < 0 ? r : lease_list_write(c.store, stdout, e);
}

/* Reads all that there is, up to LEASE_LIST_MAX. Returns 0 or -errno. */
static int read_all(FILE *in, char **ret, size_t *ret_len, struct error *e)
{
	_free_ char *text = NULL;
	size_t len = 0, room = 0;

	do {
		char *larger = len < room ? text : realloc(text, room += 65536 + room);

		if (!larger)
			return error_sys(e, -ENOMEM, "cannot read the leases");
		text = larger;
		len += fread(text + len, 1, room - len, in);
	} while (!feof(in) && !ferror(in) && len <= LEASE_LIST_MAX);
	if (ferror(in))
		return error_sys(e, -EIO, "cannot read the leases");
	if (len > LEASE_LIST_MAX)
		return error_set(e, STATUS_USAGE, -EFBIG, "the leases are larger than 64 MiB");
	*ret = steal_ptr(&text);
	*ret_len = len;
	return 0;
}

int carry_import(const struct args *a, struct error *e)
{
	_context_ struct context c = { 0 };
	_free_ char *text = NULL;
	struct import_done done;
	size_t len = 0;
	int r = context_open(a->request.config_path, true, &c, e);

	if (r == 0)
		r = read_all(stdin, &text, &len, e);
	if (r == 0)
		r = op_import(&c, text, len, &done, e);
	if (r < 0)
		return r;
	printf("%zu made, %zu known already, %zu left out\n", done.made, done.known, done.refused);
	return done.refused ? error_set(e, STATUS_FAILED, -EIO, "not all could be had: see above")
			    : 0;
}
