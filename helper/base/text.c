/* Text from outside: is it UTF-8, how is it shown, how does it become a file's name. */
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
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
		size_t n = utf8_length(p, len);

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

char *text_escape(const char *text, char *out, size_t size)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t len = strlen(text), used = 0;

	while (len > 0) {
		size_t n = utf8_length(p, len);
		bool control = n == 0 || p[0] < 0x20 || p[0] == 0x7f ||
			       (n == 2 && p[0] == 0xc2 && p[1] < 0xa0);
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

		used += (size_t)snprintf(out + used, size - used, plain ? "%c" : "%%%02X", *p);
	}
	if (used > most)
		snprintf(out + most - 20, size - most + 20, "~%016llx",
			 (unsigned long long)text_hash(text, 0));
	return out;
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

bool text_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

char *text_time(int64_t unix_seconds, char *out, size_t size)
{
	time_t t = (time_t)unix_seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
	return out;
}

int64_t text_parse_time(const char *text)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	time_t t = end && !*end ? timegm(&tm) : -1;

	return t < 0 ? -1 : t;
}
