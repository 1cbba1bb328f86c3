/* v6hook: gives containers public IPv6 addresses out of an on-link range. Which verb does what. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/caps.h"
#include "base/cleanup.h"
#include "base/whole.h"
#include "cli/args.h"
#include "cli/attach.h"
#include "cli/carry.h"
#include "cli/cni.h"
#include "cli/diagnosis.h"
#include "cli/hook.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/setup.h"
#include "cli/show.h"
#include "cli/version.h"
#include "known/context.h"
#include "names/hosts.h"
#include "ops/verbs.h"
#include "watch/watch.h"

/* One more was done: told above what there is of a line that tells what is under way. */
static int on_action(const struct reconcile_action *action, void *arg)
{
	progress_clear();
	return output_action(action, arg);
}

static int run_reconcile(const struct args *a, struct error *e)
{
	_context_ struct context c = { 0 };
	struct output_actions actions = { .out = stdout, .json = a->json };
	int r = context_open(a->request.config_path, !a->dry_run, &c, e);

	if (r < 0)
		return r;
	r = op_reconcile(&c, a->dry_run ? RECONCILE_TELL : RECONCILE_DO, on_action, &actions, e);
	output_actions_end(&actions);
	if (r == 0 && !a->dry_run)
		hosts_follow(&c);
	if (r == 0 && actions.failed)
		r = error_set(e, STATUS_FAILED, -EIO,
			      "not everything could be put right: see above");
	return r;
}

static int run_doctor(const struct args *a, struct error *e)
{
	_findings_ struct findings found = { 0 };
	int r = op_doctor(&a->request, a->listen_s, &found, e);

	if (r == 0)
		r = diagnosis_print(&found, a->request.container, a->json, stdout);
	if (r < 0)
		return r;
	return findings_count(&found, FINDING_BROKEN)
		       ? error_set(e, STATUS_FAILED, -EIO, "something is broken: see above")
		       : 0;
}

static int run_watch(const struct args *a, struct error *e)
{
	return watch_run(a->request.config_path, a->json, e);
}

static int run_pin(const struct args *a, struct error *e)
{
	_context_ struct context c = { 0 };
	int r = context_open(a->request.config_path, true, &c, e);

	return r < 0 ? r : op_pin(&c, &a->request, e);
}

static int run_unpin(const struct args *a, struct error *e)
{
	_context_ struct context c = { 0 };
	int r = context_open(a->request.config_path, true, &c, e);

	return r < 0 ? r : op_unpin(&c, &a->request, e);
}

static void print_removed(const char *what)
{
	printf("removed %s\n", what);
}

static int run_sweep(const struct args *a, struct error *e)
{
	return a->all ? op_sweep_all(a->request.config_path, print_removed, e) : op_sweep(e);
}

/* It answers on stdout in its own way, failures too. */
static int run_cni(const struct args *a, struct error *e)
{
	return cni_run(a->request.config_path, say_apart, stdout, e);
}

/* One line a verb: it is dispatched, parsed and explained from here. */
static const struct verb {
	struct args_verb args;
	int (*run)(const struct args *a, struct error *e);
	enum { NEEDS_NOTHING, NEEDS_NET, NEEDS_RAW } needs; /* checked before anything is touched */
	bool small; /* the small program does it, unless it must load a library */
	/* what to do without those capabilities, instead of failing with the reason; or null */
	int (*ask)(const struct args *a, const struct error *why, struct error *e);
} verbs[] = {
	{ .args = { "setup", "", ARGS_SETUP | ARGS_DRY_RUN, 0,
		    "Looks at this host, proposes a range, asks, and does it" },
	  .run = run_setup,
	  .needs = NEEDS_RAW },
	{ .args = { "attach", "CONTAINER",
		    ARGS_ENGINE | ARGS_NETNS | ARGS_ADDRESS | ARGS_JSON | ARGS_HOOK, 1,
		    "Gives a running container its address, or repairs that" },
	  .run = run_attach,
	  .small = true,
	  .ask = ask_attach,
	  .needs = NEEDS_RAW },
	{ .args = { "detach", "CONTAINER", ARGS_ENGINE | ARGS_RELEASE | ARGS_HOOK, 1,
		    "Takes an address out of service; it stays its container's" },
	  .run = run_detach,
	  .small = true,
	  .ask = ask_detach,
	  .needs = NEEDS_NET },
	{ .args = { "status", "", ARGS_JSON | ARGS_WATCH, 0,
		    "Shows how service, engines and pools are, and what failed" },
	  .run = show_status },
	{ .args = { "list", "", ARGS_JSON | ARGS_ZONE | ARGS_WATCH | ARGS_HOSTS, 0,
		    "Shows who has which address" },
	  .run = show_list },
	{ .args = { "map", "", ARGS_WATCH, 0,
		    "Draws the pools, and who has which address of them" },
	  .run = show_map },
	{ .args = { "pin", "CONTAINER ADDR", ARGS_ENGINE, 2,
		    "Reserves an address for a container, for good" },
	  .run = run_pin },
	{ .args = { "unpin", "CONTAINER", ARGS_ENGINE, 1,
		    "Makes a pinned address an ordinary lease again" },
	  .run = run_unpin },
	{ .args = { "reconcile", "", ARGS_DRY_RUN | ARGS_JSON, 0,
		    "Repairs what a crash, a flap or a reboot has left" },
	  .run = run_reconcile,
	  .needs = NEEDS_RAW },
	{ .args = { "export", "", 0, 0, "Prints all leases of this host, for import elsewhere" },
	  .run = carry_export },
	{ .args = { "import", "", 0, 0, "Makes the leases on its standard input this host's" },
	  .run = carry_import },
	{ .args = { "sweep", "", ARGS_ALL, 0,
		    "Gives free what the guard keeps for ports that are gone" },
	  .run = run_sweep,
	  .small = true,
	  .needs = NEEDS_NET },
	{ .args = { "doctor", "[CONTAINER]", ARGS_ENGINE | ARGS_NETNS | ARGS_LISTEN | ARGS_JSON, 0,
		    "Finds what is wrong, and says what to do about it", 1 },
	  .run = run_doctor },
	{ .args = { "cni", "", 0, 0, "What an engine that speaks CNI calls, as v6hook-cni" },
	  .run = run_cni,
	  .small = true },
	{ .args = { "watch", "", ARGS_JSON, 0,
		    "The service: attaches what starts, repairs what drifts" },
	  .run = run_watch,
	  .needs = NEEDS_RAW },
};

