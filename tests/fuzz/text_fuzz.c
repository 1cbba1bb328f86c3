/* Fuzzes what text from outside goes through: shown, made a file's name, read as JSON or a time. */
#include "fuzz.h"

#include <arpa/inet.h>

#include "base/cleanup.h"
#include "base/hostname.h"
#include "base/json.h"
#include "base/text.h"

static void try_escape(const char *text, size_t size)
{
	_free_ char *out = malloc(size);

	if (!out)
		return;
	must(text_escape(text, out, size) == out);
	must(strlen(out) < size);
	for (const char *p = out; *p; p++)
		must((unsigned char)*p >= ' ' && *p != 0x7f);
	must(text_is_utf8(out, strlen(out)));
}

/* Any text is written so that it is read back, as far as it is UTF-8 unchanged. */
static void try_json(const char *text)
{
	_json_ json_t *object = json_object();
	const char *back;

	json_put_text(&object, "a", text);
	json_put_text(&object, "none", NULL);
	back = json_text(object, "a");
	must(back && text_is_utf8(back, strlen(back)));
	must(!text_is_utf8(text, strlen(text)) || strcmp(back, text) == 0);
}

/* An address of any bytes is read back as it was. */
static void try_address(const uint8_t *data, size_t size)
{
	struct in6_addr address = { 0 }, back;
	char text[INET6_ADDRSTRLEN], joined[8];

	memcpy(&address, data, size < sizeof(address) ? size : sizeof(address));
	must(inet_pton(AF_INET6, text_address(&address, text), &back) == 1);
	must(memcmp(&address, &back, sizeof(back)) == 0);
	text_join(text, ".json", joined, sizeof(joined));
	must(strlen(joined) == sizeof(joined) - 1);
}

/* What is read as a host's name is one, in lower case, and is read again as it is. */
static void try_hostname(const char *text)
{
	char name[HOSTNAME_MAX], again[HOSTNAME_MAX], below[2 * HOSTNAME_MAX];

	if (!hostname_read(text, name))
		return;
	must(strlen(name) < HOSTNAME_MAX && strlen(name) == strlen(text));
	must(!name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.")]);
	must(hostname_read(name, again) && strcmp(name, again) == 0);
	snprintf(below, sizeof(below), "a.%s", name);
	must(hostname_is_below(below, name) && !hostname_is_below(name, name));
	must(hostname_is_own(name, NULL, name) && hostname_is_own(below, name, "a"));
	must(!hostname_is_own(below, name, "b") || hostname_is_below(below, "localhost"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_free_ char *text = fuzz_text(data, size);
	_json_ json_t *json = NULL;
	char name[256], when[32];
	struct error e;
	int64_t seconds;

	text_is_utf8(text, size);
	try_escape(text, 4 * size + 1);
	try_address(data, size);
	try_hostname(text);
	try_json(text);
	try_escape(text, size % 64 + 1);
	text_to_filename(text, name, sizeof(name));
	must(strlen(name) <= 200 && !strchr(name, '/') && *name != '.');
	must(text_hash(text, 0) == text_hash(text, 0));
	seconds = text_parse_time(text);
	if (seconds >= 0)
		must(text_parse_time(text_time(seconds, when, sizeof(when))) == seconds);
	if (json_parse(text, size, &json, &e) < 0) {
		must(!json && e.status == STATUS_USAGE && *e.text);
		return 0;
	}
	must(text_is_utf8(text, size));
	json_text(json, "a");
	json_whole(json_object_get(json, "a"), 0, 10, &seconds);
	return 0;
}
