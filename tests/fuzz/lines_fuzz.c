/* Fuzzes what doctor reads of others' configuration: two files of one directory, as sysctl.d has
 * them. */
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "doctor/lines.h"

static char dir[] = "/dev/shm/v6hook-lines-XXXXXX";

static void end(void)
{
	char path[64];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%d.conf", dir, i);
		unlink(path);
	}
	rmdir(dir);
}

/* Every line has a key without blanks around it, in the file it is said to be of. */
static void on_line(const struct line *l, void *arg)
{
	(void)arg;
	must(l->number > 0);
	must(strncmp(l->path, dir, strlen(dir)) == 0);
	must(!strchr(l->key, '=') && !strchr(l->key, '\n') && !strchr(l->value, '\n'));
	must(*l->key != '#' && *l->key != ';' && *l->key != ' ');
	must(strlen(l->section) < 64);
}

static void on_file(const char *path, void *arg)
{
	(void)arg;
	lines_read(path, on_line, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool made;
	char path[64];

	if (!made)
		must(mkdtemp(dir) != NULL && atexit(end) == 0);
	made = true;
	for (int i = 0; i < 2; i++) {
		const size_t half = size / 2, len = i ? size - half : half;
		_close_ int fd = -1;

		snprintf(path, sizeof(path), "%s/%d.conf", dir, i);
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		must(fd >= 0 && write(fd, data + (i ? half : 0), len) == (ssize_t)len);
	}
	lines_files((const char *const[]){ dir, "/nowhere", NULL }, ".conf", on_file, NULL);
	lines_read("/nowhere", on_line, NULL);
	return 0;
}
