/*
 * Runs an administrator's program as an ordinary user, for a while at most.
 *
 * Theory of operation: another program of the system's makes it that user's and gives up all
 * rights. setpriv(1) does where this process may; in the service's unit no process may, nor reach a
 * network, and there systemd-run(1) has the manager run it as a unit of its own.
 */
#include "watch/run.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/passwd.h"
#include "base/program.h"
#include "base/user.h"

#define SYSTEMD "/run/systemd/system" /* sd_booted(3) */
#define SYSTEMD_WAIT_S 10	      /* that systemd itself may take besides */
#define TEXT_MOST 64

/* As whom it is run. */
struct runner {
	uid_t uid;
	gid_t gid;
	bool direct; /* else systemd runs it */
};

/* A command line in the making. */
struct words {
	const char **list;
	size_t count;
	char texts[3][TEXT_MOST];
};

static void words_release(struct words *w)
{
	free(w->list);
}

static int find_runner(const struct config_command *command, struct runner *ret, struct error *e)
{
	char buffer[PASSWD_MAX];
	struct passwd entry;

	if (user_find(command->user, &ret->uid) < 0)
		return error_set(e, STATUS_FAILED, -ENOENT,
				 "on_change.user: there is no user '%.64s' here", command->user);
	if (ret->uid == 0)
		return error_set(e, STATUS_FAILED, -EPERM,
				 "on_change.user: '%.64s' is root: name an ordinary user",
				 command->user);
	ret->gid = passwd_by_uid(ret->uid, &entry, buffer, sizeof(buffer)) ? entry.pw_gid
									   : (gid_t)ret->uid;
	/* what needs the same right is tried: this process has no use for its groups */
	ret->direct = setgroups(0, NULL) == 0;
	if (!ret->direct && access(SYSTEMD, F_OK) < 0)
		return error_set(e, STATUS_FAILED, -EPERM,
				 "on_change: this process may not become another user: give it "
				 "CAP_SETUID and CAP_SETGID");
	return 0;
}

static void put(struct words *w, const char *const *list, size_t count)
{
	memcpy(w->list + w->count, list, count * sizeof(*list));
	w->count += count;
}

/* Puts the words together. Returns 0 or -ENOMEM. */
static int put_words(const struct config_command *command, const struct runner *runner,
		     const char *const *environment, struct words *w)
{
	static const char *const direct[] = { "setpriv", "--clear-groups", "--no-new-privs",
					      "--inh-caps=-all", "--pdeathsig=KILL" };
	static const char *const by_systemd[] = { "systemd-run",
						  "--quiet",
						  "--wait",
						  "--collect",
						  "--service-type=exec",
						  "--description=on_change of v6hook",
						  "--property=NoNewPrivileges=yes" };
	size_t count = 0;

	while (environment[count])
		count++;
	w->list = calloc(ARRAY_SIZE(by_systemd) + ARRAY_SIZE(w->texts) + 2 * count +
				 command->run.count + 2,
			 sizeof(*w->list));
	if (!w->list)
		return -ENOMEM;
	if (runner->direct)
		put(w, direct, ARRAY_SIZE(direct));
	else
		put(w, by_systemd, ARRAY_SIZE(by_systemd));
	snprintf(w->texts[0], TEXT_MOST, "--%suid=%u", runner->direct ? "re" : "", runner->uid);
	snprintf(w->texts[1], TEXT_MOST, "--%sgid=%u", runner->direct ? "re" : "", runner->gid);
	snprintf(w->texts[2], TEXT_MOST, "--property=RuntimeMaxSec=%d", RUN_MOST_S);
	for (size_t i = 0; i < (runner->direct ? 2 : ARRAY_SIZE(w->texts)); i++)
		w->list[w->count++] = w->texts[i];
	for (size_t i = 0; !runner->direct && i < count; i++) {
		w->list[w->count++] = "-E";
		w->list[w->count++] = environment[i];
	}
	w->list[w->count++] = "--";
	put(w, (const char *const *)command->run.list, command->run.count);
	return 0;
}

int run_command(const struct config_command *command, const char *const *environment,
		struct error *e)
{
	CLEANUP(words_release) struct words words = { 0 };
	struct runner runner;
	int r = find_runner(command, &runner, e);

	if (r < 0)
		return r;
	if (put_words(command, &runner, environment, &words) < 0)
		return error_sys(e, -ENOMEM, "on_change");
	if (runner.direct)
		r = program_run_in(words.list, environment, RUN_MOST_S * 1000, e);
	else
		r = program_run(words.list, (RUN_MOST_S + SYSTEMD_WAIT_S) * 1000, e);
	return r < 0 ? error_prefix(e, r, "%.300s", command->run.list[0]) : 0;
}
