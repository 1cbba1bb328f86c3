/*
 * What is said on the service's socket: one message each way on a SOCK_SEQPACKET connection.
 *
 * Who asks is told by the kernel (SO_PEERCRED, SO_PEERPIDFD, SIOCGSKNS), never by the message. Both
 * ends are on one machine: numbers are in its own byte order.
 */
#ifndef V6HOOK_ASK_H
#define V6HOOK_ASK_H

#include <stdint.h>

#define ASK_MAGIC 0x76366100u /* "v6a", and the layout's number */
#define ASK_WAIT_S 10	      /* for the answer; the service itself takes half of it at most */
#define ASK_DESCRIPTORS 2     /* with what asks for an attach: the namespace and the process */
#define ASK_SOCKET "/run/v6hook/v6hook.sock" /* the default of "socket": v6hook.json(5) */

enum ask_verb {
	/*
	 * Of a container on the host: attach it. With two descriptors (SCM_RIGHTS): its network
	 * namespace, and a pidfd of its first process.
	 */
	ASK_ATTACH = 1,
	/* Detach it; ASK_RELEASE gives the lease up, too. Without descriptors. */
	ASK_DETACH,
	ASK_RELEASE,
	/* From within a container: attach the one that I am in. Without descriptors or names. */
	ASK_OWN,
	/* As ASK_DETACH, of one that has stopped, as its hook tells: not if another runs now. */
	ASK_ENDED,
	/*
	 * Of a container whose engine is starting it, on the host by root: attach it. The name is
	 * the engine's ID of it; with two descriptors, as for ASK_ATTACH. One that is to have no
	 * address is answered like one that has it, by no text.
	 */
	ASK_STARTING,
};

struct ask {
	uint32_t magic;
	uint32_t verb;	 /* enum ask_verb */
	char name[256];	 /* the container's, ended by a zero byte; and so the next */
	char path[1024]; /* the LXC path it is in */
};

struct ask_answer {
	uint32_t magic;
	uint32_t status; /* an exit status of v6hook: 0 done */
	char text[188];	 /* the address, or why there is none; ended by a zero byte */
};

/*
 * Sends the request, in one message. @fds: ASK_DESCRIPTORS of them for a verb that wants them, or
 * null. Returns 0 or -errno, without a message.
 */
int ask_send(int fd, const struct ask *ask, const int *fds);

#endif
