/* One line of Docker's stream of events, and what it means for whoever serves containers. */
#ifndef V6HOOK_DOCKER_EVENT_H
#define V6HOOK_DOCKER_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/ident.h"
#include "runtime/docker_list.h"

enum docker_what_happened {
	DOCKER_EVENT_NONE,   /* nothing that matters here */
	DOCKER_EVENT_ANY,    /* nobody can tell: it may have been anything */
	DOCKER_EVENT_LOOK,   /* the container is to be looked at; it lives on */
	DOCKER_EVENT_END,    /* its process has ended */
	DOCKER_EVENT_RENAME, /* it has another name */
};

struct docker_event {
	enum docker_what_happened what;
	char id[DOCKER_ID_MAX];
	char name[IDENT_NAME_MAX + 1];	   /* of a network's event: the ID again */
	char old_name[IDENT_NAME_MAX + 1]; /* of a rename, or "": Podman does not tell it */
	const char *why;		   /* the event's own word, for the journal */
	int64_t event_ns; /* when it was, in ns since the epoch; 0 if it does not say */
};

/* Reads one line. @line: null for one that was too long to be kept */
void docker_event_read(const char *line, size_t len, struct docker_event *ret);

#endif
