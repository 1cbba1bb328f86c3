/* What a packet says of one address: read from what anybody may have sent (RFC 4861, RFC 4443). */
#include "net/seen.h"

#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <string.h>

#define HOPS 255      /* nobody but a neighbour can have sent it (RFC 4861, 7.1) */
#define OPTION_UNIT 8 /* bytes: options' lengths are in these */

/* A solicitation or an advertisement without options; both have this layout. */
struct message {
	struct icmp6_hdr icmp;
	struct in6_addr target;
};
_Static_assert(sizeof(struct message) == 24, "no padding on the wire");

/* Finds the MAC that an advertisement gives for its target, among its options. */
static void read_options(const unsigned char *data, size_t len, struct seen *ret)
{
	size_t size;

	for (; len >= OPTION_UNIT; data += size, len -= size) {
		size = (size_t)data[1] * OPTION_UNIT;
		if (size == 0 || size > len)
			return;
		if (data[0] == ND_OPT_TARGET_LINKADDR && size == OPTION_UNIT) {
			ret->has_mac = true;
			memcpy(ret->target, data + 2, ETH_ALEN);
		}
	}
}

/* Reads a message of Neighbour Discovery behind the header. */
static enum seen_what read_message(const struct ip6_hdr *ip, const unsigned char *data, size_t len,
				   struct seen *ret)
{
	struct message m;

	if (len < sizeof(m) || ip->ip6_hlim != HOPS)
		return SEEN_NOTHING;
	memcpy(&m, data, sizeof(m));
	if (m.icmp.icmp6_code != 0 || IN6_IS_ADDR_MULTICAST(&m.target))
		return SEEN_NOTHING;
	ret->about = m.target;
	if (m.icmp.icmp6_type == ND_NEIGHBOR_SOLICIT)
		return IN6_IS_ADDR_UNSPECIFIED(&ip->ip6_src) ? SEEN_CLAIM : SEEN_QUESTION;
	ret->router = m.icmp.icmp6_dataun.icmp6_un_data32[0] & ND_NA_FLAG_ROUTER;
	ret->override = m.icmp.icmp6_dataun.icmp6_un_data32[0] & ND_NA_FLAG_OVERRIDE;
	read_options(data + sizeof(m), len - sizeof(m), ret);
	return SEEN_ANSWER;
}

enum seen_what seen_read(const unsigned char *data, size_t len, struct seen *ret)
{
	struct seen s = { .what = SEEN_PACKET };
	struct ip6_hdr ip;
	size_t payload;
	uint8_t type;

	if (len < sizeof(ip))
		return SEEN_NOTHING;
	memcpy(&ip, data, sizeof(ip));
	if (ip.ip6_vfc >> 4 != 6)
		return SEEN_NOTHING;
	/* what lies behind the packet is padding of the frame */
	len -= sizeof(ip);
	payload = ntohs(ip.ip6_plen);
	len = len < payload ? len : payload;
	s.about = ip.ip6_dst;
	s.from = ip.ip6_src;
	s.to = ip.ip6_dst;
	s.to_group = IN6_IS_ADDR_MULTICAST(&ip.ip6_dst);
	type = len > 0 ? data[sizeof(ip)] : 0;
	if (ip.ip6_nxt == IPPROTO_ICMPV6 &&
	    (type == ND_NEIGHBOR_SOLICIT || type == ND_NEIGHBOR_ADVERT))
		s.what = read_message(&ip, data + sizeof(ip), len, &s);
	if (s.what != SEEN_NOTHING)
		*ret = s;
	return s.what;
}

/* Whether the message is an echo one of that type with the request's number. */
static bool is_echo(const unsigned char *data, size_t len, uint8_t type,
		    const struct seen_request *q)
{
	struct icmp6_hdr icmp;

	if (len < sizeof(icmp))
		return false;
	memcpy(&icmp, data, sizeof(icmp));
	return icmp.icmp6_type == type && icmp.icmp6_code == 0 && icmp.icmp6_id == q->id;
}

bool seen_answers(const unsigned char *data, size_t len, const struct seen_request *q)
{
	struct message m;
	struct ip6_hdr ip;

	if (is_echo(data, len, ICMP6_ECHO_REPLY, q))
		return true;
	if (len >= sizeof(m) && data[0] == ND_NEIGHBOR_ADVERT) {
		memcpy(&m, data, sizeof(m));
		return m.icmp.icmp6_code == 0 && memcmp(&m.target, &q->to, 16) == 0;
	}
	if (len < sizeof(struct icmp6_hdr) + sizeof(ip) ||
	    (data[0] != ICMP6_DST_UNREACH && data[0] != ICMP6_TIME_EXCEEDED))
		return false;
	data += sizeof(struct icmp6_hdr);
	len -= sizeof(struct icmp6_hdr);
	memcpy(&ip, data, sizeof(ip));
	return ip.ip6_nxt == IPPROTO_ICMPV6 && memcmp(&ip.ip6_src, &q->from, 16) == 0 &&
	       memcmp(&ip.ip6_dst, &q->to, 16) == 0 &&
	       is_echo(data + sizeof(ip), len - sizeof(ip), ICMP6_ECHO_REQUEST, q);
}
