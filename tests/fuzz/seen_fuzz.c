/*
 * Fuzzes what is read of packets on the uplink and of answers in a container: whoever is on the
 * link, or in the container, sends what they like. The input is a packet from its IPv6 header on.
 */
#include "fuzz.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>

#include "net/seen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen_request q = { .id = 0x0102 };
	struct seen s = { .what = SEEN_NOTHING }, before = s;
	uint8_t *packet = malloc(size ? size : 1);

	/* of its very size, so that a byte behind it is found */
	must(packet);
	if (size)
		memcpy(packet, data, size);
	must(inet_pton(AF_INET6, "2001:db8::5", &q.from) == 1);
	must(inet_pton(AF_INET6, "fe80::1", &q.to) == 1);
	if (seen_read(packet, size, &s) == SEEN_NOTHING)
		must(memcmp(&s, &before, sizeof(s)) == 0);
	else
		must(size >= 40 && (s.what == SEEN_ANSWER || !s.has_mac) &&
		     (s.what == SEEN_PACKET || packet[7] == 255));
	if (s.what == SEEN_CLAIM)
		must(IN6_IS_ADDR_UNSPECIFIED(&s.from));
	if (size > 40 && seen_answers(packet + 40, size - 40, &q))
		must(packet[40] == ICMP6_ECHO_REPLY || packet[40] == ND_NEIGHBOR_ADVERT ||
		     size >= 40 + 8 + 40 + 8);
	free(packet);
	return 0;
}
