/* What the tests of damaged and lost leases share: one lease, its file, its link and its record. */
#ifndef V6HOOK_UNIT_DAMAGE_H
#define V6HOOK_UNIT_DAMAGE_H

#include "store.h"

#define ADDRESS "2001:db8::5"
#define FILE_OF_IT "leases/2001:db8::5.json"

/* The bytes of the lease file as they were written. */
static char whole[1024];
static size_t whole_len;

/* Gives lxc:web1 the address and remembers what its file holds. */
static inline void hold(void)
{
	_close_ int fd = -1;

	claim("lxc:web1", ADDRESS);
	fd = open(in_scratch(FILE_OF_IT), O_RDONLY);
	whole_len = (size_t)read(fd, whole, sizeof(whole));
	assert_in_range(whole_len, 20, sizeof(whole) - 1);
}

/* Puts other bytes in the file, and the store back to where nobody has looked at them yet. */
static inline void damage(const char *bytes, size_t len)
{
	unlink(in_scratch(FILE_OF_IT ".damaged"));
	write_file(in_scratch(FILE_OF_IT), bytes, len);
}

/* Records that a container is attached at an address, now or before another boot. */
static inline void record_of(const char *ident, const char *address, const char *boot_id)
{
	struct attachment a = { .since = 1, .address = ip(address), .has_address = true };

	record_attachment(ident, &a, boot_id);
}

static inline void record(const char *boot_id)
{
	record_of("lxc:web1", ADDRESS, boot_id);
}

/* Removes the lease, its link or both. */
static inline void lose(bool lease, bool link)
{
	if (lease)
		assert_return_code(unlink(in_scratch(FILE_OF_IT)), errno);
	if (link)
		assert_return_code(unlink(in_scratch("leases/lxc:web1.json")), errno);
}

#endif
