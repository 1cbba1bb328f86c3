/* Fuzzes what the store reads back: a lease and an attachment; what is read is written as it was.
 */
#include "fuzz.h"

#include "base/cleanup.h"
#include "base/ident.h"
#include "base/json.h"
#include "base/text.h"
#include "store/lease_json.h"
#include "store/lease_list.h"

static void try_lease(const char *text, size_t len)
{
	struct lease lease, again;
	_free_ char *written = NULL;
	size_t written_len = 0;
	struct ident id;

	if (lease_decode(text, len, &lease) < 0)
		return;
	must(ident_from_text(lease.ident, &id) == 0);
	must(lease.created >= 0 && lease.freed >= 0);
	must(lease_encode(&lease, &written, &written_len) == 0);
	must(lease_decode(written, written_len, &again) == 0);
	must(strcmp(lease.ident, again.ident) == 0 && lease.pinned == again.pinned &&
	     lease.created == again.created && lease.freed == again.freed &&
	     memcmp(&lease.address, &again.address, sizeof(again.address)) == 0);
}

static void try_attachment(const char *text, size_t len)
{
	char ident[IDENT_TEXT_MAX], ident_again[IDENT_TEXT_MAX];
	struct attachment a, again;
	_free_ char *written = NULL;
	size_t written_len = 0;

	if (attachment_decode(text, len, ident, &a) < 0)
		return;
	must(a.pid >= 0);
	must(attachment_encode(ident, &a, &written, &written_len) == 0);
	must(attachment_decode(written, written_len, ident_again, &again) == 0);
	must(strcmp(ident, ident_again) == 0 && a.pid == again.pid && a.since == again.since &&
	     a.netns_inode == again.netns_inode && a.ended == again.ended &&
	     a.routed == again.routed && strcmp(a.bridge, again.bridge) == 0 &&
	     strcmp(a.error, again.error) == 0);
	attachment_is_live(&a, "0");
}

/* The same with the checksum that it must have, if it is JSON at all. */
static void try_summed(const char *text, size_t len)
{
	_free_ char *compact = NULL, *whole = NULL;
	_json_ json_t *json = NULL;
	struct error ignored;
	char sum[32];

	if (json_parse(text, len, &json, &ignored) < 0 || !json_is_object(json))
		return;
	json_object_del(json, "sum");
	compact = json_dumps(json, JSON_COMPACT);
	must(compact != NULL);
	snprintf(sum, sizeof(sum), "%016llx", (unsigned long long)text_hash(compact, 0));
	json_object_set_new(json, "sum", json_string(sum));
	whole = json_dumps(json, 0);
	must(whole != NULL);
	try_attachment(whole, strlen(whole));
}

/* Leases as import has read them, for export to write. */
static struct lease listed[8];
static int listed_count;

static int keep(const struct lease *lease, void *arg)
{
	struct ident id;

	(void)arg;
	must(ident_from_text(lease->ident, &id) == 0);
	if (listed_count < 8)
		listed[listed_count++] = *lease;
	return 0;
}

static int compare(const struct lease *lease, void *arg)
{
	int *at = arg;

	while (listed[*at].freed)
		++*at;
	must(strcmp(lease->ident, listed[*at].ident) == 0);
	must(strcmp(lease->host, listed[*at].host) == 0);
	must(memcmp(&lease->address, &listed[(*at)++].address, sizeof(lease->address)) == 0);
	return 0;
}

static int walk_listed(struct lease_store *s, int (*each)(const struct lease *lease, void *arg),
		       void *arg, struct error *e)
{
	int r = 0;

	(void)s, (void)e;
	for (int i = 0; r == 0 && i < listed_count; i++)
		r = each(&listed[i], arg);
	return r;
}

/* What export writes, import reads as it was. */
static void try_list(const char *text, size_t len)
{
	static const struct lease_store_ops ops = { .walk = walk_listed };
	struct lease_store store = { .ops = &ops };
	char *written = NULL;
	size_t written_len = 0;
	struct error e;
	FILE *out;
	int at = 0;

	listed_count = 0;
	if (lease_list_read(text, len, keep, NULL, &e) < 0) {
		must(listed_count == 0 && *e.text);
		return;
	}
	out = open_memstream(&written, &written_len);
	must(out && lease_list_write(&store, out, &e) == 0 && fclose(out) == 0);
	must(lease_list_read(written, written_len, compare, &at, &e) == 0);
	free(written);
}

/* Both say a checksum of themselves, which no fuzzer guesses: they are made of the input, too. */
static void try_made(const uint8_t *data, size_t size)
{
	struct lease lease = { 0 };
	struct attachment a = { .pid = (pid_t)size, .netns_inode = size, .ended = size & 1 };
	_free_ char *written = NULL, *name = fuzz_text(data, size < 200 ? size : 200);
	_free_ char *record = NULL;
	size_t len = 0;

	snprintf(lease.ident, sizeof(lease.ident), "lxc:%s", name);
	memcpy(&lease.address, data, size < 16 ? size : 16);
	lease.created = size;
	lease.pinned = size & 1;
	if (lease_encode(&lease, &written, &len) == 0)
		try_lease(written, len);
	snprintf(a.error, sizeof(a.error), "%s", name);
	if (attachment_encode(lease.ident, &a, &record, &len) == 0)
		try_attachment(record, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_free_ char *text = fuzz_text(data, size);

	try_list((const char *)data, size);
	try_lease(text, size);
	try_attachment(text, size);
	try_summed(text, size);
	try_made(data, size);
	return 0;
}
