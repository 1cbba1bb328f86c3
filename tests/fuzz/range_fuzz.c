/* Fuzzes the ranges of a pool: what is read lies in one /64, and is read again from its ends. */
#include "fuzz.h"

#include <arpa/inet.h>

#include "base/cleanup.h"
#include "store/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_free_ char *text = fuzz_text(data, size);
	char first[INET6_ADDRSTRLEN], last[INET6_ADDRSTRLEN], both[2 * INET6_ADDRSTRLEN];
	struct range r, again, reserved[RANGE_RESERVED];
	struct in6_addr a, b;
	struct error e;

	if (range_parse(text, &r, &e) < 0) {
		must(*e.text);
		return 0;
	}
	must(r.first <= r.last);
	a = range_address(r.prefix, r.first);
	b = range_address(r.prefix, r.last);
	must(range_contains(&r, &a) && range_contains(&r, &b));
	must(range_prefix_of(&b) == r.prefix && range_interface_id(&b) == r.last);
	must(range_overlaps(&r, &r) && range_covers(&r, &r));
	must(range_block(&r, &b, &a) <= 128 && range_contains(&r, &a));
	must(range_reserved(r.prefix, reserved) <= RANGE_RESERVED);
	a = range_address(r.prefix, r.first);
	snprintf(both, sizeof(both), "%s-%s", inet_ntop(AF_INET6, &a, first, sizeof(first)),
		 inet_ntop(AF_INET6, &b, last, sizeof(last)));
	must(range_parse(both, &again, &e) == 0);
	must(again.prefix == r.prefix && again.first == r.first && again.last == r.last);
	return 0;
}
