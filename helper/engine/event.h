/* What an engine's stream of events tells, in whatever words of its own. */
#ifndef V6HOOK_ENGINE_EVENT_H
#define V6HOOK_ENGINE_EVENT_H

#include <stdint.h>

#include "base/ident.h"
#include "engine/path.h"

enum engine_happening {
	ENGINE_EVENT_NONE,   /* nothing that matters here */
	ENGINE_EVENT_ANY,    /* nobody can tell: it may have been anything */
	ENGINE_EVENT_LOOK,   /* the container is to be looked at; it lives on */
	ENGINE_EVENT_END,    /* its process has ended */
	ENGINE_EVENT_RENAME, /* it has another name */
};

struct engine_event {
	enum engine_happening what;
	char id[ENGINE_ID_MAX];
	char name[IDENT_NAME_MAX + 1];	   /* of a network's event: the ID again */
	char old_name[IDENT_NAME_MAX + 1]; /* of a rename, or "": Podman does not tell it */
	const char *why;		   /* the event's own word, for the journal */
	int64_t event_ns; /* when it was, in ns since the epoch; 0 if it does not say */
};

#endif
