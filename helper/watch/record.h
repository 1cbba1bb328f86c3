/* What the parser of the watch service tells the applier: one record of fixed size, nothing else.
 */
#ifndef V6HOOK_RECORD_H
#define V6HOOK_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/runtime.h"

#define RECORD_MAGIC 0x76366805u /* "v6h", and the layout's number */

enum record_kind {
	RECORD_RUNNING = 1,
	RECORD_GONE,
	RECORD_RENAMED,
	RECORD_LISTED,
	RECORD_NOTE, /* text to be told: a container that is left alone, a label that is wrong */
};

/*
 * Written whole and read whole on a SOCK_SEQPACKET pair. The parser has read hostile input: the
 * applier checks every field, ends every text itself, and believes no PID (it must be a process of
 * that container: record_check).
 */
struct record {
	uint32_t magic;
	uint32_t kind;
	uint32_t engine; /* enum engine: of the channel, whatever the parser says */
	int32_t pid;
	uint32_t wish; /* enum runtime_wish: of the label v6hook.enable */
	uint32_t has_mac;
	uint8_t mac[8]; /* six of them */
	struct in6_addr given[INSTANCE_GIVEN_MAX];
	uint32_t given_count;
	struct exposed expose, published; /* as struct instance has them */
	char id[80];
	char name[256];
	char old_name[256];	     /* for RECORD_RENAMED; "" if nobody told it */
	char address[64];	     /* label v6hook.address */
	char why[256];		     /* a word, or for RECORD_NOTE the text */
	char place[IDENT_PLACE_MAX]; /* as struct instance has it, */
	char hostname[HOSTNAME_MAX]; /* and this */
};

/* Writes down what is known of an instance. */
void record_fill(struct record *r, const struct instance *i);

/* Whether the record is well-formed for its engine; ends its texts. Returns 0 or -EBADMSG. */
int record_check(struct record *r);

/*
 * Whether what /proc/PID/cgroup says is of a process in the container with this ID: /ID,
 * docker-ID.scope, libpod-ID.scope. The outermost ID of a line counts: what is in a container may
 * name groups below its own as it likes.
 */
bool record_in_group(const char *cgroup, const char *id);

/*
 * The outermost ID that /proc/PID/cgroup names. Returns whether there is one, and the same in all
 * lines that have any. @ret_podman: it is of Podman's form
 */
bool record_group_id(const char *cgroup, char ret_id[65], bool *ret_podman);

/*
 * Whether the process belongs to the container with the record's ID: its cgroup is named for it
 * (cgroups(7), /proc/PID/cgroup). Of Incus it must be the first process of the record's instance,
 * as its monitor, which has Incus's directory and the instance in the name of its socket, shows.
 * @ret_started: when that process was started (process_started), as its number may be another's
 * soon. Returns 0 or -ESRCH.
 */
int record_check_pid(const struct record *r, const struct config_engine *engine,
		     uint64_t *ret_started);

#endif
