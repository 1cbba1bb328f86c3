/*
 * Which network manager of the host has an interface, and where it is configured.
 *
 * Theory of operation: none is asked, as who does not run does not answer, but each leaves a trace:
 * systemd-networkd a file for each link with the .network file that it took for it
 * (src/network/networkd-state-file.c); NetworkManager one for each device that it manages
 * (src/core/nm-config.c); ifupdown the list of what it has brought up (interfaces(5), ifup(8)), and
 * where that is missing what is to be brought up. netplan is none itself: it writes the
 * configuration of the first two.
 */
#include "world/manager.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

#define TEXT_MAX (1024 * 1024) /* bytes */

/* Reads a file, or null. */
static char *read_text(const char *path)
{
	char *text = NULL;
	size_t len;

	return file_read(AT_FDCWD, path, TEXT_MAX, &text, &len) == 0 ? text : NULL;
}

/* The value of a line KEY=VALUE in what out has room for; false if there is none. */
static bool value_of(const char *text, const char *key, char *out, size_t size)
{
	size_t n = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, n) == 0 && line[n] == '=') {
			line += n + 1;
			snprintf(out, size, "%.*s", (int)strcspn(line, "\n"), line);
			return true;
		}
	}
	return false;
}

static bool is_networkd(int ifindex, struct manager *ret)
{
	_free_ char *text = NULL;
	char path[64], state[32];

	snprintf(path, sizeof(path), "/run/systemd/netif/links/%d", ifindex);
	text = read_text(path);
	if (!text || !value_of(text, "ADMIN_STATE", state, sizeof(state)) ||
	    strcmp(state, "unmanaged") == 0 ||
	    !value_of(text, "NETWORK_FILE", ret->file, sizeof(ret->file)) || *ret->file != '/')
		return false;
	ret->netplan = strstr(ret->file, "-netplan-") != NULL;
	return true;
}

static bool is_networkmanager(int ifindex, struct manager *ret)
{
	_free_ char *text = NULL;
	char path[64], value[64];
	glob_t found = { 0 };

	snprintf(path, sizeof(path), "/run/NetworkManager/devices/%d", ifindex);
	text = read_text(path);
	if (!text ||
	    !((value_of(text, "managed", value, sizeof(value)) && strcmp(value, "true") == 0) ||
	      value_of(text, "connection-uuid", value, sizeof(value))))
		return false;
	ret->netplan =
		glob("/run/NetworkManager/system-connections/netplan-*", 0, NULL, &found) == 0;
	globfree(&found);
	return true;
}

/* What a stanza sets accept_ra to that does not say so, by its method; -1: it is left alone. */
static int accept_ra_of(const char *method)
{
	return strcmp(method, "auto") == 0   ? 2
	       : strcmp(method, "dhcp") == 0 ? 1
	       : strcmp(method, "static") == 0 || strcmp(method, "v4tunnel") == 0 ||
			       strcmp(method, "6to4") == 0
		       ? 0
		       : -1;
}

/* Whether the line is the head of a stanza for the interface, and what that sets accept_ra to. */
static bool is_head(const char *line, const char *name, bool *ret_inet6, int *ret_accept_ra)
{
	char which[64], family[16], method[32];

	if (sscanf(line, " iface %63s %15s %31s", which, family, method) != 3 ||
	    strcmp(which, name) != 0)
		return false;
	*ret_inet6 = strcmp(family, "inet6") == 0;
	if (*ret_inet6)
		*ret_accept_ra = accept_ra_of(method);
	return true;
}

/* Whether the line begins another stanza (interfaces(5)). */
static bool ends_stanza(const char *line)
{
	static const char *const words[] = {
		"iface",    "auto",	    "mapping",	  "source", "source-directory",
		"template", "no-auto-down", "no-scripts", "rename"
	};
	char word[32] = "";

	sscanf(line, " %31s", word);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return strncmp(word, "allow-", strlen("allow-")) == 0;
}

/* Looks for `iface NAME`, for inet6 if there is such a one, in one file of interfaces(5). */
static bool has_stanza(const char *path, const char *name, struct manager *ret)
{
	_free_ char *text = read_text(path);
	char *save, *line = text ? strtok_r(text, "\n", &save) : NULL;
	bool found = false, inside = false;
	int number;

	for (; line; line = strtok_r(NULL, "\n", &save)) {
		bool inet6 = false;

		if (is_head(line, name, &inet6, &ret->accept_ra)) {
			if (inet6 || !found)
				snprintf(ret->file, sizeof(ret->file), "%s", path);
			found = true;
			inside = inet6;
		} else if (ends_stanza(line)) {
			inside = false;
		} else if (inside && sscanf(line, " accept_ra %d", &number) == 1) {
			ret->accept_ra = number;
		}
	}
	return found;
}

char *manager_amend(const struct manager *m, const char *name)
{
	_free_ char *text = read_text(m->file);
	char *out = NULL;
	size_t size;
	FILE *to = text ? open_memstream(&out, &size) : NULL;
	bool inside = false, inet6;
	int number;

	for (char *line = text, *next; to && *line; line = next) {
		size_t len = strcspn(line, "\n");

		next = line + len + (line[len] == '\n');
		line[len] = '\0';
		inet6 = false;
		if (is_head(line, name, &inet6, &number) || ends_stanza(line))
			inside = inet6;
		/* what it says now gives way to the line below its head */
		if (inside && !inet6 && sscanf(line, " accept_ra %d", &number) == 1)
			continue;
		fprintf(to, "%s\n%s", line, inet6 ? "    accept_ra 2\n" : "");
	}
	if (to && fclose(to) == 0)
		return out;
	free(out);
	return NULL;
}

static bool is_ifupdown(const char *name, struct manager *ret)
{
	_free_ char *up = read_text("/run/network/ifstate");
	char ignored[64];
	glob_t found = { 0 };
	bool configured = has_stanza("/etc/network/interfaces", name, ret);

	if (glob("/etc/network/interfaces.d/*", 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			configured |= has_stanza(found.gl_pathv[i], name, ret);
	globfree(&found);
	return configured || (up && value_of(up, name, ignored, sizeof(ignored)));
}

void manager_find(int ifindex, const char *name, struct manager *ret)
{
	*ret = (struct manager){ .title = "none that is known", .accept_ra = -1 };
	if (is_networkd(ifindex, ret)) {
		ret->kind = MANAGER_NETWORKD;
		ret->title = "systemd-networkd";
	} else if (is_networkmanager(ifindex, ret)) {
		ret->kind = MANAGER_NETWORKMANAGER;
		ret->title = "NetworkManager";
	} else if (is_ifupdown(name, ret)) {
		ret->kind = MANAGER_IFUPDOWN;
		ret->title = "ifupdown";
	}
}
