/* Fuzzes where a member of an object is found in JSON text: where the text is JSON, there it is. */
#include "fuzz.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/member.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_free_ char *text = fuzz_text(data, size);
	_json_ json_t *tree = NULL, *value = NULL;
	struct member m;
	struct error e;
	bool found = member_find(text, "k", &m);

	if (found)
		must(text < m.from && m.from <= m.value && m.value <= m.end &&
		     m.end <= text + strlen(text));
	/* keys are compared as they are written */
	if (strchr(text, '\\') || json_parse(text, size, &tree, &e) < 0 || !json_is_object(tree) ||
	    text[strspn(text, " \t\r\n")] != '{')
		return 0;
	must(found == !!json_object_get(tree, "k"));
	if (found) {
		must(json_parse(m.value, (size_t)(m.end - m.value), &value, &e) == 0);
		must(json_equal(value, json_object_get(tree, "k")));
	}
	return 0;
}
