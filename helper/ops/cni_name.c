/* What is called after a CNI attachment: its lease, and the host's end of a veth of our making. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ops/cni.h"

#define NETWORK_DIGITS 4    /* of five bits each: which network */
#define ATTACHMENT_DIGITS 9 /* and which attachment */

/* Writes the lowest bits of a number as so many digits. Returns where they end. */
static char *put_digits(uint64_t number, int digits, char *out)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

	for (; digits > 0; digits--, number >>= 5)
		*out++ = alphabet[number & 31];
	*out = '\0';
	return out;
}

char *cni_veth_name(const char *network, const char *container, const char *ifname, char *out)
{
	memcpy(out, "v6", 2);
	put_digits(text_hash(ifname, text_hash(container, 0)), ATTACHMENT_DIGITS,
		   put_digits(text_hash(network, 0), NETWORK_DIGITS, out + 2));
	return out;
}

char *cni_ident(const char *name, char *out)
{
	snprintf(out, IDENT_TEXT_MAX, "cni:%s", name);
	return out;
}
