/* What one attach knows and holds, as far as several have to do with it. */
#ifndef V6HOOK_ATTACHING_H
#define V6HOOK_ATTACHING_H

#include "known/context.h"
#include "known/locate.h"
#include "policy/choose.h"
#include "policy/given.h"
#include "runtime/runtime.h"

/* Released as a whole. */
struct attaching {
	struct context *c;
	struct instance instance;
	char ident[IDENT_TEXT_MAX];
	char place[IDENT_PLACE_MAX]; /* as its record keeps it */
	int lock, host_lock;
	struct located at;
	struct given given;
	struct choice choice;
	struct attachment before; /* as recorded before this call */
	bool had_before;
	bool recorded; /* this call wrote a record, */
	int64_t since; /* of this time */
	bool changed;  /* or anything else */
	bool guarded;  /* this call has set its guard */
};

static inline void attaching_release(struct attaching *a)
{
	cleanup_close(&a->host_lock);
	located_release(&a->at);
	cleanup_close(&a->lock);
}

/* Whether it has been attached already, in this boot. */
static inline bool attaching_again(const struct attaching *a)
{
	return a->had_before && attachment_is_live(&a->before, a->c->boot_id);
}

#endif
