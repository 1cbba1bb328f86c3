/*
 * What a container is given that asks from within: this program and the service's socket.
 *
 * Theory of operation: both lie in a file system of the container's own, made for it alone, filled
 * and then read-only. So nothing of the host's files is in it that it could write, whatever it may
 * mount: the program is a copy, and the copy of no other container. The socket is a mount of the
 * service's, read-only. Where no service runs an empty file stands for it, which nobody can connect
 * to, and the container starts.
 */
#include "placing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/member.h"

#define PLACE "v6hook"
#define PROGRAM "v6hook-start"
#define SOCKET "v6hook.sock"

static char said[256];

/* What failed, and why. */
static const char *failed(const char *what)
{
	snprintf(said, sizeof(said), "cannot %s: %s", what, strerror(errno));
	return said;
}

/* Copies this program into the current directory. Returns 0, or -1 with errno. */
static int copy_program(void)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int to = open(PROGRAM, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0555);
	char part[65536];
	ssize_t n = from < 0 || to < 0 ? -1 : 1;
	int bad;

	while (n > 0) {
		n = read(from, part, sizeof(part));
		if (n > 0 && write(to, part, (size_t)n) != n)
			n = -1;
	}
	/* the umask is the engine's */
	bad = n < 0 || fchmod(to, 0555) < 0;
	/* one that is open for writing would keep its file system from being made read-only */
	close(from);
	return close(to) < 0 || bad ? -1 : 0;
}

/* Mounts the socket into the current directory, over an empty file. Returns 0, or -1 with errno. */
static int mount_socket(const char *socket)
{
	const unsigned long flags = MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
	int fd = open(SOCKET, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	struct stat st;

	if (fd < 0)
		return -1;
	close(fd);
	/* no service: the empty file is left */
	if (stat(socket, &st) < 0 || !S_ISSOCK(st.st_mode))
		return 0;
	if (mount(socket, SOCKET, NULL, MS_BIND, NULL) < 0)
		return -1;
	return mount(NULL, SOCKET, NULL, MS_REMOUNT | flags, NULL);
}

/*
 * Sees to it that what is mounted in a directory stays in this container: a /dev that is shared
 * with the host (mount_namespaces(7)) would have it there, too, for good. Such a mount takes from
 * then on what the host mounts there, and gives nothing back.
 * @dirs: it, and those above it: the first that is a mount's root. Returns 0, or -1 with errno.
 */
static int keep_in(const int *dirs, int count)
{
	for (int i = 0; i < count; i++) {
		if (fchdir(dirs[i]) < 0)
			return -1;
		if (mount(NULL, ".", NULL, MS_SLAVE, NULL) == 0)
			return 0;
		if (errno != EINVAL)
			return -1;
	}
	return -1;
}

/* Makes the container's /dev/v6hook, if it is missing, and goes there. Returns 0, or -1 with errno.
 */
static int go_there(void)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int root = open(".", flags), dev = open("dev", flags), place;

	if (root < 0 || dev < 0 || (mkdirat(dev, PLACE, 0755) < 0 && errno != EEXIST))
		return -1;
	place = openat(dev, PLACE, flags);
	if (place < 0 || keep_in((const int[]){ place, dev, root }, 3) < 0 || fchdir(place) < 0)
		return -1;
	if (mount("v6hook", ".", "tmpfs", MS_NOSUID | MS_NODEV, "size=2m,mode=755") < 0)
		return -1;
	/* from what is below the mount to what is on it, by no link that another container may make
	 * meanwhile where it shares this /dev */
	place = openat(dev, PLACE, flags);
	return place < 0 ? -1 : fchdir(place);
}

/* Reads the four hexadecimal digits of a \u. Returns the number, or 0: it is to be none. */
static unsigned int read_unit(const char *text)
{
	unsigned int unit = 0;

	for (int i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdef0123456789ABCDEF";
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

		if (!digit)
			return 0;
		unit = unit << 4 | ((unsigned int)(digit - digits) & 15);
	}
	return unit;
}

/* Writes a character as UTF-8. Returns where it ends. */
static char *put_character(unsigned int c, char *to)
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*to++ = (char)(0xe0 | c >> 12);
		} else {
			*to++ = (char)(0xf0 | c >> 18);
			*to++ = (char)(0x80 | (c >> 12 & 63));
		}
		*to++ = (char)(0x80 | (c >> 6 & 63));
	}
	*to++ = (char)(0x80 | (c & 63));
	return to;
}

/*
 * Makes of a JSON string's text what it stands for (RFC 8259, 7): Go writes an ampersand as \u0026,
 * others escape the slash. Returns 0, or -1 with errno if it is none.
 */
static int unescape(char *text)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *from = text, *letter;
	char *to = text;

	while (*from) {
		unsigned int c, low;

		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		letter = from[1] ? strchr(letters, from[1]) : NULL;
		if (letter) {
			*to++ = meant[letter - letters];
			from += 2;
			continue;
		}
		c = from[1] == 'u' ? read_unit(from + 2) : 0;
		from += c ? 6 : 0;
		if (c >= 0xd800 && c < 0xdc00) {
			low = from[0] == '\\' && from[1] == 'u' ? read_unit(from + 2) : 0;
			c = low >= 0xdc00 && low < 0xe000
				    ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00)
				    : 0;
			from += c ? 6 : 0;
		}
		if (!c || (c >= 0xdc00 && c < 0xe000)) {
			errno = EILSEQ;
			return -1;
		}
		to = put_character(c, to);
	}
	*to = '\0';
	return 0;
}

/*
 * Goes to the container's root. crun says where it is, in the state on stdin, and has the bundle as
 * the current directory (container.c: do_hooks); runc has the root (rootfs_linux.go).
 * Returns 0, or -1 with errno.
 */
static int go_to_root(void)
{
	static char state[65536];
	size_t len = 0;
	ssize_t n = 1;
	struct member root;
	char *path;

	while (n > 0 && len < sizeof(state) - 1) {
		n = read(STDIN_FILENO, state + len, sizeof(state) - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	if (!member_find(state, "root", &root) || *root.value != '"' || root.end < root.value + 2)
		return 0;
	path = state + (root.value + 1 - state);
	state[root.end - 1 - state] = '\0';
	return unescape(path) < 0 ? -1 : chdir(path);
}

/* Whether the current directory is another one than the root. */
static int is_elsewhere(void)
{
	struct stat here, root;

	return stat(".", &here) == 0 && stat("/", &root) == 0 &&
	       (here.st_dev != root.st_dev || here.st_ino != root.st_ino);
}

const char *placing(const char *socket)
{
	if (go_to_root() < 0)
		return failed("go to the container's root");
	if (!is_elsewhere())
		return "the container's root is not the current directory: this is for an OCI hook "
		       "of the kind createContainer, run by runc or crun";
	if (go_there() < 0)
		return failed("mount /dev/v6hook in the container");
	if (copy_program() < 0)
		return failed("copy v6hook-start to the container's /dev/v6hook");
	if (mount_socket(socket) < 0)
		return failed("mount the service's socket in the container's /dev/v6hook");
	if (mount(NULL, ".", NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) < 0)
		return failed("make the container's /dev/v6hook read-only");
	return NULL;
}
