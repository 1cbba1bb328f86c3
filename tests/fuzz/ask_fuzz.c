/* Fuzzes what the service checks of a request, and reads of the name of a monitor's socket. */
#include "fuzz.h"

#include "base/text.h"
#include "runtime/lxc_socket.h"
#include "watch/asked.h"

/* Whether a request that passed is what its verb demands. */
static void check_request(const struct ask *a, int descriptors)
{
	bool named = a->verb == ASK_ATTACH || a->verb == ASK_DETACH || a->verb == ASK_RELEASE ||
		     a->verb == ASK_ENDED;

	must(a->magic == ASK_MAGIC);
	must(named || a->verb == ASK_OWN);
	must(descriptors == (a->verb == ASK_ATTACH ? 2 : 0));
	must(memchr(a->name, '\0', sizeof(a->name)) && memchr(a->path, '\0', sizeof(a->path)));
	must(named == (*a->name != '\0'));
	must(named || !*a->path);
	must(text_is_utf8(a->name, strlen(a->name)) && text_is_utf8(a->path, strlen(a->path)));
}

/* Whether a name that was taken apart is the former one again. */
static void check_name(const char *text)
{
	char *copy = strdup(text), *again = malloc(strlen(text) + 1);
	const char *name;

	if (!copy || !again)
		abort();
	name = lxc_socket_read(copy);
	if (name) {
		must(*name && !strchr(name, '/') && strlen(name) <= 255);
		must(snprintf(again, strlen(text) + 1, "%s/%s/command", copy, name) ==
		     (int)strlen(text));
		must(strcmp(again, text) == 0);
	}
	free(copy);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ask *a = calloc(1, sizeof(*a));
	char *text = fuzz_text(data, size);
	int descriptors = size > 0 ? data[size - 1] % 4 : 0;

	if (!a)
		abort();
	memcpy(a, data, size < sizeof(*a) ? size : sizeof(*a));
	/* of whatever length it was, it is no request if that is another one */
	must(size == sizeof(*a) || ask_check(a, size, descriptors) < 0);
	/* or the fuzzer would look for these bytes alone */
	if (size > 8) {
		a->magic = ASK_MAGIC;
		a->verb %= 7;
	}
	if (ask_check(a, sizeof(*a), descriptors) == 0)
		check_request(a, descriptors);
	check_name(text);
	free(text);
	free(a);
	return 0;
}
