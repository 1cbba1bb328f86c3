/*
 * Plays many hosts that share a range in etcd, as far as etcd sees them:
 * hosts HOSTS PER_MINUTE BLOCK TTL_S MOVES_PER_S SECONDS ADDRESS... (of etcd's members, port 2379)
 *
 * Theory of operation: each host attaches so many new containers a minute, at random times. One in
 * BLOCK asks etcd, by the transaction that v6hook makes and on a connection of its own, as a
 * process of its own does; the rest are given out of what their host has. With a TTL_S each host
 * also does what the service does with "identity": "cluster": on one connection it says that it
 * lives and asks what moves, every two fifteenths of TTL_S, and on another it listens to moves, of
 * which each makes all hosts ask. What is due is due whatever became of what was due before: if
 * etcd is too slow, more and more waits, and how long it waits counts from when it was due.
 *
 * Prints a line for each kind of what was asked: KIND PER_S P50_US P99_US FAILED.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench.h"
#include "hosts_wire.h"
#include "store/etcd_json.h"

#define CONNECTIONS 4000 /* of attaches at once; the rest wait */
#define BEGINNING 200	 /* hosts that begin at once */
#define LATE_US 10000000 /* what is not answered then has failed */
#define PREFIX "/hosts/"

enum kind { ATTACH, ALIVE, NEWS, KINDS };
static const char *const kinds[] = { "attach", "alive", "news" };

/* What a connection waits for. */
enum step { IDLE, GRANT, NAME, KEEP, MOVING, CLAIM, LISTEN };

struct connection {
	struct wire wire;
	enum step step;
	enum kind kind;
	bool asks_anew;	 /* something moved meanwhile */
	int64_t waiting; /* since when it is to say that it lives, while it is asked else, or 0 */
	int64_t due;	 /* of what it does now */
	int host;
};

static struct {
	int hosts, block, ttl, seconds, members, epoll, claims, begun;
	double per_s, moves_per_s;
	struct sockaddr_in6 member[8];
	struct connection *alive, *listener; /* one of each host */
	char (*lease)[24];
	int64_t *took[KINDS];
	size_t count[KINDS], room[KINDS], failed[KINDS];
} all;

static void count(enum kind kind, int64_t took)
{
	if (all.count[kind] == all.room[kind]) {
		all.room[kind] = 2 * all.room[kind] + 1024;
		all.took[kind] = realloc(all.took[kind], all.room[kind] * sizeof(*all.took[kind]));
		if (!all.took[kind])
			die("counting");
	}
	all.took[kind][all.count[kind]++] = took;
	all.failed[kind] += took >= LATE_US;
}

/* Connects to the host's member. */
static void dial(struct connection *c, int host)
{
	c->host = host;
	wire_dial(&c->wire, all.epoll, &all.member[host % all.members], c);
}

/* Asks. @request: taken */
static void ask(struct connection *c, enum step step, const char *method, json_t *request)
{
	c->step = step;
	wire_post(&c->wire, method, step == CLAIM, request);
}

static json_t *transaction(json_t *requests)
{
	return json_pack("{s:o}", "success", requests);
}

static void host_key(int host, char *ret)
{
	sprintf(ret, PREFIX "hosts/%d", host);
}

static void ask_moving(struct connection *c)
{
	char key[64];

	c->asks_anew = false;
	host_key(c->host, key);
	ask(c, MOVING, "kv/txn",
	    transaction(json_pack("[o, o]", etcd_get(key),
				  etcd_get_all(PREFIX "moving/", PREFIX "moving0"))));
}

static void ask_news(struct connection *c)
{
	c->kind = NEWS;
	c->due = now_us();
	ask_moving(c);
}

static void ask_alive(struct connection *c, int64_t due)
{
	c->kind = ALIVE;
	c->due = due;
	c->waiting = 0;
	ask(c, KEEP, "lease/keepalive", json_pack("{s:s}", "ID", all.lease[c->host]));
}

