/* Containers that run, are to have an address, and have never been attached. */
#include "keep/unserved.h"

#include <string.h>

#include "known/living.h"

int unserved_ask(struct context *c, const struct instance *running, struct attachment *ret)
{
	char ident[IDENT_TEXT_MAX];
	struct error ignored;
	int known;

	/* of the others the engine tells */
	if (strcmp(running->ident.runtime, "lxc") != 0 || running->ident.owner)
		return UNSERVED_NONE;
	known = c->store->ops->attachment(c->store, ident_text(&running->ident, ident), ret,
					  &ignored);
	/* what cannot be read may be anything; one that has ended by hand or failed may run still
	 */
	if (known < 0 || (known == 1 && (!ret->ended || (strcmp(ret->boot_id, c->boot_id) == 0 &&
							 ret->netns_inode && living(ret)))))
		return UNSERVED_NONE;
	if (runtime_lxc_includes(&running->ident) != 1)
		return UNSERVED_NONE;
	return known ? UNSERVED_RECORDED : UNSERVED_NEW;
}
