/* Text from outside: is it UTF-8, how is it shown, how does it become a file's name. */
#ifndef V6HOOK_TEXT_H
#define V6HOOK_TEXT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the len bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool text_is_utf8(const char *text, size_t len);

/* Whether it holds a control character: C0, DEL, or C1 (U+0080 to U+009F), which terminals obey
 * too.
 */
bool text_has_control(const char *text);

/*
 * Writes text to out so that it stays on one line of a terminal or a log, in its order: control
 * characters, DEL, what breaks lines or turns their direction, and bytes that are not UTF-8 become
 * \xNN. Cut to what fits in size bytes.
 * Returns out.
 */
char *text_escape(const char *text, char *out, size_t size);

/*
 * Writes text to out as a file name: letters, digits and "._-:@" stay, every other byte becomes
 * %NN; a leading dot too. A name that would not fit in 200 bytes is cut and ends in a hash.
 * @size: at least 256
 * Returns out.
 */
char *text_to_filename(const char *text, char *out, size_t size);

/* Writes one text and the other behind it, cut to what fits in size bytes. */
void text_join(const char *one, const char *other, char *out, size_t size);

/* A 64-bit hash of text, the same on every machine and in every version: FNV-1a, then mixed. */
uint64_t text_hash(const char *text, uint64_t seed);

/* Whether a and b are both null, or both the same string. */
bool text_equal(const char *a, const char *b);

/*
 * Reads a whole number as it is written down: digits alone, with no sign, blank or leading zero.
 * Returns whether it is one, and not above most.
 */
bool text_to_number(const char *text, unsigned long most, unsigned long *ret);

/* The current time as "2026-01-31T23:59:59Z" (RFC 3339, UTC) in out, of at least 32 bytes. */
char *text_time(int64_t unix_seconds, char *out, size_t size);

/* Reads what text_time wrote; returns seconds since the epoch, or -1. */
int64_t text_parse_time(const char *text);

/*
 * Writes an address as inet_ntop(3) does (RFC 5952), which takes ten times as long.
 * @out: INET6_ADDRSTRLEN bytes. Returns out.
 */
char *text_address(const struct in6_addr *address, char *out);

#define TEXT_REVERSE_MAX 73 /* bytes of such a name, with its end */

/* Writes the name of the address in ip6.arpa (RFC 3596, 2.5), without a dot at the end. Returns
 * out. */
char *text_reverse(const struct in6_addr *address, char *out);

/* The IPv6 address by which an IPv4 address is meant: mapped (RFC 4291, 2.5.5.2). */
struct in6_addr text_map(const struct in_addr *address);

/* Cuts blanks off both ends of a text, in place. Returns where it begins then. */
char *text_trim(char *text);

#endif
