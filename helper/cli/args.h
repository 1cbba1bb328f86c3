/* The command line: which verb, which options, and what --help says of them. */
#ifndef V6HOOK_ARGS_H
#define V6HOOK_ARGS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "ops/setup.h"
#include "ops/verbs.h"

/* Options that a verb may take besides those that every one takes. */
enum args_option {
	ARGS_ENGINE = 1 << 0,  /* --runtime, --lxcpath */
	ARGS_NETNS = 1 << 1,   /* --pid, --netns */
	ARGS_ADDRESS = 1 << 2, /* --address */
	ARGS_RELEASE = 1 << 3, /* --release */
	ARGS_JSON = 1 << 4,    /* --json */
	ARGS_HOOK = 1 << 5,    /* --hook */
	ARGS_DRY_RUN = 1 << 6, /* --dry-run */
	ARGS_ALL = 1 << 7,     /* --all of sweep */
	ARGS_ZONE = 1 << 8,    /* --zone */
	ARGS_WATCH = 1 << 9,   /* --watch */
	ARGS_LISTEN = 1 << 10, /* --listen */
	ARGS_HOSTS = 1 << 12,  /* --all of list */
	/* --range, --exclude, --uplink, --upstream, --docker-runtime, --yes, --force, --undo */
	ARGS_SETUP = 1 << 11,
};

/* A verb as the command line sees it. */
struct args_verb {
	const char *name;
	const char *operands; /* for the usage line: "CONTAINER ADDR" */
	unsigned int options; /* enum args_option */
	int operand_count;
	const char *purpose;
	int optional_count; /* operands that may follow those */
};

struct args {
	struct request request;
	struct setup_wish setup;
	bool yes, undo;	       /* setup's */
	bool docker_runtime;   /* likewise, */
	bool by_default;       /* and its value */
	unsigned int listen_s; /* --listen, or 0 */
	bool json;
	bool dry_run;
	bool all;
	bool zone;
	bool watch;
	bool verbose;
	bool help;
};

/*
 * Reads what follows the verb. @argv: begins with the verb itself
 * Returns 0, or -EINVAL with STATUS_USAGE and what is wrong; ret then holds what was read so far.
 */
int args_read(const struct args_verb *verb, int argc, char **argv, struct args *ret,
	      struct error *e);

/* Prints the usage of one verb, made from its table entry. */
void args_help(const struct args_verb *verb, FILE *out);

#endif
