/* Names of hosts, as they may stand in a hosts file or a zone: checked, as strangers choose some.
 */
#ifndef V6HOOK_HOSTNAME_H
#define V6HOOK_HOSTNAME_H

#include <stdbool.h>

#define HOSTNAME_MAX 254 /* bytes, with the end (RFC 1035, 2.3.4) */

/*
 * Reads a name by RFC 1123, 2.1: labels of letters, digits and hyphens, 63 at most, no hyphen at
 * either end, dots between; the last one not of digits alone, as an address of IPv4 has that. A dot
 * at the end is not taken.
 * @ret: HOSTNAME_MAX bytes: the name in lower case. Returns whether it is one.
 */
bool hostname_read(const char *text, char *ret);

/* Whether the name lies below the domain; both as read. */
bool hostname_is_below(const char *name, const char *domain);

/*
 * Whether the name is the host's own, means the host itself or its link everywhere (RFC 6761, 6.3,
 * and what distributions have in their hosts files, such as ip6-allnodes), or is one by which
 * programs ask who leads the others: wpad, isatap (RFC 5214, 8.3.2).
 * @domain: in which the host may be called by its first label, or null; @host: as uname(2) has it
 */
bool hostname_is_own(const char *name, const char *domain, const char *host);

#endif
