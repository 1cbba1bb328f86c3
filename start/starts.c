/* What the command line of an OCI runtime says, as far as it is that of a start. */
#include "starts.h"

#include <stddef.h>
#include <string.h>

/* The global options of runc (main.go, 1.0 to 1.4) and crun (crun.c, 1.8 to 1.20). */
static const struct {
	const char *name;
	int value; /* whether one follows */
} options[] = {
	{ "root", 1 },		 { "log", 1 },	 { "log-format", 1 },
	{ "log-level", 1 },	 { "criu", 1 },	 { "rootless", 1 },
	{ "cgroup-manager", 1 }, { "debug", 0 }, { "no-pivot", 0 },
	{ "systemd-cgroup", 0 },
};

/*
 * Takes one global option. Returns how many arguments it is, or 0 if it is not known.
 * @args: it, and what follows it; @value: takes the value, @name: the name, without its dashes
 */
static int take_option(char *const *args, const char **name, const char **value)
{
	/* runc takes one dash for two, as Go's flag does */
	const char *word = args[0] + (args[0][1] == '-' ? 2 : 1);
	const size_t len = strcspn(word, "=");

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		if (strlen(options[i].name) != len || memcmp(word, options[i].name, len) != 0)
			continue;
		*name = options[i].name;
		*value = word[len] ? word + len + 1 : options[i].value ? args[1] : "";
		return !*value ? 0 : word[len] || !options[i].value ? 1 : 2;
	}
	return 0;
}

void starts_read(char *const *args, struct starts *ret)
{
	const char *name, *value, *format = "";

	*ret = (struct starts){ .id = NULL };
	while (*args && **args == '-') {
		int n = take_option(args, &name, &value);

		if (n == 0)
			return;
		if (strcmp(name, "root") == 0)
			ret->root = value;
		if (strcmp(name, "log") == 0)
			ret->log = value;
		if (strcmp(name, "log-format") == 0)
			format = value;
		args += n;
	}
	if (strcmp(format, "json") != 0)
		ret->log = NULL;
	if (!*args || strcmp(*args++, "start") != 0)
		return;
	if (*args && strcmp(*args, "--") == 0)
		args++;
	/* start has no options but --help */
	if (*args && **args && **args != '-' && !args[1])
		ret->id = *args;
}
