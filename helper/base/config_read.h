/* The configuration file, read strictly; /etc/v6hook/config.json, see v6hook.json(5). */
#ifndef V6HOOK_CONFIG_READ_H
#define V6HOOK_CONFIG_READ_H

#include "base/config.h"

/*
 * Reads the configuration.
 * @path: the file; at most CONFIG_SIZE_MAX bytes
 * Returns 0 and a configuration for config_free, or -errno with a message that names the file
 * and the key, STATUS_USAGE.
 */
int config_read(const char *path, struct config **ret, struct error *e);

/* The same of a text of len bytes that is, or is to be, in that file. */
int config_parse(const char *path, const char *text, size_t len, struct config **ret,
		 struct error *e);

/*
 * What is left of a file that is bad, missing or not to be read: the defaults and no pool, with the
 * places that it names ("socket", "state_dir") and the gateway as far as it is JSON. For what only
 * looks, asks or takes out of service.
 * Returns 0 or -ENOMEM.
 */
int config_salvage(const char *path, struct config **ret, struct error *e);

/*
 * Whether the file says "lxc": { "required": true }, whatever else is wrong in it: false if it
 * cannot be read as JSON.
 */
bool config_requires_lxc(const char *path);

#endif