/* The transaction of a new container, or of a block. */
static void claim(struct connection *c)
{
	char address[96], holder[64], value[256];
	int n = ++all.claims;

	sprintf(address, PREFIX "leases/2001:db8:1:%x:%x::", (unsigned int)getpid(),
		(unsigned int)n);
	sprintf(holder, PREFIX "containers/%d/lxc:%d-%d", c->host, getpid(), n);
	sprintf(value,
		"{\"container\": \"lxc:%d\", \"address\": \"%s\", \"pinned\": false, "
		"\"created\": \"2026-11-18T11:06:40Z\", \"host\": \"%d\", "
		"\"sum\": \"0123456789abcdef\"}",
		n, address + strlen(PREFIX "leases/"), c->host);
	ask(c, CLAIM, "kv/txn",
	    json_pack("{s:[o, o], s:[o, o], s:[o, o]}", "compare", etcd_compare(address, 0),
		      etcd_compare(holder, 0), "success", etcd_put(address, value, strlen(value)),
		      etcd_put(holder, address, strlen(address)), "failure", etcd_get(address),
		      etcd_get(holder)));
}

static void begin_host(int host)
{
	struct connection *c = &all.alive[host];
	char ttl[16];

	/* so that none runs out before all have begun */
	sprintf(ttl, "%d", all.ttl + 60);
	dial(c, host);
	ask(c, GRANT, "lease/grant", json_pack("{s:s}", "TTL", ttl));
}

/* Goes on with a host after an answer. */
static void answered(struct connection *c)
{
	const char *id = memmem(c->wire.in, c->wire.in_len, "\"ID\":\"", 6);
	const enum step step = c->step;
	char key[64];

	if (!wire_is_fine(&c->wire))
		die("etcd refuses");
	c->step = IDLE;
	if (step == GRANT && id) {
		sscanf(id + 6, "%23[0-9]", all.lease[c->host]);
		host_key(c->host, key);
		ask(c, NAME, "kv/txn",
		    transaction(json_pack(
			    "[o]", etcd_put_leased(key, all.lease[c->host], all.lease[c->host]))));
	} else if (step == NAME) {
		struct connection *l = &all.listener[c->host];

		dial(l, c->host);
		ask(l, LISTEN, "watch", etcd_watch(PREFIX "moving/", PREFIX "moving0"));
		all.begun++;
		if (all.begun + BEGINNING - 1 < all.hosts)
			begin_host(all.begun + BEGINNING - 1);
	} else if (step == KEEP) {
		ask_moving(c);
	} else if (step == MOVING) {
		count(c->kind, now_us() - c->due);
		if (c->waiting)
			ask_alive(c, c->waiting);
		else if (c->asks_anew)
			ask_news(c);
	}
}

/* Takes what has come. */
static void take(struct connection *c)
{
	bool end;
	const size_t got = wire_take(&c->wire, &end);

	if (c->step == CLAIM && !end)
		return;
	if (c->step == CLAIM) {
		count(ATTACH, wire_is_fine(&c->wire) ? now_us() - c->due : LATE_US);
		close(c->wire.fd);
		free(c->wire.out);
		free(c);
		return;
	}
	if (end)
		die("a member hung up");
	/* the first that comes on these is that they listen */
	if (c->step == LISTEN) {
		bool first = !c->asks_anew;

		c->wire.in_len = 0;
		c->asks_anew = true;
		if (got && !first && all.alive[c->host].step == IDLE)
			ask_news(&all.alive[c->host]);
		else if (got && !first)
			all.alive[c->host].asks_anew = true;
	} else if (got && wire_is_whole(&c->wire)) {
		answered(c);
	}
}

