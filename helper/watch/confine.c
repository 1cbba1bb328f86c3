/* What a process gives up for good before it reads what comes from outside. */
#include "watch/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

#define NOBODY 65534

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __i386__
#define ARCHITECTURE AUDIT_ARCH_I386
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined __arm__
#define ARCHITECTURE AUDIT_ARCH_ARM
#elif defined __riscv && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined __powerpc64__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCHITECTURE AUDIT_ARCH_PPC64LE
#elif defined __s390x__
#define ARCHITECTURE AUDIT_ARCH_S390X
#else
#error "name this machine's AUDIT_ARCH (linux/audit.h) here"
#endif

/* One system call that is allowed; with a mask only if the argument is so. */
struct call {
	uint32_t number;
	uint32_t argument, mask, value;
};

/* To read streams that are open, keep memory, know the time, wait and end. */
static const struct call reading[] = {
	{ .number = SYS_read },
	{ .number = SYS_recvfrom },
	{ .number = SYS_recvmsg },
	{ .number = SYS_sendto },
	{ .number = SYS_close },
	{ .number = SYS_ppoll },
#ifdef SYS_poll
	{ .number = SYS_poll },
#endif
#ifdef SYS_ppoll_time64
	{ .number = SYS_ppoll_time64 },
#endif
#ifdef SYS_recv
	{ .number = SYS_recv },
	{ .number = SYS_send },
#endif
	{ SYS_fcntl, 1, ~0U, F_GETFL },
	{ SYS_fcntl, 1, ~0U, F_SETFL },
	{ SYS_fcntl, 1, ~0U, F_SETFD },
#ifdef SYS_fcntl64
	{ SYS_fcntl64, 1, ~0U, F_GETFL },
	{ SYS_fcntl64, 1, ~0U, F_SETFL },
	{ SYS_fcntl64, 1, ~0U, F_SETFD },
#endif
	{ SYS_ioctl, 1, ~0U, FIONBIO },
	{ .number = SYS_getsockopt },
	{ .number = SYS_getpeername },
	{ .number = SYS_getsockname },
	{ .number = SYS_brk },
#ifdef SYS_mmap
	{ SYS_mmap, 2, PROT_EXEC, 0 },
#endif
#ifdef SYS_mmap2
	{ SYS_mmap2, 2, PROT_EXEC, 0 },
#endif
	{ SYS_mprotect, 2, PROT_EXEC, 0 },
	{ .number = SYS_munmap },
	{ .number = SYS_mremap },
	{ .number = SYS_madvise },
	{ .number = SYS_futex },
	{ .number = SYS_clock_gettime },
#ifdef SYS_clock_gettime64
	{ .number = SYS_clock_gettime64 },
#endif
	{ .number = SYS_gettimeofday },
	{ .number = SYS_getrandom },
	{ .number = SYS_getpid },
	{ .number = SYS_restart_syscall },
	{ .number = SYS_rt_sigreturn },
	{ .number = SYS_rt_sigprocmask },
	{ .number = SYS_exit },
	{ .number = SYS_exit_group },
};

/* To connect to Unix sockets besides, and pass descriptors on. */
static const struct call connecting[] = {
	{ SYS_socket, 0, ~0U, AF_UNIX }, { SYS_socketpair, 0, ~0U, AF_UNIX },
	{ .number = SYS_connect },	 { .number = SYS_sendmsg },
	{ .number = SYS_shutdown },
};

#define PROGRAM_MOST (6 * (ARRAY_SIZE(reading) + ARRAY_SIZE(connecting)) + 8)

struct program {
	struct sock_filter code[PROGRAM_MOST];
	unsigned short len;
};

static void put(struct program *p, uint16_t code, uint8_t yes, uint8_t no, uint32_t k)
{
	p->code[p->len++] = (struct sock_filter){ code, yes, no, k };
}

/* Loads a word of struct seccomp_data. */
static void load(struct program *p, size_t offset)
{
	put(p, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static void put_calls(struct program *p, const struct call *calls, size_t count)
{
	/* the lower half of an argument: what these calls look at */
	const size_t half = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0;

	for (const struct call *c = calls; c < calls + count; c++) {
		put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, c->mask ? 5 : 1, c->number);
		if (c->mask) {
			load(p, offsetof(struct seccomp_data, args) + 8 * c->argument + half);
			put(p, BPF_ALU | BPF_AND | BPF_K, 0, 0, c->mask);
			put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, c->value);
		}
		put(p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
		if (c->mask)
			load(p, offsetof(struct seccomp_data, nr));
	}
}

int confine_calls(bool connects)
{
	struct program p = { .len = 0 };
	struct sock_fprog program = { .filter = p.code };

	load(&p, offsetof(struct seccomp_data, arch));
	/* calls by another architecture's numbers nobody makes by mistake */
	put(&p, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCHITECTURE);
	put(&p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
	load(&p, offsetof(struct seccomp_data, nr));
	put_calls(&p, reading, ARRAY_SIZE(reading));
	if (connects) {
		put_calls(&p, connecting, ARRAY_SIZE(connecting));
	} else {
		/* "done", and nothing is: libcurl insists on it, whatever is connected already */
		put(&p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_connect);
		put(&p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | 0);
	}
	/* no kill: a later libcurl that tries something else on its way works on all the same */
	put(&p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM);
	program.len = p.len;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 ? -errno : 0;
}

int confine_rights(bool nobody)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };
	const struct rlimit memory = { 64 << 20, 64 << 20 }, files = { 64, 64 };

	/* needs CAP_SETPCAP; without it the set is what the service's unit bounds it to */
	for (unsigned long cap = 0; cap <= CAP_LAST_CAP; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	/*
	 * In the service's unit nobody may become another user: there it stays root, of which a
	 * process without capabilities, shut in by its filter, has nothing.
	 */
	if (nobody &&
	    (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	     setresuid(NOBODY, NOBODY, NOBODY) < 0) &&
	    errno != EPERM)
		return -errno;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_capset, &header, none) < 0 ||
	    setrlimit(RLIMIT_DATA, &memory) < 0 || setrlimit(RLIMIT_NOFILE, &files) < 0)
		return -errno;
	return 0;
}
