/* The command line: which verb, which options, and what --help says of them. */
#include "cli/args.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/text.h"
#include "cli/hook.h"

#define LISTEN_MOST_S 600
#define LEFT_COLUMN 28 /* of --help: the options */

static const struct known {
	struct option option;
	unsigned int group; /* 0: every verb takes it */
	const char *value;
	const char *help;
} known[] = {
	{ { "runtime", required_argument, NULL, 'r' },
	  ARGS_ENGINE,
	  "lxc|docker|podman|incus|cni|netns",
	  "whose container it is" },
	{ { "lxcpath", required_argument, NULL, 'P' }, ARGS_ENGINE, "DIR", "where LXC keeps it" },
	{ { "pid", required_argument, NULL, 'p' },
	  ARGS_NETNS,
	  "PID",
	  "a process of the container: no engine is asked" },
	{ { "netns", required_argument, NULL, 'n' },
	  ARGS_NETNS,
	  "FILE",
	  "its network namespace: no engine is asked" },
	{ { "address", required_argument, NULL, 'a' },
	  ARGS_ADDRESS,
	  "ADDR",
	  "this address and no other" },
	{ { "hook", required_argument, NULL, 'H' },
	  ARGS_HOOK,
	  "lxc",
	  "called by its hook: the environment says for whom" },
	{ { "release", no_argument, NULL, 'R' }, ARGS_RELEASE, NULL, "give the address up, too" },
	{ { "range", required_argument, NULL, 'g' },
	  ARGS_SETUP,
	  "PREFIX/LEN",
	  "this range instead of a proposal; repeatable" },
	{ { "exclude", required_argument, NULL, 'x' },
	  ARGS_SETUP,
	  "RANGE",
	  "what of it is never given out; repeatable" },
	{ { "uplink", required_argument, NULL, 'u' },
	  ARGS_SETUP,
	  "DEV",
	  "the interface to the provider's router" },
	{ { "upstream", required_argument, NULL, 's' },
	  ARGS_SETUP,
	  "on-link|routed",
	  "how the provider hands the range to this host" },
	{ { "docker-runtime", optional_argument, NULL, 'D' },
	  ARGS_SETUP,
	  "default",
	  "only give Docker v6hook-runtime" },
	{ { "yes", no_argument, NULL, 'y' }, ARGS_SETUP, NULL, "do not ask" },
	{ { "force", no_argument, NULL, 'f' },
	  ARGS_SETUP,
	  NULL,
	  "over a configuration; --undo: though attached" },
	{ { "undo", no_argument, NULL, 'U' }, ARGS_SETUP, NULL, "take back what setup has done" },
	{ { "dry-run", no_argument, NULL, 'd' },
	  ARGS_DRY_RUN,
	  NULL,
	  "only say what would be done" },
	{ { "all", no_argument, NULL, 'A' },
	  ARGS_ALL,
	  NULL,
	  "remove the tables of the guard and of exposure" },
	{ { "all", no_argument, NULL, 'A' },
	  ARGS_HOSTS,
	  NULL,
	  "what other hosts hold in etcd, too" },
	{ { "listen", required_argument, NULL, 'l' },
	  ARGS_LISTEN,
	  "SECONDS",
	  "also listen on the uplink, so long at most" },
	{ { "json", no_argument, NULL, 'j' }, ARGS_JSON, NULL, "print JSON" },
	{ { "zone", no_argument, NULL, 'z' },
	  ARGS_ZONE,
	  NULL,
	  "print the names of what is attached, for a zone" },
	{ { "watch", no_argument, NULL, 'w' },
	  ARGS_WATCH,
	  NULL,
	  "show it again whenever it changes" },
	{ { "config", required_argument, NULL, 'c' }, 0, "FILE", "default " CONFIG_DEFAULT_PATH },
	{ { "verbose", no_argument, NULL, 'v' }, 0, NULL, "say what is changed on the host" },
	{ { "help", no_argument, NULL, 'h' }, 0, NULL, "print this" },
};

static bool takes(const struct args_verb *verb, const struct known *k)
{
	return k->group == 0 || (verb->options & k->group);
}

static int usage(const struct args_verb *verb, struct error *e, const char *what, const char *which)
{
	return error_set(e, STATUS_USAGE, -EINVAL, "%s: %s%.100s (see v6hook %s --help)",
			 verb->name, what, which, verb->name);
}

/* Adds one to a list of setup's. */
static int take_one(const struct args_verb *verb, const char *value, const char **list,
		    size_t *count, struct error *e)
{
	if (*count == SETUP_LIST_MAX)
		return usage(verb, e, "too many ranges: ", value);
	list[(*count)++] = value;
	return 0;
}

static int take_upstream(const struct args_verb *verb, const char *value, struct args *a,
			 struct error *e)
{
	a->setup.routed = strcmp(value, "routed") == 0;
	a->setup.on_link = strcmp(value, "on-link") == 0;
	return a->setup.routed || a->setup.on_link
		       ? 0
		       : usage(verb, e, "--upstream takes on-link or routed, not ", value);
}

static int take(const struct args_verb *verb, int option, const char *value, struct args *a,
		struct error *e)
{
	struct request *q = &a->request;
	unsigned long number = 0;

