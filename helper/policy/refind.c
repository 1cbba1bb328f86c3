/*
 * The instance that has an address, found by looking into every network namespace.
 *
 * For a container whose record is lost: what the attach left in it says where it is.
 */
#include "policy/refind.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "net/address.h"
#include "net/netns.h"
#include "net/nl.h"

#define NAMED "/run/netns" /* where ip-netns(8) keeps those that have a name */

struct search {
	const struct in6_addr *address;
	uint64_t *seen; /* inodes of namespaces that have been looked into */
	size_t seen_count;
	unsigned int marked, others; /* namespaces that have it */
	bool here_marked, here;	     /* the one that is looked into */
	int failed;		     /* -errno: one could not be looked into */
	struct attachment found;
};

static void search_release(struct search *s)
{
	free(s->seen);
}

static int on_address(const struct address *a, void *arg)
{
	struct search *s = arg;

	if (memcmp(&a->address, s->address, sizeof(a->address)) == 0) {
		s->here = true;
		s->here_marked |= a->ours;
	}
	return 0;
}

/* Whether the namespace behind the path has been met already; it has been from now on. */
static bool is_known(struct search *s, const char *path)
{
	uint64_t *larger;
	struct stat st;

	/* a process that is gone, and its namespace with it */
	if (stat(path, &st) < 0)
		return true;
	for (size_t i = 0; i < s->seen_count; i++)
		if (s->seen[i] == st.st_ino)
			return true;
	larger = reallocarray(s->seen, s->seen_count + 1, sizeof(*larger));
	if (!larger) {
		s->failed = -ENOMEM;
		return true;
	}
	s->seen = larger;
	s->seen[s->seen_count++] = st.st_ino;
	return false;
}

/* Looks into one namespace. @pid: 0 for one that is a file */
static void look_into(struct search *s, pid_t pid, const char *path)
{
	_netns_ struct netns netns = NETNS_NONE;
	_nl_sock_ struct nl_sock *inner = NULL;
	struct error e;
	int r = pid ? netns_pin_pid(pid, &netns, &e) : netns_pin_file(path, &netns, &e);

	/* gone, the host's own, or no namespace */
	if (r == -ESRCH || r == -ENOENT || r == -EBUSY || r == -EINVAL)
		return;
	s->here = s->here_marked = false;
	if (r == 0)
		r = netns_nl_open(&netns, &inner, &e);
	if (r == 0)
		r = address_each(inner, 0, on_address, s);
	if (r < 0)
		s->failed = r;
	if (r < 0 || !s->here)
		return;
	s->marked += s->here_marked;
	s->others += !s->here_marked;
	if (!s->here_marked)
		return;
	s->found = (struct attachment){ .pid = pid,
					.netns_dev = netns.dev,
					.netns_inode = netns.inode,
					.started = netns.started };
	if (!pid)
		snprintf(s->found.netns_path, sizeof(s->found.netns_path), "%s", path);
}

/* Looks into those of all processes, or of all names. */
static void look_in(struct search *s, const char *place, bool processes)
{
	_closedir_ DIR *dir = opendir(place);
	struct dirent *entry;

	if (!dir && errno != ENOENT)
		s->failed = -errno;
	while (dir && (entry = readdir(dir))) {
		pid_t pid = processes ? atoi(entry->d_name) : 0;
		char path[256];

		if (*entry->d_name == '.' || (processes && pid <= 0))
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s/%s%s", place, entry->d_name,
				     processes ? "/ns/net" : "") < sizeof(path) &&
		    !is_known(s, path))
			look_into(s, pid, path);
	}
}

int refind(const struct in6_addr *address, struct attachment *ret, struct error *e)
{
	CLEANUP(search_release) struct search s = { .address = address };

	look_in(&s, "/proc", true);
	look_in(&s, NAMED, false);
	if (s.marked + s.others > 1 || s.others)
		return error_set(e, STATUS_FAILED, -EEXIST,
				 "its record is lost, and the network namespaces do not tell "
				 "which of them has the address: attach it by hand");
	if (s.marked == 0 && s.failed)
		return error_sys(e, s.failed,
				 "its record is lost, and not every network "
				 "namespace could be looked into");
	if (s.marked == 1) {
		s.found.since = ret->since;
		*ret = s.found;
	}
	return (int)s.marked;
}
