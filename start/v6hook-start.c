/*
 * What asks the service for the address of the container that it is in, while that starts: run by
 * LXC's mount hook, by an OCI hook that CDI or Podman's hooks.d name.
 *
 * A program of its own, linked statically and without anything of v6hook's but the layout of the
 * messages: it costs next to nothing, and it needs nothing, neither a file in the container nor a
 * right. It says nothing of who it is, as the service knows that from the kernel. It ends with 0
 * whatever comes of it, as a container starts without an address rather than not at all; what went
 * wrong is in the engine's log and in the service's journal.
 *
 *	v6hook-start [--required] [--wait SECONDS] [SOCKET]
 *	v6hook-start --place [SOCKET]
 *
 * With --required it ends with 1 when there is no address, which keeps the container from starting.
 * With --place it asks nothing: it puts itself and the socket into a container that is being made,
 * to be run there later, or ends with 1.
 */
#include <string.h>

#include "asking.h"
#include "placing.h"

#define WAIT_MOST_S 3600

int main(int argc, char **argv)
{
	static const struct ask ask = { .magic = ASK_MAGIC, .verb = ASK_OWN };
	const char *socket = ASK_SOCKET, *problem;
	struct ask_answer answer;
	int required = 0, place = 0;
	unsigned int wait_s = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--required") == 0)
			required = 1;
		else if (strcmp(argv[i], "--place") == 0)
			place = 1;
		else if (strcmp(argv[i], "--wait") == 0 && i + 1 < argc)
			wait_s = asking_seconds(argv[++i], WAIT_MOST_S);
		else
			socket = argv[i];
	}
	if (place) {
		problem = placing(socket);
		if (problem)
			asking_say("v6hook-start", problem);
		return problem != NULL;
	}
	problem = asking(socket, &ask, NULL, wait_s * 1000, &answer);
	if (problem)
		asking_say("v6hook-start", problem);
	return problem ? required : 0;
}
