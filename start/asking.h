/* How the programs that run in or around a container ask the service; without any library. */
#ifndef V6HOOK_ASKING_H
#define V6HOOK_ASKING_H

#include "base/ask.h"

/*
 * Asks, and waits for the answer.
 * @fds: a network namespace and a pidfd, for a verb that wants them; or null
 * @wait_ms: for all of it together; 0: ASK_WAIT_S
 * @answer: what the answer is read into, if there is any
 * Returns null when it is done, or what is to be said, which may lie in the answer.
 */
const char *asking(const char *socket, const struct ask *ask, const int *fds, unsigned int wait_ms,
		   struct ask_answer *answer);

/*
 * Reads seconds as they are written down: digits alone, with no sign, blank or leading zero.
 * Returns them, or 0 for what is none, or more than most.
 */
unsigned int asking_seconds(const char *text, unsigned int most);

/* Writes "PROGRAM: TEXT" on stderr, in one line. */
void asking_say(const char *program, const char *text);

#endif
