/* System calls that glibc has a function for and musl (1.2.3) none: included before all else where musl is built with. */
#ifndef V6HOOK_MUSL_H
#define V6HOOK_MUSL_H

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE 2
static inline int renameat2(int from, const char *old, int to, const char *new, unsigned int flags)
{
	return (int)syscall(SYS_renameat2, from, old, to, new, flags);
}
#endif

#ifndef FSOPEN_CLOEXEC
#define FSOPEN_CLOEXEC 1
#define FSMOUNT_CLOEXEC 1
#define FSCONFIG_CMD_CREATE 6
#define MOUNT_ATTR_NOSUID 2
#define MOUNT_ATTR_NODEV 4
#define MOUNT_ATTR_NOEXEC 8
#define fsopen(type, flags) ((int)syscall(SYS_fsopen, (type), (flags)))
#define fsconfig(context, command, key, value, aux) \
	((int)syscall(SYS_fsconfig, (context), (command), (key), (value), (aux)))
#define fsmount(context, flags, attributes) \
	((int)syscall(SYS_fsmount, (context), (flags), (attributes)))
#endif

static inline int close_range(unsigned int first, unsigned int last, int flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

/* what small/names.c has in place of glibc's: musl looks for protocols in another way */
struct protoent;
int getprotobyname_r(const char *, struct protoent *, char *, size_t, struct protoent **);
int getprotobynumber_r(int, struct protoent *, char *, size_t, struct protoent **);

#endif
