/* One connection to a member of etcd, which nothing waits for: requests to its JSON gateway. */
#ifndef V6HOOK_HOSTS_WIRE_H
#define V6HOOK_HOSTS_WIRE_H

#include <netinet/in.h>
#include <stdbool.h>

#include "base/json.h"

struct wire {
	int fd;
	char *out;
	size_t sent, out_len, in_len;
	char in[4096]; /* of an answer that is longer the head and the end */
};

/* Ends the program with a message. */
void die(const char *what);

/* Begins to connect. @arg: of its events of epoll's */
void wire_dial(struct wire *w, int epoll, const struct sockaddr_in6 *member, void *arg);

/* Asks. @request: taken; @last: the member closes the connection when it has answered */
void wire_post(struct wire *w, const char *method, bool last, json_t *request);

/* Sends what is to be sent, as far as the connection takes it. */
void wire_flush(struct wire *w);

/* Takes what has come: how many bytes. @ret_end: whether that was all */
size_t wire_take(struct wire *w, bool *ret_end);

/* Whether what has come is a whole answer, and one of status 200. */
bool wire_is_whole(const struct wire *w);
bool wire_is_fine(const struct wire *w);

#endif
