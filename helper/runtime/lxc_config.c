/* What an LXC container's configuration file says, as far as v6hook needs to know it. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "runtime/lxc_path.h"
#include "runtime/runtime.h"

#define FILE_MAX (256 * 1024) /* bytes */
#define FILES_MAX 64	      /* with all that are included */
#define DEPTH_MAX 8

struct reading {
	struct in6_addr *list;
	int count;
	struct in6_addr ipv4[2]; /* mapped: one, or more than can be told apart */
	int ipv4_count;
	unsigned long long nets; /* a bit for each lxc.net.N that is there */
	int files;
	unsigned int hooks; /* a bit for each of hook_keys that calls v6hook */
};

/* The hooks by which a start may ask for an address: lxc-config/. */
static const char *const hook_keys[] = { "lxc.hook.start-host", "lxc.hook.start",
					 "lxc.hook.mount" };

static int read_file(struct reading *r, const char *path, int depth);

/* Includes a file, or every *.conf of a directory (lxc: confile.c, set_config_includefiles). */
static int include(struct reading *r, const char *path, int depth)
{
	_closedir_ DIR *dir = opendir(path);
	struct dirent *entry;
	char file[PATH_MAX];

	if (!dir)
		return read_file(r, path, depth);
	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		int err;

		if (len < 5 || strcmp(entry->d_name + len - 5, ".conf") != 0 ||
		    (size_t)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name) >=
			    sizeof(file))
			continue;
		err = read_file(r, file, depth);
		if (err < 0)
			return err;
	}
	return 0;
}

/* Cuts blanks off both ends, and quotes around the whole (lxc: confile.c, parse_line). */
static char *trim(char *text)
{
	size_t len;

	text = text_trim(text);
	len = strlen(text);

	if (len > 1 && (*text == '"' || *text == '\'') && text[len - 1] == *text) {
		text[len - 1] = '\0';
		text++;
	}
	return text;
}

/* Whether the key is lxc.net.N.ipv6.address. */
static bool names_address(const char *key)
{
	int end = 0;

	return sscanf(key, "lxc.net.%*u.ipv6.address%n", &end) == 0 && end && !key[end];
}

/* The same of IPv4. */
static bool names_ipv4(const char *key)
{
	int end = 0;

	return sscanf(key, "lxc.net.%*u.ipv4.address%n", &end) == 0 && end && !key[end];
}

/* Takes an address, without its length. */
static void add(struct reading *r, char *value)
{
	value[strcspn(value, "/ \t")] = '\0';
	if (r->count < INSTANCE_GIVEN_MAX && inet_pton(AF_INET6, value, &r->list[r->count]) == 1)
		r->count++;
}

static void add_ipv4(struct reading *r, char *value)
{
	struct in_addr address;

	value[strcspn(value, "/ \t")] = '\0';
	if (r->ipv4_count < (int)ARRAY_SIZE(r->ipv4) && inet_pton(AF_INET, value, &address) == 1)
		r->ipv4[r->ipv4_count++] = text_map(&address);
}

/* Takes what a key says of which networks there are, and of their addresses of IPv4. */
static void read_net(struct reading *r, const char *key, char *value)
{
	unsigned int net;

	if (strcmp(key, "lxc.net") == 0) {
		r->nets = 0;
		r->ipv4_count = 0;
	} else if (sscanf(key, "lxc.net.%u.", &net) == 1) {
		r->nets |= 1ULL << net % 64;
		if (names_ipv4(key) && !*value)
			r->ipv4_count = 0;
		else if (names_ipv4(key))
			add_ipv4(r, value);
	}
}

static int read_line(struct reading *r, char *line, int depth)
{
	char *key = trim(line), *value = strchr(key, '=');

	if (*key == '#' || !value)
		return 0;
	*value++ = '\0';
	key = trim(key);
	value = trim(value);
	if (strcmp(key, "lxc.include") == 0)
		return include(r, value, depth + 1);
	for (size_t i = 0; i < ARRAY_SIZE(hook_keys); i++) {
		if (strcmp(key, hook_keys[i]) != 0)
			continue;
		/* an empty one takes back those before it */
		r->hooks &= *value ? ~0U : ~(1U << i);
		r->hooks |= strstr(value, "v6hook") ? 1U << i : 0;
	}
	/* an empty one takes back what stood before; of which interface does not matter */
	if (!*value && (strcmp(key, "lxc.net") == 0 || names_address(key)))
		r->count = 0;
	else if (names_address(key))
		add(r, value);
	read_net(r, key, value);
	return 0;
}

static int read_file(struct reading *r, const char *path, int depth)
{
	_free_ char *text = NULL;
	char *line, *rest;
	size_t len;
	int err;

	if (depth > DEPTH_MAX || ++r->files > FILES_MAX)
		return -ELOOP;
	err = file_read(AT_FDCWD, path, FILE_MAX, &text, &len);
	for (line = err < 0 ? NULL : strtok_r(text, "\n", &rest); line && err == 0;
	     line = strtok_r(NULL, "\n", &rest))
		err = read_line(r, line, depth);
	return err;
}

/* Reads a container's configuration: @file, or null where LXC has it. Returns 0 or -errno. */
static int read_config(struct reading *r, const struct ident *id, const char *file, struct error *e)
{
	char standard[PATH_MAX], path[2 * PATH_MAX];
	int err;

	lxc_path_standard(id->owner, standard, sizeof(standard));
	if (!file)
		snprintf(path, sizeof(path), "%s/%s/config", *id->path ? id->path : standard,
			 id->name);
	err = read_file(r, file ? file : path, 0);
	return err < 0 ? error_sys(e, err, "cannot read the configuration %s", file ? file : path)
		       : 0;
}

int runtime_lxc_written(const struct ident *id, const char *file, struct in6_addr *ret,
			struct error *e)
{
	struct in6_addr list[INSTANCE_GIVEN_MAX];
	struct reading r = { .list = list };
	int err = read_config(&r, id, file, e);

	if (err < 0)
		return err;
	/* of several networks nobody says here which is the port's */
	if (r.ipv4_count == 1 && !(r.nets & (r.nets - 1)) && r.count < INSTANCE_GIVEN_MAX)
		list[r.count++] = r.ipv4[0];
	memcpy(ret, list, sizeof(*list) * (size_t)r.count);
	return r.count;
}

int runtime_lxc_includes(const struct ident *id)
{
	struct in6_addr list[INSTANCE_GIVEN_MAX];
	struct reading r = { .list = list };
	struct error ignored;
	int err = read_config(&r, id, NULL, &ignored);

	return err < 0 ? err : r.hooks != 0;
}