static int events(int64_t until)
{
	struct epoll_event event[256];
	int64_t left = until - now_us();
	int n = epoll_wait(all.epoll, event, 256, left > 0 ? (int)(left / 1000) : 0);

	for (int i = 0; i < n; i++) {
		struct connection *c = event[i].data.ptr;

		if (event[i].events & EPOLLOUT)
			wire_flush(&c->wire);
		if (event[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
			take(c);
	}
	return n;
}

/* Opens what all hosts hold open. */
static void begin(void)
{
	const int first = all.hosts < BEGINNING ? all.hosts : BEGINNING;

	all.alive = calloc((size_t)all.hosts, sizeof(*all.alive));
	all.listener = calloc((size_t)all.hosts, sizeof(*all.listener));
	all.lease = calloc((size_t)all.hosts, sizeof(*all.lease));
	for (int i = 0; i < first; i++)
		begin_host(i);
	while (all.begun < all.hosts)
		events(now_us() + 100000);
}

/* The attaches that are due by now, and can be begun. */
static void attach(int64_t *due, int64_t now, int64_t end)
{
	while (*due < now && *due < end && all.claims - (int)all.count[ATTACH] < CONNECTIONS) {
		struct connection *c = calloc(1, sizeof(*c));

		c->due = *due;
		dial(c, all.claims % all.hosts);
		claim(c);
		*due += (int64_t)(-log(1 - drand48()) * 1e6 * all.block / all.per_s);
	}
}

/* The hosts whose turn it is to say that they live. */
static void live(double *due, int64_t start, int64_t now, int64_t end)
{
	const double each = all.ttl * 2e6 / 15 / all.hosts;

	for (; start + *due * each < (double)now && start + *due * each < (double)end; (*due)++) {
		struct connection *c = &all.alive[(int64_t)*due % all.hosts];

		const int64_t at = start + (int64_t)(*due * each);

		/* not even done with the former */
		if (c->waiting)
			count(ALIVE, LATE_US);
		else if (c->step != IDLE)
			c->waiting = at;
		else
			ask_alive(c, at);
	}
}

/* Another address moves; the one before has. */
static void move(struct connection *c, int number)
{
	char key[64], former[64];

	if (!c->wire.fd)
		dial(c, number);
	sprintf(key, PREFIX "moving/2001:db8::%x", (unsigned int)number % 65536);
	sprintf(former, PREFIX "moving/2001:db8::%x", (unsigned int)(number + 65535) % 65536);
	ask(c, IDLE, "kv/txn",
	    transaction(json_pack("[o, o]", etcd_put(key, "0", 1), etcd_delete(former))));
}

static void report(void)
{
	for (int k = 0; k < KINDS; k++) {
		const size_t n = all.count[k];

		if (n == 0)
			continue;
		sort_us(all.took[k], n);
		printf("%s %.0f %lld %lld %zu\n", kinds[k], (double)n / all.seconds,
		       (long long)all.took[k][(n - 1) / 2],
		       (long long)all.took[k][(n - 1) * 99 / 100], all.failed[k]);
	}
}

int main(int argc, char **argv)
{
	struct connection mover = { 0 };
	int64_t start, end, due, now;
	double alive = 0;
	int moves = 0;

	if (argc < 8 || argc > 15) {
		fprintf(stderr,
			"hosts: HOSTS PER_MINUTE BLOCK TTL_S MOVES_PER_S SECONDS ADDRESS...\n");
		return 2;
	}
	all.hosts = atoi(argv[1]);
	all.per_s = atof(argv[2]) / 60 * all.hosts;
	all.block = atoi(argv[3]);
	all.ttl = atoi(argv[4]);
	all.moves_per_s = atof(argv[5]);
	all.seconds = atoi(argv[6]);
	for (; argv[7 + all.members]; all.members++) {
		all.member[all.members].sin6_family = AF_INET6;
		all.member[all.members].sin6_port = htons(2379);
		if (inet_pton(AF_INET6, argv[7 + all.members],
			      &all.member[all.members].sin6_addr) != 1)
			die(argv[7 + all.members]);
	}
	all.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (all.ttl)
		begin();
	start = now_us();
	end = start + (int64_t)all.seconds * 1000000;
	due = all.per_s > 0 ? start : end;
	while ((now = now_us()) < end + LATE_US) {
		attach(&due, now, end);
		if (all.ttl)
			live(&alive, start, now, end);
		if (all.ttl && now < end && now - start > (moves + 1) * 1e6 / all.moves_per_s)
			move(&mover, moves++);
		events(now + 1000);
		if (now >= end && due >= end && all.claims == (int)all.count[ATTACH])
			break;
	}
	/* what is not answered yet, or was never asked */
	while (all.claims-- > (int)all.count[ATTACH])
		count(ATTACH, LATE_US);
	for (; due < end; due += (int64_t)(1e6 * all.block / all.per_s))
		count(ATTACH, LATE_US);
	report();
	return 0;
}
