/*
 * Runs a program and kills it at, or lets fail, one of its system calls: inject [-l FILE] N
 * kill|ERRNO CMD...
 *
 * Counted from the program's entry point on, when the libraries are loaded: a breakpoint there
 * tells (AT_ENTRY, getauxval(3)). At the entry of the N-th call `kill` sends SIGKILL, and the call
 * is not run. ERRNO (ENOSPC, EIO, ...) makes it fail without being run. Two fail as the kernel lets
 * them fail: close(2) closes all the same, and brk(2) returns the old break. An error that the
 * kernel cannot give is not injected: see `never`. N = 0 only counts.
 *
 * FILE gets a line "NUMBER NAME" (with " exempt" if nothing was done) for the N-th call, for each
 * with N = 0; it is empty if there was none. Returns the program's exit status, or 128 and its
 * signal; 125 if inject itself fails. Children of the program run free. x86_64 and aarch64.
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAILED 125

static const char *const names[] = {
#include "syscall_names.h"
};

static const struct {
	const char *name;
	int number;
} errors[] = {
	{ "ENOSPC", ENOSPC }, { "EIO", EIO },	      { "ENOMEM", ENOMEM }, { "EINTR", EINTR },
	{ "EAGAIN", EAGAIN }, { "ENOBUFS", ENOBUFS }, { "EMFILE", EMFILE }, { "EROFS", EROFS },
};

/* What cannot fail, or never returns. */
static const long never[] = {
	SYS_exit,   SYS_exit_group, SYS_rt_sigreturn, SYS_munmap, SYS_getpid,
	SYS_gettid, SYS_getuid,	    SYS_geteuid,      SYS_getgid, SYS_getegid,
};

#if defined(__x86_64__)
typedef struct user_regs_struct registers;
#define BREAKPOINT 0xccUL
#define BREAKPOINT_MASK 0xffUL
#define BREAKPOINT_LENGTH 1 /* how far the program counter is past it */
#define COUNTER(r) ((r)->rip)
#define RESULT(r) ((r)->rax)
#define FIRST_ARGUMENT(r) ((r)->rdi)
#elif defined(__aarch64__)
typedef struct user_regs_struct registers;
#define BREAKPOINT 0xd4200000UL /* brk #0 */
#define BREAKPOINT_MASK 0xffffffffUL
#define BREAKPOINT_LENGTH 0
#define COUNTER(r) ((r)->pc)
#define RESULT(r) ((r)->regs[0])
#define FIRST_ARGUMENT(r) ((r)->regs[0])
#else
#error "x86_64 and aarch64 only"
#endif

static FILE *list;

static void die(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	exit(FAILED);
}

static void get_registers(pid_t pid, registers *r)
{
	struct iovec v = { r, sizeof(*r) };

	if (ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &v) < 0)
		die("cannot read registers");
}

static void set_registers(pid_t pid, registers *r)
{
	struct iovec v = { r, sizeof(*r) };

	if (ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS, &v) < 0)
		die("cannot write registers");
}

/* Makes the call that is about to begin one that the kernel does not know, so that it is not run.
 */
static void cancel_call(pid_t pid, registers *r)
{
#if defined(__x86_64__)
	r->orig_rax = (unsigned long long)-1;
	set_registers(pid, r);
#else
	int none = -1;
	struct iovec v = { &none, sizeof(none) };

	(void)r;
	if (ptrace(PTRACE_SETREGSET, pid, (void *)NT_ARM_SYSTEM_CALL, &v) < 0)
		die("cannot cancel a call");
#endif
}

/* Goes on, with the signal, until the next stop; exits as the program does when it ends. */
static int resume(pid_t pid, int how, int signal)
{
	int status;

	if (ptrace(how, pid, NULL, (void *)(long)signal) < 0 && errno != ESRCH)
		die("cannot resume");
	if (waitpid(pid, &status, __WALL) < 0)
		die("cannot wait");
	if (WIFSTOPPED(status))
		return status;
	if (list && fclose(list) != 0)
		die("cannot write the list");
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Where the program itself begins, after its loader. */
static unsigned long entry_point(pid_t pid)
{
	Elf64_auxv_t a;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/auxv", (int)pid);
	f = fopen(path, "r");
	while (f && fread(&a, sizeof(a), 1, f) == 1 && a.a_type != AT_NULL)
		if (a.a_type == AT_ENTRY) {
			fclose(f);
			return a.a_un.a_val;
		}
	die("cannot find the entry point");
	return 0;
}

/* Lets the program run up to its entry point. */
static void skip_loader(pid_t pid)
{
	void *entry = (void *)entry_point(pid);
	registers r;
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKTEXT, pid, entry, NULL);
	if (errno || ptrace(PTRACE_POKETEXT, pid, entry,
			    (void *)(((unsigned long)word & ~BREAKPOINT_MASK) | BREAKPOINT)) < 0)
		die("cannot set a breakpoint");
	if (WSTOPSIG(resume(pid, PTRACE_CONT, 0)) != SIGTRAP)
		die("the program did not reach its entry point");
	if (ptrace(PTRACE_POKETEXT, pid, entry, (void *)word) < 0)
		die("cannot remove the breakpoint");
	get_registers(pid, &r);
	COUNTER(&r) -= BREAKPOINT_LENGTH;
	set_registers(pid, &r);
}

