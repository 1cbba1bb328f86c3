/* Which capabilities this process has, asked before anything is changed. */
#include "base/caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int caps_check(bool raw, struct error *e)
{
	static const struct {
		unsigned int number;
		const char *name;
		const char *use;
	} needed[] = {
		{ CAP_NET_ADMIN, "CAP_NET_ADMIN", "routes and proxy entries" },
		{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "entering a container's network" },
		{ CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "opening a container's network namespace" },
		{ CAP_NET_RAW, "CAP_NET_RAW", "probing and announcing addresses" },
	};
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	char missing[256] = "";

	if (syscall(SYS_capget, &header, data) < 0)
		return error_sys(e, -errno, "cannot read capabilities");
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		size_t used = strlen(missing);

		if (needed[i].number == CAP_NET_RAW && !raw)
			continue;
		if (data[needed[i].number / 32].effective & (1u << needed[i].number % 32))
			continue;
		snprintf(missing + used, sizeof(missing) - used, "%s%s (%s)", used ? ", " : "",
			 needed[i].name, needed[i].use);
	}
	if (*missing)
		return error_set(e, STATUS_FAILED, -EPERM,
				 "missing %s: run it as root, or with these capabilities", missing);
	return 0;
}
