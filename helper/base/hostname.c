/* Names of hosts, as they may stand in a hosts file or a zone: checked, as strangers choose some.
 */
#include "base/hostname.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define LABEL_MOST 63

/* How long the label is that begins here, or 0 if that is none. */
static size_t label_length(const char *text)
{
	size_t n = 0;

	/* not isalnum(3): the locale has no say in it */
	while ((text[n] >= 'a' && text[n] <= 'z') || (text[n] >= 'A' && text[n] <= 'Z') ||
	       (text[n] >= '0' && text[n] <= '9') || text[n] == '-')
		n++;
	return n > LABEL_MOST || n == 0 || *text == '-' || text[n - 1] == '-' ? 0 : n;
}

bool hostname_read(const char *text, char *ret)
{
	const char *label = text;
	size_t n;

	if (strlen(text) >= HOSTNAME_MAX)
		return false;
	while ((n = label_length(label)) && label[n] == '.')
		label += n + 1;
	if (!n || label[n] || strspn(label, "0123456789") == n)
		return false;
	for (; *text; text++)
		*ret++ = (char)tolower((unsigned char)*text);
	*ret = '\0';
	return true;
}

bool hostname_is_below(const char *name, const char *domain)
{
	size_t len = strlen(name), end = strlen(domain);

	return len > end + 1 && name[len - end - 1] == '.' && strcmp(name + len - end, domain) == 0;
}

/* Whether it is one of so many names. */
static bool is_listed(const char *name, size_t len, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (len == strlen(list[i]) && strncmp(name, list[i], len) == 0)
			return true;
	return false;
}

bool hostname_is_own(const char *name, const char *domain, const char *host)
{
	static const char *const asked[] = { "wpad", "isatap" };
	static const char *const common[] = {
		"localhost",	 "localhost4",	 "localhost6",	   "localhost.localdomain",
		"ip6-localhost", "ip6-loopback", "ip6-localnet",   "ip6-mcastprefix",
		"ip6-allnodes",	 "ip6-allhosts", "ip6-allrouters", "broadcasthost",
	};
	const size_t first = strcspn(host, ".");
	size_t len = strlen(name);

	if (is_listed(name, len, common, sizeof(common) / sizeof(common[0])) ||
	    is_listed(name, strcspn(name, "."), asked, sizeof(asked) / sizeof(asked[0])) ||
	    hostname_is_below(name, "localhost") || strcasecmp(name, host) == 0)
		return true;
	if (domain && hostname_is_below(name, domain))
		len -= strlen(domain) + 1;
	return len == first && strncasecmp(name, host, first) == 0;
}
