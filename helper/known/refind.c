/*
 * The instance that an address leads to, found by looking into every network namespace.
 *
 * Theory of operation: for a container whose record is lost. What a namespace says of itself is its
 * container's word: whoever has CAP_NET_ADMIN in it adds any address, with any mark. So the host's
 * own kernel is asked: the marked route leads to a bridge, the marked neighbour has a MAC, and the
 * one namespace counts whose port is on that bridge with that MAC. Where the kernel has lost these,
 * nobody can tell which of those that say so has the address; that none does still tells something.
 */
#include "known/refind.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "known/trace.h"
#include "net/address.h"
#include "net/netns.h"
#include "net/port.h"
#include "wire/nl.h"

#define NAMED "/run/netns" /* where ip-netns(8) keeps those that have a name */

struct search {
	const struct in6_addr *address;
	struct nl_sock *host;
	struct trace trace;
	bool traced;	/* the host's kernel knows where it leads */
	uint64_t *seen; /* inodes of namespaces that have been looked into */
	size_t seen_count;
	refind_taken taken;
	void *arg;
	unsigned int count; /* namespaces that it leads to, or, if not traced, that have it */
	int failed;	    /* -errno: one could not be looked into */
	struct attachment found;
};

static void search_release(struct search *s)
{
	cleanup_nl_sock(&s->host);
	free(s->seen);
}

static int on_address(const struct address *a, void *arg)
{
	const struct search *s = arg;

	return a->ours && memcmp(&a->address, s->address, sizeof(a->address)) == 0;
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

/* Whether the address leads to the namespace. Returns 1, 0 or -errno. */
static int leads_to(struct search *s, const struct netns *netns)
{
	_nl_sock_ struct nl_sock *inner = NULL;
	struct port port;
	struct error e;
	int r = netns_nl_open(netns, &inner, &e);

	if (r < 0)
		return r;
	if (!s->traced)
		return address_each(inner, 0, on_address, s);
	r = port_find(s->host, inner, netns, s->trace.mac, &port, &e);
	/* it has no port, or one that we do not serve */
	if (r == -ENXIO || r == -ENODEV)
		return 0;
	return r < 0 ? r
		     : port.via == s->trace.via &&
			       memcmp(port.mac, s->trace.mac, sizeof(port.mac)) == 0;
}

/* Looks into one namespace. @pid: 0 for one that is a file */
static void look_into(struct search *s, pid_t pid, const char *path)
{
	_netns_ struct netns netns = NETNS_NONE;
	struct error e;
	int r = pid ? netns_pin_pid(pid, &netns, &e) : netns_pin_file(path, &netns, &e);

	/* gone, the host's own, or no namespace */
	if (r == -ESRCH || r == -ENOENT || r == -EBUSY || r == -EINVAL)
		return;
	if (r == 0)
		r = leads_to(s, &netns);
	if (r < 0)
		s->failed = r;
	if (r != 1)
		return;
	s->found = (struct attachment){ .pid = pid,
					.netns_dev = netns.dev,
					.netns_inode = netns.inode,
					.started = netns.started };
	if (!pid)
		snprintf(s->found.netns_path, sizeof(s->found.netns_path), "%s", path);
	/* whoever is known otherwise has taken the MAC of another */
	if (!s->taken || !s->taken(&s->found, s->arg))
		s->count++;
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

int refind_but(const struct in6_addr *address, refind_taken taken, void *arg,
	       struct attachment *ret, struct error *e)
{
	CLEANUP(search_release)
	struct search s = { .address = address, .taken = taken, .arg = arg };
	int r = nl_open(&s.host, e);

	if (r < 0)
		return r;
	s.traced = trace_leads(s.host, address, &s.trace);
	look_in(&s, "/proc", true);
	look_in(&s, NAMED, false);
	if (s.count > 1 || (s.count && !s.traced))
		return error_set(e, STATUS_FAILED, -EEXIST,
				 "its record is lost, and the kernel does not tell which network "
				 "namespace the address leads to: attach it by hand");
	if (s.count == 0 && s.failed)
		return error_sys(e, s.failed,
				 "its record is lost, and not every network "
				 "namespace could be looked into");
	if (s.count == 1) {
		s.found.since = ret->since;
		*ret = s.found;
	}
	return (int)s.count;
}

int refind(const struct in6_addr *address, struct attachment *ret, struct error *e)
{
	return refind_but(address, NULL, NULL, ret, e);
}
