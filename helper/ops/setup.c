/* v6hook setup, the plan: what there is, which range is proposed, and what would be written. */
#include "ops/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "base/file.h"
#include "base/json.h"
#include "disk/put.h"
#include "wire/nl.h"

void setup_plan_free(struct setup_plan *p)
{
	for (size_t i = 0; i < p->range_count; i++)
		free(p->ranges[i]);
	for (size_t i = 0; i < p->exclude_count; i++)
		free(p->excludes[i]);
	cleanup_setup_record(&p->record);
	cleanup_setup_record(&p->former);
	free(p);
}

/* Whether the configuration has no pool yet, as make install leaves it. */
static bool is_empty(const char *text)
{
	_json_ json_t *tree = NULL;
	struct error ignored;

	return json_parse(text, strlen(text), &tree, &ignored) == 0 && json_is_object(tree) &&
	       json_array_size(json_object_get(tree, "pools")) == 0;
}

/* Reads the configuration that is there. Returns 0 and its text or null, or -errno. */
static int read_former(struct setup_plan *p, char **ret, struct error *e)
{
	const struct setup_file *ours = setup_record_file(p->former, p->config_path);
	_free_ char *text = NULL;
	size_t len;
	int r = file_read(AT_FDCWD, p->config_path, CONFIG_SIZE_MAX, &text, &len);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return error_sys(e, r, "cannot read configuration %s", p->config_path);
	if (!p->wish->force && !is_empty(text) &&
	    !(ours && !p->former->finished && strcmp(ours->text, text) == 0))
		return error_set(
			e, STATUS_USAGE, -EEXIST,
			"there is a configuration already, %s: --force gives it another pool "
			"and keeps the old one%s",
			p->config_path, p->former ? "; --undo takes back what setup did" : "");
	*ret = steal_ptr(&text);
	return 0;
}

/* Adds the directories of a file that are not there yet, parents first. Returns 0 or -errno. */
static int add_directories(struct setup_record *record, const char *path)
{
	_free_ char *copy = strdup(path);
	int r = copy ? 0 : -ENOMEM;

	for (char *slash = copy; r == 0 && (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		if (access(copy, F_OK) < 0)
			r = setup_record_add_directory(record, copy);
		*slash = '/';
	}
	return r;
}

/* Adds a file; one that a former run has put there is as it was before that. */
static int add_file(struct setup_plan *p, const char *path, const char *text, bool amended,
		    struct error *e)
{
	const struct setup_file *former = setup_record_file(p->former, path);
	bool kept =
		former ? former->kept : faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	char before[PATH_MAX];
	int r;

	put_beside(path, PUT_BEFORE, before);
	if (!former && access(before, F_OK) == 0)
		return error_set(e, STATUS_FAILED, -EEXIST,
				 "%s is in the way, and not of setup's making: move it", before);
	r = setup_record_add_file(p->record, path, text, kept, amended);
	if (r == 0)
		r = add_directories(p->record, path);
	return r < 0 ? error_sys(e, r, "cannot make a plan") : 0;
}

/*
 * ifupdown sets accept_ra itself: where it would be 1 after the next boot, with forwarding on and
 * so without the default route, its file is to say otherwise.
 */
static int add_amended(struct setup_plan *p, struct error *e)
{
	const struct setup_file *former = setup_record_file(p->former, p->manager.file);
	_free_ char *text = NULL;

	if (p->manager.kind != MANAGER_IFUPDOWN || !p->ra_default || !*p->manager.file)
		return 0;
	if (p->manager.accept_ra == 2 && former)
		return add_file(p, former->path, former->text, true, e);
	if (p->manager.accept_ra != 1)
		return 0;
	text = manager_amend(&p->manager, p->uplink.name);
	return text ? add_file(p, p->manager.file, text, true, e)
		    : error_sys(e, -EIO, "cannot read %s", p->manager.file);
}

/* What the former run did and this one does not is to be known until it has been taken back. */
static int add_former(struct setup_plan *p)
{
	const struct setup_record *former = p->former;
	int r = 0;

	for (size_t i = 0; former && r == 0 && i < former->file_count; i++)
		if (!setup_record_file(p->record, former->files[i].path))
			r = setup_record_add_file(p->record, former->files[i].path,
						  former->files[i].text, former->files[i].kept,
						  former->files[i].amended);
	return r;
}

/* @former: the text of the configuration that is there, or null */
static int add_files(struct setup_plan *p, const char *former, struct error *e)
{
	const struct permanent_pool pool = { (const char *const *)p->ranges,
					     (const char *const *)p->excludes,
					     p->range_count,
					     p->exclude_count,
					     p->wish->uplink,
					     p->routed };
	_free_ char *config = NULL, *sysctls = permanent_sysctls(&p->permanent);
	_free_ char *path = NULL, *network = NULL;
	int r = permanent_config(p->config_path, former, &pool, &p->engines, &config, e);

	if (r < 0)
		return r;
	r = sysctls ? permanent_network(&p->manager, &p->permanent.uplink, p->routed, &path,
					&network)
		    : -ENOMEM;
	if (r < 0)
		return error_sys(e, r, "cannot make a plan");
	r = add_file(p, PERMANENT_SYSCTLS, sysctls, false, e);
	if (r == 0 && network)
		r = add_file(p, path, network, false, e);
	if (r == 0)
		r = add_amended(p, e);
	/* last, as it is what the service waits for */
	if (r == 0)
		r = add_file(p, p->config_path, config, false, e);
	p->planned = p->record->file_count;
	if (r == 0 && add_former(p) < 0)
		r = error_set(e, STATUS_FAILED, -E2BIG,
			      "earlier runs have left too much: v6hook setup --undo first");
	return r;
}

/* Records what the settings are now, or were before a former run. */
static int add_values(struct setup_plan *p, struct error *e)
{
	struct sysctl_changes changes = { .tell = true };
	struct setup_record *record = p->record;
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->permanent.count; i++) {
		const struct host_setting *s = &p->permanent.list[i];

		r = sysctl_set(s->part, s->dev, s->name, s->value, &changes, e);
	}
	if (r < 0)
		return r;
	for (size_t i = 0; p->former && i < p->former->value_count; i++)
		record->values[record->value_count++] = p->former->values[i];
	for (size_t i = 0; r == 0 && i < changes.count; i++) {
		const struct sysctl_change *c = &changes.list[i];
		bool known = false;

		for (size_t k = 0; k < record->value_count; k++)
			known |= strcmp(record->values[k].part, c->part) == 0 &&
				 strcmp(record->values[k].dev, c->dev) == 0 &&
				 strcmp(record->values[k].name, c->name) == 0;
		if (!known)
			r = setup_record_add_value(record, c->part, c->dev, c->name, c->old);
	}
	return r < 0 ? error_sys(e, r, "cannot record the sysctls") : 0;
}

