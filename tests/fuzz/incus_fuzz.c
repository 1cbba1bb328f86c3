/* Fuzzes what Incus sends: the stream of events and its frames, the list, what it says of one
 * instance. */
#include "fuzz.h"

#include "base/note.h"
#include "engine/frames.h"
#include "engine/incus_name.h"
#include "fake_curl.h"
#include "runtime/engines.h"
#include "runtime/runtime.h"
#include "told.h"

static void on_note(enum note_level level, const char *text)
{
	(void)level;
	must(strlen(text) < 1024);
}

static void on_heard(enum runtime_event event, const struct instance *i, const char *old,
		     const char *why, void *arg)
{
	(void)arg;
	must(why && *why && !old);
	must((event == RUNTIME_LISTED) == (i == NULL));
	if (!i)
		return;
	must(strcmp(i->ident.runtime, "incus") == 0);
	must(incus_is_id(i->id) && incus_can_exist(i->ident.name));
	must(strlen(i->address) < sizeof(i->address));
	if (event != RUNTIME_RUNNING)
		return;
	must(i->pid > 0);
	must(i->enable == WISH_NONE || i->enable == WISH_YES);
	must(i->given_count <= 2 && i->published.word == EXPOSE_NONE && !*i->place);
}

struct frames {
	size_t count, bytes;
	uint64_t sum;
};

static void on_message(const char *text, size_t len, void *arg)
{
	struct frames *f = arg;

	f->count++;
	f->bytes += len;
	must(!text || text[len] == '\0');
	for (size_t i = 0; i < len; i++)
		f->sum = f->sum * 31 + (unsigned char)text[i];
}

/* Reads frames in pieces of so many bytes: they are the same in any. */
static int read_in(const char *data, size_t size, size_t piece, size_t most, struct frames *ret)
{
	struct engine_frames f = { .most = most, .text = malloc(most + 1) };
	int r = 0;

	must(f.text);
	for (size_t n; r == 0 && size > 0; data += n, size -= n) {
		n = piece < size ? piece : size;
		r = engine_frames_read(&f, data, n, on_message, ret);
		must(f.used <= most);
	}
	free(f.text);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* exists, and is never opened */
	static char socket[] = "/";
	static const struct config_engine engines[ENGINES] = {
		[ENGINE_INCUS] = { .which = ENGINE_INCUS,
				   .name = "incus",
				   .title = "Incus",
				   .socket = socket },
	};
	static const struct runtime_guard guard;
	const struct runtime_options o = { .engines = engines };
	const size_t most = size ? data[size - 1] : 0;
	struct frames whole = { 0 }, pieces = { 0 };
	char *text = fuzz_text(data, size);
	struct instance instance;
	struct error e;
	int count = 0;

	note_to(on_note);
	must(read_in(text, size, size ? size : 1, most, &whole) ==
	     read_in(text, size, size ? data[0] % 7 + 1 : 1, most, &pieces));
	must(memcmp(&whole, &pieces, sizeof(whole)) == 0);
	free(text);
	fake_curl(data, size);
	runtime_watch(&engines[ENGINE_INCUS], &guard, on_heard, on_refused, NULL, &e);
	fake_curl(data, size);
	if (runtime_incus.find(&runtime_incus, "name", &o, &instance, &e) < 0)
		must(strlen(e.text) < sizeof(e.text));
	fake_curl(data, size);
	runtime_incus.each_running(&runtime_incus, &o, on_each, &count, &e);
	return 0;
}
