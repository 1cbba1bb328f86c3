/* Files read whole and capped, and replaced whole or not at all. */
#ifndef V6HOOK_FILE_H
#define V6HOOK_FILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Reads a regular file whole.
 * @dir: directory descriptor, or AT_FDCWD
 * @most: bytes; a larger file is refused before it is read
 * @ret: zero-terminated, to be freed; @ret_len: its length in bytes
 * Returns 0, -EFBIG, -EISDIR (or another thing that is no regular file), or what open(2) and
 * read(2) say.
 */
int file_read(int dir, const char *path, size_t most, char **ret, size_t *ret_len);

#define FILE_NEW ".new-" /* how the name of a file in the making begins */

/*
 * Makes a new file of mode 0644 in dir with a name of its own, beginning with FILE_NEW, and writes
 * the text to it.
 * @durable: fsync it before returning
 * @ret_name: at least 64 bytes
 * Returns 0 or -errno; on failure nothing is left.
 */
int file_new(int dir, const char *text, size_t len, int durable, char *ret_name);

/*
 * Makes the file of that path hold the text, with mode 0644, whole or not at all, and the
 * directories that it lies in; one that holds it already is left as it is. Who writes the same file
 * must keep out others meanwhile.
 * @mark: how a file of ours begins: another one is not replaced; @durable: a power loss leaves the
 * one or the other
 * Returns 0; -EEXIST if another's file is there; or -errno.
 */
int file_replace(const char *path, const char *mark, const char *text, size_t len, bool durable);

/* Removes such a file, if it is ours. */
void file_unmake(const char *path, const char *mark);

/*
 * Whether root can write a new file in a directory, as far as that can be told without writing one.
 * @ret_why: filled in if not
 * Returns 0, also where nothing can be told; -EROFS or -ENOSPC.
 */
int file_has_room(const char *dir, const char **ret_why);

#endif