static bool is_exempt(long call)
{
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (never[i] == call)
			return true;
	return false;
}

static void tell(long n, long call, bool exempt)
{
	bool known = call >= 0 && call < (long)(sizeof(names) / sizeof(names[0])) && names[call];

	if (list)
		fprintf(list, "%ld %s%s\n", n, known ? names[call] : "unknown",
			exempt ? " exempt" : "");
}

/* Lets the call at whose entry the program is fail; leaves it at the exit of that call. */
static void fail(pid_t pid, long call, int error)
{
	registers before, r;

	get_registers(pid, &before);
	r = before;
	if (call == SYS_brk) {
		FIRST_ARGUMENT(&r) = 0;
		set_registers(pid, &r);
	} else if (call != SYS_close) {
		cancel_call(pid, &r);
	}
	resume(pid, PTRACE_SYSCALL, 0);
	get_registers(pid, &r);
	if (call != SYS_brk)
		RESULT(&r) = (unsigned long)-error;
#if defined(__x86_64__)
	else /* the C library relies on it that a call leaves its arguments as they were */
		FIRST_ARGUMENT(&r) = FIRST_ARGUMENT(&before);
#endif
	set_registers(pid, &r);
}

/* Counts the calls from here on. @error: for the n-th; 0 kills there */
static void trace(pid_t pid, long n, int error)
{
	int status = resume(pid, PTRACE_SYSCALL, 0);
	long count = 0;

	for (;; status = resume(pid, PTRACE_SYSCALL, 0)) {
		struct __ptrace_syscall_info info;

		/* a signal of its own: hand it on; of another program that it becomes, the loader
		 * may end as it likes */
		while (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
			bool becomes = status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8);

			if (becomes)
				skip_loader(pid);
			status = resume(pid, PTRACE_SYSCALL, becomes ? 0 : WSTOPSIG(status));
		}
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) < 0)
			die("cannot tell the call");
		if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
			continue;
		count++;
		if (n == 0)
			tell(count, (long)info.entry.nr, is_exempt((long)info.entry.nr));
		if (n != count)
			continue;
		tell(count, (long)info.entry.nr, error && is_exempt((long)info.entry.nr));
		if (!error)
			kill(pid, SIGKILL);
		else if (!is_exempt((long)info.entry.nr))
			fail(pid, (long)info.entry.nr, error);
	}
}

int main(int argc, char **argv)
{
	int error = -1, status;
	char *end = NULL;
	long n;
	pid_t pid;

	if (argc > 2 && strcmp(argv[1], "-l") == 0) {
		list = fopen(argv[2], "we");
		if (!list)
			die(argv[2]);
		argc -= 2;
		argv += 2;
	}
	n = argc > 3 ? strtol(argv[1], &end, 10) : -1;
	if (argc > 3 && strcmp(argv[2], "kill") == 0)
		error = 0;
	for (size_t i = 0; argc > 3 && i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(argv[2], errors[i].name) == 0)
			error = errors[i].number;
	if (n < 0 || *end || error < 0) {
		fprintf(stderr, "usage: inject [-l FILE] N kill|ERRNO CMD...\n");
		return FAILED;
	}
	pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execvp(argv[3], argv + 3);
		_exit(FAILED);
	}
	if (pid < 0 || waitpid(pid, &status, __WALL) < 0 || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL,
		   (void *)(PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC)) < 0)
		die("cannot trace");
	/* the stop at the exec; before it may come failures along the PATH, which stop nothing */
	resume(pid, PTRACE_CONT, 0);
	skip_loader(pid);
	trace(pid, n, error);
}
