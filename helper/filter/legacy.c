/* The tables of iptables before nf_tables (ip6tables-legacy): looked at, never changed. */
#include "filter/legacy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "base/cleanup.h"
#include "base/file.h"

#define NAMES "/proc/net/ip6_tables_names" /* of the tables that there are */
#define TABLE "filter"
#define SIZE_MAX_TABLE (16 * 1024 * 1024) /* bytes */

/* Whether the host has the table. Returns 1, 0 or -errno. */
static int has_table(void)
{
	_free_ char *names = NULL;
	size_t len;
	int r = file_read(AT_FDCWD, NAMES, 4096, &names, &len);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : strstr(names, TABLE "\n") != NULL;
}

/* The verdict of the policy, which is the rule at that place of the table. Returns 0 or -EBADMSG.
 */
static int read_policy(const struct ip6t_get_entries *all, unsigned int at, int *ret)
{
	const char *table = (const char *)all->entrytable;
	struct xt_standard_target target;
	struct ip6t_entry entry;

	if (at > all->size || all->size - at < sizeof(entry))
		return -EBADMSG;
	memcpy(&entry, table + at, sizeof(entry));
	if (entry.target_offset > all->size - at ||
	    all->size - at - entry.target_offset < sizeof(target))
		return -EBADMSG;
	memcpy(&target, table + at + entry.target_offset, sizeof(target));
	*ret = target.verdict;
	return 0;
}

int legacy_forward(struct legacy_forward *ret)
{
	_close_ int fd = -1;
	_free_ struct ip6t_get_entries *all = NULL;
	struct ip6t_getinfo info = { .name = TABLE };
	socklen_t len = sizeof(info);
	int verdict, r = has_table();

	if (r != 1)
		return r;
	fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0 || getsockopt(fd, IPPROTO_IPV6, IP6T_SO_GET_INFO, &info, &len) < 0)
		return -errno;
	if (info.size > SIZE_MAX_TABLE)
		return -EFBIG;
	len = (socklen_t)(sizeof(*all) + info.size);
	all = calloc(1, len);
	if (!all)
		return -ENOMEM;
	strcpy(all->name, TABLE);
	all->size = info.size;
	if (getsockopt(fd, IPPROTO_IPV6, IP6T_SO_GET_ENTRIES, all, &len) < 0)
		return -errno;
	r = read_policy(all, info.underflow[NF_INET_FORWARD], &verdict);
	if (r < 0)
		return r;
	/* net/ipv4/netfilter/ip_tables.c: a verdict is kept less than zero, and one lower */
	ret->drops = verdict == -NF_DROP - 1;
	ret->rules = info.hook_entry[NF_INET_FORWARD] != info.underflow[NF_INET_FORWARD];
	return 1;
}
