/* Where LXC keeps its containers, and how a container's identity tells that. */
#ifndef V6HOOK_LXC_PATH_H
#define V6HOOK_LXC_PATH_H

#include <stddef.h>
#include <sys/types.h>

/*
 * The path where LXC keeps its containers: lxc.lxcpath of lxc.system.conf(5), else the built-in
 * one; for an ordinary user the one in the home directory. Read here and not asked of liblxc, as
 * hooks need it and do not pay for the library.
 */
void lxc_path_standard(uid_t owner, char *ret, size_t size);

#endif