static void print_usage(FILE *out)
{
	fprintf(out, "Usage: v6hook VERB [ARGUMENT]... [OPTION]...\n"
		     "Public IPv6 addresses for containers on hosts whose provider gives them "
		     "on-link.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		char left[64];

		snprintf(left, sizeof(left), "%s %s", verbs[i].args.name, verbs[i].args.operands);
		fprintf(out, "  %-20s %s\n", left, verbs[i].args.purpose);
	}
	fprintf(out,
		"\nVERB --help tells its options, --version the version, v6hook alone the "
		"status.\n"
		"CONTAINER is a name, or lxc:NAME; docker, podman, incus, cni, netns likewise.\n"
		"Exit status: 0 done, 1 failed, 2 wrong use or configuration, 3 no free "
		"address,\n4 no such container or not running, 5 address in use elsewhere.\n");
}

/* Does what the verb's table entry says. Returns 0 or -errno. */
static int run(const struct verb *verb, struct args *a, struct error *e)
{
	const char *container;
	struct error why;
	int r = verb->needs == NEEDS_NOTHING ? 0 : caps_check(verb->needs == NEEDS_RAW, e);

	why = *e;
	if (r == 0)
		r = verb->run(a, e);
	else if (r == -EPERM && verb->ask)
		r = verb->ask(a, &why, e);
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = error_sys(e, -EIO, "cannot write the output");
	if (r == 0)
		return 0;
	if (!*e->text)
		error_sys(e, r, "cannot go on");
	why = *e;
	if (r == -EACCES && geteuid() != 0)
		error_set(e, why.status, r, "%.600s: run it as root", why.text);
	container = a->request.container;
	return error_prefix(e, r, "%s%s%.300s", verb->args.name, container ? " " : "",
			    container ? container : "");
}

static enum status run_verb(const struct verb *verb, int argc, char **argv)
{
	struct error e = { .status = STATUS_FAILED };
	struct args a;
	int r = args_read(&verb->args, argc, argv, &a, &e);
	bool understood = r == 0;

	if (a.request.hook)
		say_in_syslog();
	if (a.verbose)
		say_details();
	if (r == 0 && a.help) {
		args_help(&verb->args, stdout);
		return say_printed();
	}
	if (r == 0 && !verb->small)
		whole_become();
	if (r == 0)
		r = run(verb, &a, &e);
	progress_clear();
	if (r == 0)
		return STATUS_DONE;
	if (understood && verb->run == run_cni)
		return e.status;
	say(false, e.text);
	if (understood && verb->run == run_attach && op_doctor_knows(&e, r))
		say_more(&a.request);
	/* a start hook that is not to be trusted is no matter of configuration */
	if (!a.request.hook || (!understood && verb->run == run_attach))
		return e.status;
	return hook_status(&a.request, e.status);
}

/* The verb that the program's own name is, or null. */
static const struct verb *verb_by_program(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; name && strcmp(name, CNI_PROGRAM) == 0 && i < ARRAY_SIZE(verbs); i++)
		if (verbs[i].run == run_cni)
			return &verbs[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct verb *named = verb_by_program(argv[0]);
	const char *word = argc > 1 ? argv[1] : "";
	char shown[256];
	bool alone;

	say_begin();
	whole_begin(argv);
	if (named)
		return run_verb(named, argc, argv);
	if (strcmp(word, "--version") == 0) {
		version_print(stdout);
		return say_printed();
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
		print_usage(stdout);
		return say_printed();
	}
	/* alone it shows how everything is */
	alone = argc < 2;
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(alone ? "status" : word, verbs[i].args.name) == 0)
			return run_verb(&verbs[i], argc - !alone, argv + !alone);
	snprintf(shown, sizeof(shown), "%s '%.100s' (see v6hook --help)",
		 *word == '-' ? "a verb comes before" : "unknown verb", word);
	say(false, shown);
	return STATUS_USAGE;
}
