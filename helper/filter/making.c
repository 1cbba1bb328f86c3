/* Messages to nf_tables in the making: their attributes, nested or not, and comments. */
#include "filter/making.h"

#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#define COMMENT 0 /* NFTNL_UDATA_*_COMMENT but that of a set, in libnftnl's udata.h */

struct nl_msg *making_message(const struct filter_table *t, int type, int flags)
{
	const struct nfgenmsg msg = { .nfgen_family = t->family, .version = NFNETLINK_V0 };

	return nl_new(NFNL_SUBSYS_NFTABLES << 8 | type, flags, &msg, sizeof(msg));
}

void making_put(struct making *k, int type, const void *data, size_t len)
{
	k->failed = k->failed || nla_put(k->m, type, (int)len, data) < 0;
}

void making_text(struct making *k, int type, const char *text)
{
	making_put(k, type, text, strlen(text) + 1);
}

void making_number(struct making *k, int type, uint32_t number)
{
	const uint32_t wire = htonl(number);

	making_put(k, type, &wire, sizeof(wire));
}

void making_wide(struct making *k, int type, uint64_t number)
{
	const uint64_t wire = htobe64(number);

	making_put(k, type, &wire, sizeof(wire));
}

struct nlattr *making_open(struct making *k, int type)
{
	struct nlattr *nest = k->failed ? NULL : nla_nest_start(k->m, type | NLA_F_NESTED);

	k->failed = !nest;
	return nest;
}

void making_close(struct making *k, struct nlattr *nest)
{
	if (!k->failed)
		nla_nest_end(k->m, nest);
}

void making_value(struct making *k, int type, const void *value, size_t len)
{
	struct nlattr *nest = making_open(k, type);

	making_put(k, NFTA_DATA_VALUE, value, len);
	making_close(k, nest);
}

unsigned char *making_write_comment(unsigned char *out, unsigned char what, const char *comment)
{
	size_t len = comment ? strlen(comment) : 0;

	if (!len)
		return out;
	if (len >= FILTER_COMMENT_MAX)
		len = FILTER_COMMENT_MAX - 1;
	out[0] = what;
	out[1] = (unsigned char)(len + 1);
	memcpy(out + 2, comment, len);
	out[2 + len] = '\0';
	return out + 2 + len + 1;
}

void making_comment(struct making *k, int type, const char *comment)
{
	unsigned char data[2 + FILTER_COMMENT_MAX];
	size_t len = (size_t)(making_write_comment(data, COMMENT, comment) - data);

	if (len)
		making_put(k, type, data, len);
}

struct making making_begin(const struct filter_table *t, int type, int flags, int table_attribute)
{
	struct making k = { .m = making_message(t, type, flags) };

	k.failed = !k.m;
	making_text(&k, table_attribute, t->name);
	return k;
}

struct nl_msg *making_end(struct making *k)
{
	if (!k->failed)
		return k->m;
	if (k->m)
		nlmsg_free(k->m);
	return NULL;
}
