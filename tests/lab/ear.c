/*
 * An ear in a network namespace, that tells what programs there are given by UDP.
 *
 *	ear PORT...	listens, on the first port for questions, too
 *	ear ask TOKEN	prints from which address a payload has come; ends with 1 if it has not
 *
 * A question is answered after all that came before it was taken in.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frames.h"

#define WAIT_MS 5000 /* for an answer */
#define MANY 4096    /* so many are remembered */

/* Ends the program with 2 and one line on stderr. */
void die(const char *what)
{
	perror(what);
	exit(2);
}

/* Returns a socket of both families on a port. */
static int udp_socket(int port)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	int s = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), no = 0;

	setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0)
		die("bind");
	return s;
}

/* What was heard, the oldest overwritten by the newest. */
static struct heard {
	char token[32], from[INET6_ADDRSTRLEN];
} heard[MANY];
static unsigned int n_heard;

/* Takes in what a socket was given; "?TOKEN" is answered, after all other sockets were emptied. */
static void hear(struct pollfd *all, int n, int which)
{
	struct sockaddr_in6 from;
	socklen_t size = sizeof(from);
	struct heard *h = &heard[n_heard % MANY];
	char text[64] = "";
	ssize_t len = recvfrom(all[which].fd, text, sizeof(text) - 1, MSG_DONTWAIT,
			       (struct sockaddr *)&from, &size);
	unsigned int i;

	if (len <= 0)
		return;
	if (*text != '?') {
		snprintf(h->token, sizeof(h->token), "%s", text);
		inet_ntop(AF_INET6, &from.sin6_addr, h->from, sizeof(h->from));
		n_heard++;
		return;
	}
	for (int other = 0; other < n; other++)
		while (other != which && poll(all + other, 1, 0) > 0)
			hear(all, n, other);
	for (i = 0; i < MANY && strcmp(heard[i].token, text + 1) != 0; i++)
		;
	snprintf(text, sizeof(text), "-");
	sendto(all[which].fd, i < MANY ? heard[i].from : text, i < MANY ? strlen(heard[i].from) : 1,
	       0, (struct sockaddr *)&from, size);
}

/* Listens on the ports for ever. */
static int listens(int argc, char **argv)
{
	struct pollfd all[8];
	int n = 0;

	for (; n < argc && n < 8; n++)
		all[n] = (struct pollfd){ udp_socket(atoi(argv[n])), POLLIN, 0 };
	while (poll(all, (nfds_t)n, -1) > 0)
		for (int i = 0; i < n; i++)
			if (all[i].revents)
				hear(all, n, i);
	return 0;
}

/* Asks the ear of this namespace, and prints what it says. */
static int ask(const char *token)
{
	struct sockaddr_in to = { AF_INET, htons(FRAMES_PORT), { htonl(INADDR_LOOPBACK) }, { 0 } };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	char text[64] = "?";
	struct pollfd p = { s, POLLIN, 0 };

	strncat(text, token, 60);
	if (sendto(s, text, strlen(text), 0, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    poll(&p, 1, WAIT_MS) <= 0)
		die("there is no ear");
	text[recv(s, text, sizeof(text) - 1, 0)] = '\0';
	puts(text);
	return strcmp(text, "-") == 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "ask") == 0)
		return ask(argv[2]);
	return argc > 1 ? listens(argc - 1, argv + 1) : 2;
}
