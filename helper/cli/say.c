/* Errors and remarks, as lines on stderr; a hook's go to syslog, too. */
#include "cli/say.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/ident.h"
#include "base/note.h"
#include "base/text.h"
#include "cli/hook.h"
#include "cli/progress.h"

static bool detailed, in_syslog;

void say_details(void)
{
	detailed = true;
}

void say_in_syslog(void)
{
	in_syslog = true;
}

void say_apart(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	say_in_syslog();
}

void say(bool warning, const char *text)
{
	char line[ERROR_TEXT_MAX * 4 + 1];

	progress_clear();
	text_escape(text, line, sizeof(line));
	fprintf(stderr, "v6hook: %s%s\n", warning ? "warning: " : "", line);
	if (in_syslog)
		hook_log(warning, line);
}

static void say_note(enum note_level level, const char *text)
{
	if (level == NOTE_PROGRESS)
		progress_show(text);
	else if (level != NOTE_DETAIL || detailed)
		say(level >= NOTE_WARNING, text);
}

void say_begin(void)
{
	note_to(say_note);
}

void say_more(const struct request *q)
{
	char line[2 * IDENT_TEXT_MAX], shown[4 * sizeof(line)];

	if (in_syslog || q->lxcpath || !q->container || !isatty(STDERR_FILENO))
		return;
	snprintf(line, sizeof(line), "v6hook doctor %s%s%.300s says more",
		 q->runtime ? q->runtime : "", q->runtime ? ":" : "", q->container);
	fprintf(stderr, "%s\n", text_escape(line, shown, sizeof(shown)));
}

enum status say_printed(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return STATUS_DONE;
	say(false, "cannot write the output");
	return STATUS_FAILED;
}
