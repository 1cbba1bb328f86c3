/* What setup would do, as people read it. */
#include "cli/plan.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "disk/put.h"

#define WIDTH 96
#define PODMAN_COMMAND "systemctl enable --now podman.socket"
#define LXC_INCLUDE "lxc.include = " V6HOOK_DATADIR "/lxc/config/v6hook.conf"

/* Prints "# NAME   TEXT", the text in lines of its own column. */
static void __attribute__((format(printf, 3, 4)))
tell(FILE *out, const char *name, const char *fmt, ...)
{
	char text[1024], *word, *save;
	size_t column = 12;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fprintf(out, "# %-10s", name);
	for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (column + strlen(word) + 1 > WIDTH && column > 12) {
			fprintf(out, "\n# %-10s", "");
			column = 12;
		}
		fprintf(out, "%s%s", column > 12 ? " " : "", word);
		column += strlen(word) + (column > 12);
	}
	fputc('\n', out);
}

static const char *const whose[] = {
	[PROPOSE_HOSTS] = ": the host's own",
	[PROPOSE_ROUTERS] = ": the router's",
	[PROPOSE_ANOTHERS] = ": another machine's, which answered",
};

static void print_ranges(const struct setup_plan *p, FILE *out)
{
	for (size_t i = 0; i < p->range_count; i++)
		tell(out, i ? "" : "range", "%s%s%s", p->ranges[i], *p->proposal.why ? ": " : "",
		     p->proposal.why);
	for (size_t i = 0; i < p->exclude_count; i++)
		tell(out, i ? "" : "excluded", "%s%s", p->excludes[i],
		     i < p->proposal.exclude_count ? whose[p->proposal.whose[i]] : "");
	tell(out, "upstream", "%s",
	     p->routed ? "routed: the provider's router sends all of it here without asking"
		       : "on-link: the provider's router asks for each address, and the host "
			 "answers");
	if (*p->proposal.trap)
		tell(out, "mind", "%s", p->proposal.trap);
	if (p->shared)
		tell(out, "mind",
		     "DigitalOcean gives a server 16 addresses; those of the range beyond them are "
		     "strangers'");
}

static void print_manager(const struct setup_plan *p, FILE *out)
{
	const struct manager *m = &p->manager;

	tell(out, "manager", "%s%s%s%s%s", m->title,
	     m->kind == MANAGER_NONE
		     ? " (networkd, NetworkManager, ifupdown): nothing is written for it"
		     : "",
	     m->netplan ? ", as netplan has it" : "", *m->file ? ": " : "", m->file);
}

static void print_engines(const struct setup_plan *p, FILE *out)
{
	const struct engines_present *n = &p->engines;
	const char *const names[] = { n->lxc ? "LXC" : NULL, n->docker ? "Docker" : NULL,
				      n->podman ? "Podman" : NULL, n->incus ? "Incus" : NULL };
	char text[64] = "";

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i])
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
				 *text ? ", " : "", names[i]);
	tell(out, "engines", "%s", *text ? text : "none yet");
	if (n->podman && !n->podman_serves)
		tell(out, "", "(Podman is served only if its socket runs: " PODMAN_COMMAND "%s)",
		     n->docker ? ", before v6hook setup" : "");
}

static void print_files(const struct setup_plan *p, FILE *out)
{
	for (size_t i = 0; i < p->planned; i++) {
		const struct setup_file *f = &p->record->files[i];
		char before[PATH_MAX];

		put_beside(f->path, PUT_BEFORE, before);
		if (f->amended)
			fprintf(out, "\n# %s: accept_ra 2 in the stanza of %s for inet6\n", f->path,
				p->uplink.name);
		else
			fprintf(out, "\n# %s%s%s\n%s", f->path,
				f->kept ? ", in place of the one that is there, kept as " : "",
				f->kept ? before : "", f->text);
	}
	for (size_t i = p->planned; i < p->record->file_count; i++)
		fprintf(out, "\n# %s: taken back, it is an earlier run's\n",
			p->record->files[i].path);
}

static void print_steps(const struct setup_plan *p, FILE *out)
{
	fprintf(out, "\n# and at once, in this order:\n");
	for (size_t i = 0; i < p->permanent.count; i++) {
		const struct host_setting *s = &p->permanent.list[i];

		fprintf(out, "sysctl net/ipv6/%s/%s/%s=%d\n", s->part, s->dev, s->name, s->value);
	}
	if (p->start)
		fprintf(out, "systemctl enable --now " SERVICE_UNIT "\n");
	else if (p->service.systemd && p->service.installed)
		fprintf(out, "# (the service runs, and is enabled)\n");
	else if (p->service.systemd)
		fprintf(out, "# (" SERVICE_UNIT " is not installed: no service is started)\n");
	else
		fprintf(out, "# (no systemd here: have `v6hook watch` started at the boot)\n");
}

void plan_print(const struct setup_plan *p, FILE *out)
{
	fprintf(out, "# What v6hook setup found, and what it would do:\n#\n");
	tell(out, "uplink", "%s%s", p->uplink.name,
	     p->ra_default ? ", with a default route from router advertisements, which is kept"
			   : "");
	print_ranges(p, out);
	print_manager(p, out);
	print_engines(p, out);
	print_files(p, out);
	print_steps(p, out);
}

void plan_print_done(const struct setup_plan *p, FILE *out)
{
	fprintf(out, "\n# Done; v6hook setup --undo takes it back. v6hook doctor tells what else "
		     "is in the "
		     "way.\n");
	if (p->engines.podman && !p->engines.podman_serves)
		fprintf(out, "# For Podman: " PODMAN_COMMAND "%s\n",
			p->engines.docker ? ", and \"podman\": {} in the configuration" : "");
	if (p->engines.lxc)
		fprintf(out, "# For LXC, in each container's configuration: " LXC_INCLUDE "\n");
}

void plan_print_runtime(const struct runtime_plan *p, FILE *out)
{
	if (p->done)
		fprintf(out, "# %s: nothing to do, v6hook-runtime is %s\n", p->path,
			p->wish.undo ? "not in it" : "in it already");
	else if (!p->text)
		fprintf(out, "# %s goes: there is nothing else in it\n", p->path);
	else
		fprintf(out, "# %s\n%s", p->path, p->text);
}

void plan_print_runtime_done(const struct runtime_plan *p, FILE *out)
{
	if (p->wish.undo)
		fprintf(out,
			"\n# Done. Docker forgets it when it is started again: systemctl restart "
			"docker\n");
	else
		fprintf(out,
			"\n# Done. Docker reads it by: systemctl reload docker\n"
			"# Then a container has its address before its first instruction%s.\n",
			p->wish.by_default ? "" : ": docker run --runtime v6hook");
}

int plan_confirm(struct error *e)
{
	char answer[16] = "";

	if (!isatty(STDIN_FILENO))
		return error_set(e, STATUS_USAGE, -ENOTTY,
				 "nothing was changed, as there is no terminal to ask on: --yes "
				 "does it unasked");
	printf("\nDo this? [y/N] ");
	fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin) || (*answer != 'y' && *answer != 'Y'))
		return error_set(e, STATUS_FAILED, -ECANCELED, "nothing was changed");
	return 0;
}
