/* Processes as /proc and pidfds tell of them (proc(5), pidfd_open(2)). */
#ifndef V6HOOK_PROCESS_H
#define V6HOOK_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

struct process {
	pid_t pid, parent; /* in our own PID namespace */
	uid_t uid;	   /* effective */
	uid_t real_uid;	   /* whose it is; another's than uid while a program with a setuid bit runs */
	int depth;	   /* of its PID namespace below ours: 1 is ours */
	pid_t inner;	   /* its number in its own PID namespace */
};

/* What /proc/PID/status says. Returns 0 or -ESRCH. */
int process_read(pid_t pid, struct process *ret);

/*
 * When it was started, in clock ticks since the boot: with its number it is one process and no
 * other (proc_pid_stat(5), starttime). @proc: its directory in /proc. Returns 0, -ESRCH if it is
 * gone, or -errno.
 */
int process_started(int proc, uint64_t *ret);

/* The same of a process by its number. */
int process_started_at(pid_t pid, uint64_t *ret);

/*
 * Whether the process of that number, started then, lives; wherever it has gone meanwhile.
 * Returns 1, 0, or -errno if that cannot be told now.
 */
int process_is(pid_t pid, uint64_t started);

/* The process of a pidfd. Returns 0, -ESRCH if it is gone, -EINVAL if that is no pidfd. */
int process_of_pidfd(int pidfd, pid_t *ret);

/* Whether the process of a pidfd lives. */
bool process_lives(int pidfd);

/*
 * Who made a Unix connection (SO_PEERCRED, SO_PEERPIDFD: unix(7)).
 * @ret_pidfd: to be closed by the caller. Returns 0 or -errno, also if the process is gone and the
 * kernel keeps no pidfd of it.
 */
int process_peer(int connection, struct ucred *ret_who, int *ret_pidfd);

#endif
