/* Text from outside: is it UTF-8, how is it shown, how does it become a file's name. */
#include "base/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How many bytes the well-formed UTF-8 character at text takes, of at most len; 0 if it is none. */
static size_t utf8_length(const unsigned char *text, size_t len)
{
	static const struct {
		unsigned char lead_first, lead_last, second_first, second_last, length;
	} forms[] = {
		/* RFC 3629, section 4 */
		{ 0x00, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (text[0] < forms[i].lead_first || text[0] > forms[i].lead_last)
			continue;
		if (forms[i].length > len)
			return 0;
		if (forms[i].length > 1 &&
		    (text[1] < forms[i].second_first || text[1] > forms[i].second_last))
			return 0;
		for (size_t k = 2; k < forms[i].length; k++)
			if ((text[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

bool text_is_utf8(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;

	while (len > 0) {
		size_t n = *p < 0x80 ? 1 : utf8_length(p, len);

		if (n == 0)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

bool text_has_control(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (*p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0))
			return true;
	return false;
}

/* Whether the character of n bytes orders or breaks the text around it: Unicode's Bidi_Control, and
 * the separators of lines and paragraphs. */
static bool is_arranging(const unsigned char *p, size_t n)
{
	if (n == 2)
		return p[0] == 0xd8 && p[1] == 0x9c; /* U+061C */
	if (n != 3 || p[0] != 0xe2)
		return false;
	/* U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069 */
	return (p[1] == 0x80 && (p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae))) ||
	       (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
}

char *text_escape(const char *text, char *out, size_t size)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t len = strlen(text), used = 0;

	while (len > 0) {
		size_t n = utf8_length(p, len);
		bool control = n == 0 || p[0] < 0x20 || p[0] == 0x7f ||
			       (n == 2 && p[0] == 0xc2 && p[1] < 0xa0) || is_arranging(p, n);
		size_t need = control ? 4 * (n ? n : 1) : n;

		if (used + need >= size)
			break;
		if (control)
			for (size_t k = 0; k < (n ? n : 1); k++)
				used += (size_t)sprintf(out + used, "\\x%02x", p[k]);
		else
			for (size_t k = 0; k < n; k++)
				out[used++] = (char)p[k];
		p += n ? n : 1;
		len -= n ? n : 1;
	}
	out[used] = '\0';
	return out;
}

char *text_to_filename(const char *text, char *out, size_t size)
{
	const size_t most = 200;
	size_t used = 0;

	*out = '\0';
	for (const unsigned char *p = (const unsigned char *)text; *p && used <= most; p++) {
		bool plain =
			isalnum(*p) || (*p != '.' && strchr("_-:@", *p)) || (*p == '.' && used > 0);

		if (plain)
			out[used++] = (char)*p;
		else
			used += (size_t)snprintf(out + used, size - used, "%%%02X", *p);
	}
	out[used] = '\0';
	if (used > most)
		snprintf(out + most - 20, size - most + 20, "~%016llx",
			 (unsigned long long)text_hash(text, 0));
	return out;
}

void text_join(const char *one, const char *other, char *out, size_t size)
{
	const char *const parts[] = { one, other };
	size_t left = size - 1;

	for (int i = 0; i < 2; i++) {
		size_t n = strlen(parts[i]);

		n = n < left ? n : left;
		memcpy(out, parts[i], n);
		out += n;
		left -= n;
	}
	*out = '\0';
}

uint64_t text_hash(const char *text, uint64_t seed)
{
	uint64_t h = 0xcbf29ce484222325u ^ seed;

	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		h = (h ^ *p) * 0x100000001b3u;
	/* FNV leaves the high bits of short names poor: the finisher of MurmurHash3 */
	h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
	h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53u;
	return h ^ (h >> 33);
}

bool text_to_number(const char *text, unsigned long most, unsigned long *ret)
{
	const size_t digits = strspn(text, "0123456789");
	unsigned long number;

	if (!digits || text[digits] || (*text == '0' && digits > 1))
		return false;
	errno = 0;
	number = strtoul(text, NULL, 10);
	if (errno || number > most)
		return false;
	*ret = number;
	return true;
}

bool text_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

#define DAY 86400
#define ERA 146097	       /* days in 400 years, after which the calendar repeats itself */
#define TO_MARCH 719468	       /* days from 0000-03-01 to 1970-01-01 */
#define TIME_MOST 253402300799 /* 9999-12-31T23:59:59Z */

/*
 * gmtime(3) and timegm(3) read the machine's time zone first, from a file, for nothing. Here years
 * begin in March, so that a leap day is the last of its year and the months before it have 153 days
 * in each five.
 */
char *text_time(int64_t unix_seconds, char *out, size_t size)
{
	unsigned int days, era, of_era, year, of_year, month, seconds;

	*out = '\0';
	if (unix_seconds < 0 || unix_seconds > TIME_MOST)
		return out;
	days = (unsigned int)(unix_seconds / DAY) + TO_MARCH;
	seconds = (unsigned int)(unix_seconds % DAY);
	era = days / ERA;
	of_era = days % ERA;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / (ERA - 1)) / 365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	snprintf(out, size, "%04u-%02u-%02uT%02u:%02u:%02uZ", era * 400 + year + (month >= 10),
		 month < 10 ? month + 3 : month - 9, of_year - (153 * month + 2) / 5 + 1,
		 seconds / 3600, seconds / 60 % 60, seconds % 60);
	return out;
}

int64_t text_parse_time(const char *text)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	unsigned int n[6] = { 0 }, field = 0, year, month;
	char again[32];
	int64_t t;

	for (size_t i = 0; i < sizeof(form); i++) {
		if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
			return -1;
		if (form[i] == 'd')
			n[field] = 10 * n[field] + (unsigned int)(text[i] - '0');
		else if (field < 5)
			field++;
	}
	month = n[1] > 2 ? n[1] - 3 : n[1] + 9;
	year = n[0] - (n[1] <= 2);
	if (n[0] < 1970 || month > 11)
		return -1;
	t = (int64_t)year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 +
	    n[2] - 1 - TO_MARCH;
	t = t * DAY + n[3] * 3600 + n[4] * 60 + n[5];
	/* days and hours that there are none of */
	return strcmp(text_time(t, again, sizeof(again)), text) == 0 ? t : -1;
}

/* Writes a number without leading zeros. Returns where it ends. */
static char *put_hex(unsigned int n, char *out)
{
	for (int shift = 12; shift >= 0; shift -= 4)
		if (n >> shift || shift == 0)
			*out++ = "0123456789abcdef"[n >> shift & 15];
	return out;
}

char *text_address(const struct in6_addr *address, char *out)
{
	unsigned int groups[8];
	int from = -1, most = 1;
	char *end = out;

	for (int i = 0; i < 8; i++)
		groups[i] =
			(unsigned int)address->s6_addr[2 * i] << 8 | address->s6_addr[2 * i + 1];
	/* some of these end with an IPv4 address */
	if (!groups[0] && !groups[1])
		return inet_ntop(AF_INET6, address, out, INET6_ADDRSTRLEN) ? out : NULL;
	/* the first of the longest rows of zeros, if it is more than one */
	for (int i = 0, row = 0; i < 8; i++) {
		row = groups[i] ? 0 : row + 1;
		if (row > most) {
			most = row;
			from = i + 1 - row;
		}
	}
	for (int i = 0; i < 8; i++) {
		if (i == from) {
			*end++ = ':';
			i += most - 1;
			if (i == 7)
				*end++ = ':';
			continue;
		}
		if (i)
			*end++ = ':';
		end = put_hex(groups[i], end);
	}
	*end = '\0';
	return out;
}

struct in6_addr text_map(const struct in_addr *address)
{
	struct in6_addr mapped = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	memcpy(&mapped.s6_addr[12], address, sizeof(*address));
	return mapped;
}

char *text_reverse(const struct in6_addr *address, char *out)
{
	static const char digits[] = "0123456789abcdef";
	char *at = out;

	for (int i = 15; i >= 0; i--) {
		*at++ = digits[address->s6_addr[i] & 15];
		*at++ = '.';
		*at++ = digits[address->s6_addr[i] >> 4];
		*at++ = '.';
	}
	strcpy(at, "ip6.arpa");
	return out;
}

char *text_trim(char *text)
{
	size_t len;

	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}
