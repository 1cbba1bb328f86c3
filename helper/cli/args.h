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
	ARGS_ENGINE = 1,   /* --runtime, --lxcpath */
	ARGS_NETNS = 2,	   /* --pid, --netns */
	ARGS_ADDRESS = 4,  /* --address */
	ARGS_RELEASE = 8,  /* --release */
	ARGS_HOOK = 32,	   /* --hook */
	ARGS_DRY_RUN = 64, /* --dry-run */
	ARGS_JSON = 16,	   /* --json */
	ARGS_ALL = 128,	   /* --all */
	ARGS_SETUP = 4096, /* --range, --exclude, --uplink, --upstream, --yes, --force, --undo */
	ARGS_ZONE = 128,   /* --zone */
	ARGS_LISTEN = 256, /* --listen */
	ARGS_WATCH = 256,  /* --watch */
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
	bool yes, undo; /* setup's */
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
