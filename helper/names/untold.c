/* What the program of "on_change" has been told, beside what is in service. */
#include "names/untold.h"

#include <errno.h>
#include <string.h>

#include "names/names.h"

bool untold_has(const struct told *list, const struct in6_addr *address)
{
	size_t at = told_place(list, address);

	return at < list->count && memcmp(&list->list[at].address, address, sizeof(*address)) == 0;
}

bool untold_is_in(const struct told *list, const struct told_one *one)
{
	const struct told_one *other;

	if (!untold_has(list, &one->address))
		return false;
	other = &list->list[told_place(list, &one->address)];
	return strcmp(other->name, one->name) == 0 && strcmp(other->ident, one->ident) == 0;
}

/* Lists what is in service. Returns 0 or -errno. */
static int read_now(struct context *c, const struct told *told, struct told *now, struct error *e)
{
	_look_ struct look look = { .store = c->store, .boot_id = c->boot_id };
	_names_ struct names names = { 0 };
	int r = names_look(&look, e);
	size_t k = 0;

	if (r < 0)
		return r;
	r = names_find(c, &look, &names);
	for (size_t i = 0; r == 0 && i < look.present.count; i++) {
		const struct holder *h = &look.present.list[i];
		struct told_one one = { h->address, "", h->ident };

		if (!names_serves(c, h) || !*h->ident)
			continue;
		while (k < names.count &&
		       memcmp(&names.list[k].holder->address, &h->address, sizeof(h->address)) < 0)
			k++;
		if (k < names.count && names.list[k].holder == h)
			one.name = names.list[k].text;
		if ((h->unreadable || h->lost) && untold_has(told, &h->address))
			one = told->list[told_place(told, &h->address)];
		r = told_put(now, &one);
	}
	return r < 0 ? error_sys(e, r, "cannot list what is attached") : 0;
}

int untold_read(struct context *c, struct told *told, struct told *now, struct error *e)
{
	int odd = told_read(c->config->state_dir, told, e), r;

	if (odd < 0)
		return odd;
	r = read_now(c, told, now, e);
	return r < 0 ? r : odd;
}

int untold_count(struct context *c, struct error *e)
{
	_told_ struct told told = { 0 }, now = { 0 };
	int r = untold_read(c, &told, &now, e), n = 0;

	for (size_t i = 0; r >= 0 && i < told.count; i++)
		n += !untold_is_in(&now, &told.list[i]);
	for (size_t i = 0; r >= 0 && i < now.count; i++)
		n += !untold_has(&told, &now.list[i].address);
	return r < 0 ? r : n;
}
