/* What dockerd is started with: as it runs, or as its init would be told. */
#include "disk/dockerd.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

#define PID_FILE "/var/run/docker.pid"
#define TEXT_MAX (1024 * 1024)

/* systemd.unit(5), "unit file load path"; what OpenRC and sysvinit source. */
static const char *const places[] = {
	"/etc/systemd/system/docker.service",
	"/etc/systemd/system/docker.service.d/*.conf",
	"/run/systemd/system/docker.service",
	"/run/systemd/system/docker.service.d/*.conf",
	"/usr/local/lib/systemd/system/docker.service",
	"/usr/local/lib/systemd/system/docker.service.d/*.conf",
	"/usr/lib/systemd/system/docker.service",
	"/usr/lib/systemd/system/docker.service.d/*.conf",
	"/etc/default/docker",
	"/etc/conf.d/docker",
};

char *dockerd_options(void)
{
	_free_ char *text = NULL, *line = NULL;
	char path[64];
	size_t len;

	if (file_read(AT_FDCWD, PID_FILE, 32, &text, &len) < 0)
		return NULL;
	snprintf(path, sizeof(path), "/proc/%d/cmdline", atoi(text));
	if (file_read(AT_FDCWD, path, TEXT_MAX, &line, &len) < 0 || !len || line[len - 1])
		return NULL;
	return steal_ptr(&line);
}

/* Adds the words of a text, but for its comments. Returns whether there was memory. */
static bool add_words(char **words, size_t *len, const char *text)
{
	static const char between[] = " \t\r\n\"'\\";
	/* no word becomes more than two */
	char *larger = realloc(*words, *len + 2 * strlen(text) + 2);

	if (!larger)
		return false;
	*words = larger;
	for (const char *at = text; *at;) {
		size_t n = strcspn(at, between);
		/* a variable's value may be an option: DOCKER_OPTS=--data-root=/srv */
		const char *option = *at == '-' ? NULL : strstr(at, "=-");

		if (option && option < at + n)
			n = (size_t)(option + 1 - at);
		if ((at == text || at[-1] == '\n') && (*at == '#' || *at == ';')) {
			at += strcspn(at, "\n");
			continue;
		}
		if (n) {
			memcpy(larger + *len, at, n);
			larger[*len + n] = '\0';
			*len += n + 1;
		}
		at += n;
		at += strchr(between, *at) && *at;
	}
	larger[*len] = '\0';
	return true;
}

char *dockerd_words(void)
{
	_free_ char *words = calloc(1, 1);
	size_t len = 0;

	for (size_t i = 0; words && i < ARRAY_SIZE(places); i++) {
		glob_t found = { 0 };

		if (glob(places[i], 0, NULL, &found) == 0)
			for (size_t k = 0; k < found.gl_pathc; k++) {
				_free_ char *text = NULL;
				size_t ignored;

				if (file_read(AT_FDCWD, found.gl_pathv[k], TEXT_MAX, &text,
					      &ignored) == 0 &&
				    !add_words(&words, &len, text))
					cleanup_free(&words);
			}
		globfree(&found);
	}
	return steal_ptr(&words);
}

bool dockerd_option(const char *word, const char *name, const char **ret)
{
	size_t len = strlen(name);

	if (strncmp(word, name, len) != 0 || (word[len] && word[len] != '='))
		return false;
	*ret = word + len + 1;
	return true;
}