static void add_service(struct setup_plan *p)
{
	service_look(&p->service);
	p->record->service = p->service.systemd && p->service.installed;
	p->record->enabled = p->service.enabled;
	p->record->active = p->service.active;
	p->start = p->record->service && !(p->service.enabled && p->service.active);
	if (p->former && p->former->service) {
		p->record->service = true;
		p->record->enabled = p->former->enabled;
		p->record->active = p->former->active;
	}
}

/* The record tells of a path wherever it is read. Returns 0 or -errno. */
static int make_absolute(const char *path, char out[PATH_MAX])
{
	char here[PATH_MAX] = "";
	int n;

	if (*path != '/' && !getcwd(here, sizeof(here)))
		return -errno;
	n = snprintf(out, PATH_MAX, "%s%s%s", here, *here ? "/" : "", path);
	return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int op_setup_look(const char *config_path, const struct setup_wish *w, struct setup_plan **ret,
		  struct error *e)
{
	_setup_plan_ struct setup_plan *p = calloc(1, sizeof(*p));
	_nl_sock_ struct nl_sock *nl = NULL;
	_free_ char *former = NULL;
	struct uplink uplink;
	int r;

	if (!p || !(p->record = calloc(1, sizeof(*p->record))))
		return error_sys(e, -ENOMEM, "cannot make a plan");
	p->wish = w;
	r = make_absolute(config_path, p->config_path);
	if (r < 0)
		return error_sys(e, r, "cannot tell where %.200s is", config_path);
	r = setup_record_read(p->config_path, &p->former, e);
	if (r == 0 || r == -ENOENT)
		r = read_former(p, &former, e);
	if (r == 0)
		r = nl_open(&nl, e);
	if (r == 0)
		r = setup_find_range(nl, p, &uplink, e);
	if (r < 0)
		return r;
	p->ra_default = uplink.ra_default;
	engines_present(&p->engines);
	manager_find(uplink.ifindex, uplink.name, &p->manager);
	for (size_t i = 0; p->former && i < p->former->directory_count && r == 0; i++)
		r = setup_record_add_directory(p->record, p->former->directories[i]);
	if (r == 0)
		r = permanent_settings(nl, &uplink, p->routed, &p->permanent, e);
	if (r == 0)
		r = add_files(p, former, e);
	if (r == 0)
		r = add_values(p, e);
	if (r < 0)
		return r;
	add_service(p);
	*ret = steal_ptr(&p);
	return 0;
}
