/* Checks what is heard of a watch of etcd's, and that one which etcd has given up is noticed. */
#include "unit.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "store/etcd_listen.h"

#define WAIT_MS 10000
#define MADE "{\"result\":{\"header\":{},\"created\":true}}\n"

/* A server that answers one request with a head and each of the two texts, and then is silent.
 * Fills in its URL. Returns its PID. */
static pid_t serve(const char *first, const char *second, char url[64])
{
	const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char got[4096];
	pid_t pid;

	assert_true(bind(s, (struct sockaddr *)&at, len) == 0 && listen(s, 1) == 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&at, &len), 0);
	snprintf(url, 64, "http://127.0.0.1:%u", ntohs(at.sin_port));
	pid = fork();
	assert_true(pid >= 0);
	if (pid > 0) {
		close(s);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	s = accept(s, NULL, NULL);
	if (s < 0 || read(s, got, sizeof(got)) <= 0 || write(s, head, strlen(head)) < 0)
		_exit(1);
	for (int i = 0; i < 2; i++) {
		const char *text = i == 0 ? first : second;

		/* an empty piece would be the end */
		if (*text)
			dprintf(s, "%zx\r\n%s\r\n", strlen(text), text);
		usleep(50000);
	}
	while (read(s, got, sizeof(got)) > 0)
		;
	pause();
	_exit(0);
}

/* As etcd_hear, which may return before its time is over. */
static int hear(struct etcd_listen *l, int ms)
{
	const int64_t end = clock_ms() + ms;
	int r;

	do
		r = etcd_hear(l, 100);
	while (r == 0 && clock_ms() < end);
	return r;
}

/* Listens to such a server. Returns what etcd_hear says when nothing comes any more. */
static int heard_in_the_end(const char *first, const char *second)
{
	char url[64], *urls[] = { url };
	struct config_store c = { .etcd = { .list = urls, .count = 1 } };
	_etcd_listen_ struct etcd_listen *l = NULL;
	pid_t pid = serve(first, second, url);
	struct etcd_http *h;
	struct error e;
	int r, times = 0;

	assert_int_equal(etcd_http_new(&c, &h, &e), 0);
	check(etcd_listen(h, "a", "b", &l, &e) == 0, "%s", e.text);
	check(hear(l, WAIT_MS) == 1, "no news of %s", first);
	while ((r = hear(l, 500)) == 1)
		times++;
	check(times < 3, "news without end");
	etcd_listen_free(steal_ptr(&l));
	etcd_http_free(h);
	kill(pid, SIGKILL);
	return r;
}

TEST(one_that_goes_on)
{
	assert_int_equal(heard_in_the_end(MADE, MADE), 0);
	/* of another meaning, within a text */
	assert_int_equal(heard_in_the_end(MADE, "{\"result\":{\"a\":\"\\\"canceled\\\":true\"}}\n"),
			 0);
}

TEST(one_that_etcd_has_given_up)
{
	assert_int_equal(heard_in_the_end(MADE, "{\"result\":{\"canceled\":true,"
						"\"compact_revision\":\"7\"}}\n"),
			 -EHOSTDOWN);
	assert_int_equal(
		heard_in_the_end("{\"result\":{\"created\":true,\"canceled\":true}}\n", ""),
		-EHOSTDOWN);
	/* in pieces */
	assert_int_equal(heard_in_the_end("{\"result\":{\"canc", "eled\":true}}\n"), -EHOSTDOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_goes_on),
		cmocka_unit_test(one_that_etcd_has_given_up),
	};

	alarm_scaled(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
