/* Fuzzes what Docker sends: the stream of events, the list, what it says of one container. */
#include "fuzz.h"

#include <ctype.h>

#include "base/note.h"
#include "engine/docker_place.h"
#include "fake_curl.h"
#include "runtime/engines.h"
#include "runtime/runtime.h"
#include "told.h"

/* Reads every byte of a text, for the sanitizers to see them. */
static void read_text(const char *text, size_t most)
{
	must(strlen(text) < most);
}

static void on_note(enum note_level level, const char *text)
{
	(void)level;
	read_text(text, 1024);
}

static void on_heard(enum runtime_event event, const struct instance *i, const char *old,
		     const char *why, void *arg)
{
	char labels[512];

	(void)arg;
	must(why && *why);
	must((event == RUNTIME_LISTED) == (i == NULL));
	/* a rename may come without the former name (Podman), nothing else comes with one */
	must(!old || event == RUNTIME_RENAMED);
	if (old)
		read_text(old, 256);
	if (!i)
		return;
	read_text(i->id, sizeof(i->id));
	read_text(i->ident.name, sizeof(i->ident.name));
	read_text(i->address, sizeof(i->address));
	must(strcmp(i->ident.runtime, "docker") == 0);
	if (event != RUNTIME_RUNNING)
		return;
	must(i->pid > 0);
	must(isalnum((unsigned char)*i->ident.name) && !strchr(i->ident.name, '/'));
	must(i->enable >= WISH_NONE && i->enable <= WISH_NO);
	read_text(i->place, sizeof(i->place));
	must(!*i->place || docker_place_labels(i->place, labels, sizeof(labels)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* exists, and is never opened */
	static char socket[] = "/";
	static const struct config_engine engines[ENGINES] = {
		{ .which = ENGINE_DOCKER, .name = "docker", .title = "Docker", .socket = socket },
	};
	static const struct runtime_guard guard;
	const struct runtime_options o = { .engines = engines };
	struct instance instance;
	struct error e;
	int count = 0;

	note_to(on_note);
	fake_curl(data, size);
	runtime_watch(&engines[ENGINE_DOCKER], &guard, on_heard, on_refused, NULL, &e);
	fake_curl(data, size);
	if (runtime_docker.find(&runtime_docker, "name", &o, &instance, &e) < 0)
		read_text(e.text, sizeof(e.text));
	fake_curl(data, size);
	runtime_docker.each_running(&runtime_docker, &o, on_each, &count, &e);
	return 0;
}
