/* Cleanup attributes and steal helpers: how every resource here is freed. */
#ifndef V6HOOK_CLEANUP_H
#define V6HOOK_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(func) __attribute__((cleanup(func)))

/* Defines NAME(T *p), which calls FUNC on *p unless it is null. */
#define DEFINE_CLEANUP(type, name, func) \
	static inline void name(type *p) \
	{                                \
		if (*p)                  \
			func(*p);        \
	}

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

DEFINE_CLEANUP(FILE *, cleanup_fclose, fclose)
DEFINE_CLEANUP(DIR *, cleanup_closedir, closedir)

#define _free_ CLEANUP(cleanup_free)
#define _close_ CLEANUP(cleanup_close)
#define _fclose_ CLEANUP(cleanup_fclose)
#define _closedir_ CLEANUP(cleanup_closedir)

/* Takes the descriptor out of *fd: the caller owns it, *fd becomes -1. */
static inline int steal_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* Takes the pointer out of *p: the caller owns it, *p becomes null. */
#define steal_ptr(p)                            \
	({                                      \
		__typeof__(*(p)) taken_ = *(p); \
		*(p) = NULL;                    \
		taken_;                         \
	})

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
