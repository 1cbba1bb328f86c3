/* Other firewalls on this host that can be told what to let through, by whose chains they are. */
#include "filter/other.h"

#include "filter/other_docker.h"
#include "filter/other_firewalld.h"
#include "filter/other_ufw.h"

const struct opening_ops *const other_owners[OTHER_OWNERS] = {
	[OTHER_DOCKER] = &other_docker,
	[OTHER_UFW] = &other_ufw,
	[OTHER_FIREWALLD] = &other_firewalld,
};
