/*
 * Shows something again whenever it has changed, until the user has seen enough.
 *
 * Theory of operation: the store tells when anybody changes it; what the kernel or an engine
 * changes tells nothing to this process, so that it looks every few seconds as well. What is shown
 * is made whole first, and written only if it is another text than the last one.
 */
#include "cli/live.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/terminal.h"
#include "known/context.h"

#define LOOK_MS 3000
#define SETTLE_MS 200 /* one change is several of the store's */

#define CLEAR "\033[H\033[J" /* ECMA-48: CUP, ED */

static void on_change(const struct lease_change *c, void *arg)
{
	(void)c, (void)arg;
}

/* What there is to be shown, to be freed, or null without memory. @ret: as show returns */
static char *render(live_show show, void *arg, int *ret, struct error *e)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	*ret = show(out, arg, e);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* Writes as many lines as there is room for. */
static void write_page(const char *text)
{
	unsigned int room = terminal_rows(stdout);
	const char *end = text;

	for (unsigned int n = 1; *end && n < room; n++)
		end = strchr(end, '\n') ? strchr(end, '\n') + 1 : end + strlen(end);
	printf(CLEAR "%.*s", (int)(end - text), text);
}

/* Opens a store to listen to. Without one everything is only looked at now and then. */
static int listen_to(struct context *c, const char *config_path)
{
	struct error ignored;
	int fd = -1;

	if (context_open(config_path, false, c, &ignored) < 0 ||
	    c->store->ops->listen(c->store, &fd, &ignored) < 0)
		return -1;
	return fd;
}

/* Waits until it is time to look again. */
static void await(struct context *c, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, fd >= 0, LOOK_MS) <= 0)
		return;
	usleep(SETTLE_MS * 1000);
	c->store->ops->heard(c->store, on_change, NULL);
}

int live_run(live_show show, void *arg, const char *config_path, struct error *e)
{
	_context_ struct context c = { 0 };
	const int fd = listen_to(&c, config_path);
	_free_ char *last = NULL;

	while (true) {
		int r = 0;
		_free_ char *text = render(show, arg, &r, e);

		if (!text)
			return error_sys(e, -ENOMEM, "cannot show it");
		/* what could be shown all the same */
		if (r < 0 && !last) {
			fputs(text, stdout);
			return r;
		}
		if (r == 0 && (!last || strcmp(last, text) != 0)) {
			if (terminal_is(stdout))
				write_page(text);
			else
				printf("%s%s", last ? "\n" : "", text);
			free(last);
			last = steal_ptr(&text);
		}
		if (fflush(stdout) != 0)
			return error_sys(e, -EIO, "cannot write the output");
		await(&c, fd);
	}
}
