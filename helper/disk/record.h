/* The record of what setup has done to the host, by which it is taken back. */
#ifndef V6HOOK_DISK_RECORD_H
#define V6HOOK_DISK_RECORD_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"

#define RECORD_SUFFIX ".setup" /* after the configuration's name: beside it */

/* A file that is put in place. */
struct setup_file {
	char *path;
	char *text;
	bool kept;    /* there was one before: disk/put.h */
	bool amended; /* it is another's, and only changed in part */
};

/* A sysctl below /proc/sys/net/ipv6, and what it was before. */
struct setup_value {
	char part[8], dev[IF_NAMESIZE], name[32];
	int old;
};

#define SETUP_FILES_MAX 8
#define SETUP_DIRECTORIES_MAX 8
#define SETUP_VALUES_MAX 64

struct setup_record {
	bool finished;
	struct setup_file files[SETUP_FILES_MAX];
	size_t file_count;
	char *directories[SETUP_DIRECTORIES_MAX]; /* made, parents first */
	size_t directory_count;
	struct setup_value values[SETUP_VALUES_MAX]; /* in the order in which they were changed */
	size_t value_count;
	bool service;	      /* it was enabled or started, and before that was: */
	bool enabled, active; /* so */
};

/*
 * Reads the record of the configuration at that path.
 * Returns 0, -ENOENT if there is none, or -errno with a message.
 */
int setup_record_read(const char *config_path, struct setup_record **ret, struct error *e);

/* Writes it, durably and at once. Returns 0 or -errno. */
int setup_record_write(const char *config_path, const struct setup_record *r, struct error *e);

/* Removes it. Returns 0 or -errno. */
int setup_record_remove(const char *config_path, struct error *e);

void setup_record_free(struct setup_record *r);
void setup_file_release(struct setup_file *f);

/* Whether both tell the same; null is one that is not there. */
bool setup_record_is_same(const struct setup_record *a, const struct setup_record *b);

/* What it says of a file, or null. */
const struct setup_file *setup_record_file(const struct setup_record *r, const char *path);

/* Adds one; the texts are copied. Returns 0 or -errno (-E2BIG: no room). */
int setup_record_add_file(struct setup_record *r, const char *path, const char *text, bool kept,
			  bool amended);
int setup_record_add_directory(struct setup_record *r, const char *path);
int setup_record_add_value(struct setup_record *r, const char *part, const char *dev,
			   const char *name, int old);

DEFINE_CLEANUP(struct setup_record *, cleanup_setup_record, setup_record_free)
#define _setup_record_ CLEANUP(cleanup_setup_record)

#endif
