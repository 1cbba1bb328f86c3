/* Opens connections to an engine for a process that must not, and hands it the answers alone. */
#ifndef V6HOOK_ENGINE_RELAY_H
#define V6HOOK_ENGINE_RELAY_H

#include <stdbool.h>

#include "engine/path.h"

/*
 * Connects to the engine's socket and asks for one thing; for INCUS_EVENTS, to be a WebSocket.
 * @minor: of HTTP's version: after 1.0 the answer is one piece, ended by the end of the connection
 * Returns a non-blocking descriptor from which the answer can be read, or -errno.
 */
int engine_dial(const char *path, enum engine_what what, const char *which, int minor);

/*
 * Serves one reader until it closes its end of control. What it may ask for are the events, the
 * list, one container by its whole ID (an instance of Incus's by name) and one image by its ID.
 * @control: one end of a SOCK_SEQPACKET pair
 * @beside: a descriptor whose other end's close ends it, too
 */
void engine_relay_run(const char *path, int control, int beside);

/*
 * Answers one request of a reader that lives for one question, by a connection on which that is
 * asked, and which the engine ends with the answer (HTTP/1.0). Returns whether there was one.
 */
bool engine_relay_once(const char *path, int control);

/*
 * Asks a relay for a stream. Waits for the relay alone, never for the engine.
 * @relay: the reader's end of control
 * Returns a non-blocking descriptor: the answer as HTTP/1.1, whatever is written to it; or -errno,
 * as connect(2) to the engine's socket gives it.
 */
int engine_relay_open(int relay, enum engine_what what, const char *which);

#endif
