/* Fuzzes what the applier checks of a record from a parser that may be anybody's by now. */
#include "fuzz.h"

#include <unistd.h>

#include "engine/incus_name.h"
#include "watch/record.h"

/* Whether a text ends within its field, and holds nothing that is not in a Docker name. */
static int is_plain(const char *text, size_t size)
{
	must(memchr(text, '\0', size));
	return text[strspn(text,
			   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")] ==
	       '\0';
}

/* Our own process is of a container whose ID is a whole part of our cgroup's path, or follows a
 * dash. */
static void check_own(const uint8_t *data, size_t size)
{
	static char groups[65536];
	static size_t len;
	struct record r = { .pid = getpid() };
	uint64_t started;
	const char *at;
	FILE *f;

	if (!len) {
		f = fopen("/proc/self/cgroup", "re");
		must(f);
		len = fread(groups, 1, sizeof(groups) - 1, f);
		fclose(f);
	}
	if (size < 2 || len < 2)
		return;
	at = groups + data[0] * len / 256;
	snprintf(r.id, sizeof(r.id), "%.*s", data[1] % 79, at);
	if (record_check_pid(&r, NULL, &started) == 0)
		must(*r.id && strstr(groups, r.id));
}

/* Nor does a text that is not in it name anybody; the outermost ID of each line is the same. */
static void check_group(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	char id[65] = "";
	bool podman = false;

	if (record_group_id(text, id, &podman)) {
		must(strlen(id) == 64 && strspn(id, "0123456789abcdef") == 64);
		must(strstr(text, id) && record_in_group(text, id));
		must(!podman || strstr(text, "libpod-"));
	}
	free(text);
}

/* What was taken from a record is written down as it came. */
static void check_filled(const struct record *r)
{
	struct instance i = { .pid = r->pid, .enable = r->wish, .has_mac = r->has_mac };
	struct record *again = calloc(1, sizeof(*again));

	must(again);
	snprintf(i.id, sizeof(i.id), "%s", r->id);
	snprintf(i.ident.name, sizeof(i.ident.name), "%s", r->name);
	snprintf(i.place, sizeof(i.place), "%s", r->place);
	record_fill(again, &i);
	must(again->pid == r->pid && again->wish == r->wish && strcmp(again->id, r->id) == 0);
	must(strcmp(again->name, r->name) == 0 && strcmp(again->place, r->place) == 0);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char socket[] = "/dev/null";
	static const struct config_engine engine = { .which = ENGINE_INCUS, .socket = socket };
	struct record *r = calloc(1, sizeof(*r));
	char name[HOSTNAME_MAX];
	uint64_t started;

	if (!r)
		return 0;
	memcpy(r, data, size < sizeof(*r) ? size : sizeof(*r));
	/* or the fuzzer would look for these four bytes alone */
	if (size > 0 && data[size - 1] & 1)
		r->magic = RECORD_MAGIC;
	if (record_check(r) == 0) {
		must(r->magic == RECORD_MAGIC);
		must(r->kind >= RECORD_RUNNING && r->kind <= RECORD_NOTE);
		must(is_plain(r->id, sizeof(r->id)) && is_plain(r->name, sizeof(r->name)) &&
		     is_plain(r->old_name, sizeof(r->old_name)));
		must(r->kind != RECORD_RUNNING || r->pid > 0);
		is_plain(r->address, sizeof(r->address));
		is_plain(r->why, sizeof(r->why));
		is_plain(r->place, sizeof(r->place));
		must(!*r->hostname || (is_plain(r->hostname, sizeof(r->hostname)) &&
				       hostname_read(r->hostname, name)));
		must(r->engine != ENGINE_INCUS || r->kind > RECORD_RENAMED ||
		     incus_can_exist(r->name));
		record_check_pid(r, &engine, &started);
		check_filled(r);
	}
	check_own(data, size);
	check_group(data, size);
	free(r);
	return 0;
}