	switch (option) {
	case 'r':
		q->runtime = value;
		return 0;
	case 'P':
		q->lxcpath = value;
		return 0;
	case 'p':
		if (!text_to_number(value, INT_MAX, &number) || !number)
			return usage(verb, e, "--pid takes a process ID, not ", value);
		q->pid = (pid_t)number;
		return 0;
	case 'n':
		q->netns = value;
		return 0;
	case 'a':
		q->has_address = true;
		return inet_pton(AF_INET6, value, &q->address) == 1
			       ? 0
			       : usage(verb, e, "--address takes an IPv6 address, not ", value);
	case 'H':
		q->hook = true;
		return hook_read(value, q, e);
	case 'R':
		q->release = true;
		return 0;
	case 'g':
		return take_one(verb, value, a->setup.ranges, &a->setup.range_count, e);
	case 'x':
		return take_one(verb, value, a->setup.excludes, &a->setup.exclude_count, e);
	case 'u':
		a->setup.uplink = value;
		return 0;
	case 's':
		return take_upstream(verb, value, a, e);
	case 'D':
		a->docker_runtime = true;
		a->by_default = value;
		return value && strcmp(value, "default") != 0
			       ? usage(verb, e, "--docker-runtime takes =default or nothing, not ",
				       value)
			       : 0;
	case 'y':
		a->yes = true;
		return 0;
	case 'f':
		a->setup.force = true;
		return 0;
	case 'U':
		a->undo = true;
		return 0;
	case 'l':
		if (!text_to_number(value, LISTEN_MOST_S, &number) || !number)
			return usage(verb, e, "--listen takes seconds, from 1 to 600, not ", value);
		a->listen_s = (unsigned int)number;
		return 0;
	case 'd':
		a->dry_run = true;
		return 0;
	case 'A':
		a->all = true;
		return 0;
	case 'j':
		a->json = true;
		return 0;
	case 'z':
		a->zone = true;
		return 0;
	case 'w':
		a->watch = true;
		return 0;
	case 'c':
		q->config_path = value;
		return 0;
	case 'v':
		a->verbose = true;
		return 0;
	default:
		a->help = true;
		return 0;
	}
}

/* Reads the operands that the verb takes. */
static int take_operands(const struct args_verb *verb, int count, char **operands, struct args *a,
			 struct error *e)
{
	if (a->request.hook)
		return count ? usage(verb, e, "--hook takes no ", verb->operands) : 0;
	if (count < verb->operand_count)
		return usage(verb, e, "missing ", verb->operands);
	if (count > verb->operand_count + verb->optional_count)
		return usage(verb, e, "too many arguments: ", operands[verb->operand_count]);
	if (count > 0)
		a->request.container = operands[0];
	if (count > 1) {
		a->request.has_address = true;
		if (inet_pton(AF_INET6, operands[1], &a->request.address) != 1)
			return usage(verb, e, "not an IPv6 address: ", operands[1]);
	}
	return 0;
}

/* Refuses what getopt_long did not take: an option that is unknown, or has a value it may not have.
 */
static int unknown(const struct args_verb *verb, char **argv, struct error *e)
{
	const char *word = argv[optind - 1];
	char letter[3] = { '-', (char)optopt, '\0' };

	/* for a long one optopt is its value in the table, for a short one the letter */
	if (optopt && strncmp(word, "--", 2) == 0)
		return usage(verb, e, "no value goes with ", word);
	return usage(verb, e, "unknown option ", optopt ? letter : word);
}

int args_read(const struct args_verb *verb, int argc, char **argv, struct args *ret,
	      struct error *e)
{
	struct option options[ARRAY_SIZE(known) + 1] = { 0 };
	size_t count = 0;
	int option, r;

	*ret = (struct args){ .request.config_path = CONFIG_DEFAULT_PATH };
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (takes(verb, &known[i]))
			options[count++] = known[i].option;
	opterr = 0;
	optind = 1;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == ':')
			return usage(verb, e, "no value for ", argv[optind - 1]);
		if (option == '?')
			return unknown(verb, argv, e);
		r = take(verb, option, optarg, ret, e);
		if (r < 0)
			return r;
	}
	if (ret->help)
		return 0;
	if (ret->request.pid && ret->request.netns)
		return usage(verb, e, "--pid and --netns exclude each other", "");
	if (ret->undo && ret->dry_run)
		return usage(verb, e, "--undo and --dry-run exclude each other", "");
	if (ret->docker_runtime && (ret->setup.range_count || ret->setup.exclude_count ||
				    ret->setup.uplink || ret->setup.routed || ret->setup.on_link))
		return usage(verb, e, "--docker-runtime is for a run of its own", "");
	if (ret->json && ret->zone)
		return usage(verb, e, "--json and --zone exclude each other", "");
	return take_operands(verb, argc - optind, argv + optind, ret, e);
}

void args_help(const struct args_verb *verb, FILE *out)
{
	fprintf(out, "Usage: v6hook %s%s%s [OPTION]...\n%s.\n\n", verb->name,
		*verb->operands ? " " : "", verb->operands, verb->purpose);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		char left[64];

		if (!takes(verb, &known[i]))
			continue;
		snprintf(left, sizeof(left), "--%s%s%s%s", known[i].option.name,
			 !known[i].value				? ""
			 : known[i].option.has_arg == optional_argument ? "[="
									: " ",
			 known[i].value ? known[i].value : "",
			 known[i].option.has_arg == optional_argument ? "]" : "");
		/* what is too wide has a line of its own */
		fprintf(out, "  %-*s %s%s\n", LEFT_COLUMN, left,
			strlen(left) > LEFT_COLUMN ? "\n                               " : "",
			known[i].help);
	}
}
