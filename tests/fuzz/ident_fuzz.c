/* Fuzzes a container's name as it is typed, and as a lease's key: one is the other's way back. */
#include "fuzz.h"

#include "base/cleanup.h"
#include "base/ident.h"
#include "base/text.h"
#include "base/user.h"
#include "runtime/engines.h"

/* What was read is written and read again as the same. */
static void there_and_back(const struct ident *id)
{
	char text[IDENT_TEXT_MAX], shown[IDENT_TEXT_MAX + USER_NAME_MAX];
	struct ident again;

	must(strlen(id->name) > 0 && !strchr(id->name, '/') &&
	     text_is_utf8(id->name, strlen(id->name)));
	must(strcmp(id->name, ".") != 0 && strcmp(id->name, "..") != 0);
	must(strstr(ident_shown(id, shown, sizeof(shown)), id->name));
	must(strlen(ident_container(id, text)) > strlen(id->name));
	ident_text(id, text);
	must(ident_from_text(text, &again) == 0);
	must(strcmp(id->runtime, again.runtime) == 0 && strcmp(id->name, again.name) == 0 &&
	     strcmp(id->path, again.path) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_free_ char *text = fuzz_text(data, size);
	char path[4096];
	struct ident id;
	struct error e;

	if (ident_parse(text, runtime_names, &id, &e) < 0) {
		must(e.status == STATUS_USAGE && *e.text);
	} else {
		/* a key says whose it is; a name typed may leave that open */
		if (!*id.runtime)
			snprintf(id.runtime, sizeof(id.runtime), "lxc");
		there_and_back(&id);
	}
	if (ident_from_text(text, &id) == 0)
		there_and_back(&id);
	if (ident_from_key(text, &id) == 0)
		there_and_back(&id);
	runtime_lxc_path(text, 0, path, sizeof(path), &e);
	return 0;
}
