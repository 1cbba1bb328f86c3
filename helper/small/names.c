/*
 * Names of hosts and protocols, which nothing here looks up: libnl can (nl_addr_parse,
 * nl_addr_info) and would bring the C library's resolver into a static program, which loads
 * libraries.
 */
#include <netdb.h>
#include <stddef.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **ret)
{
	(void)node, (void)service, (void)hints, (void)ret;
	return EAI_FAIL;
}

void freeaddrinfo(struct addrinfo *list)
{
	(void)list;
}

const char *gai_strerror(int error)
{
	(void)error;
	return "names are not looked up";
}

struct protoent *getprotobyname(const char *name)
{
	(void)name;
	return NULL;
}

struct protoent *getprotobynumber(int number)
{
	(void)number;
	return NULL;
}

int getprotobyname_r(const char *name, struct protoent *entry, char *buffer, size_t size,
		     struct protoent **ret)
{
	(void)name, (void)entry, (void)buffer, (void)size;
	*ret = NULL;
	return 0;
}

int getprotobynumber_r(int number, struct protoent *entry, char *buffer, size_t size,
		       struct protoent **ret)
{
	(void)number, (void)entry, (void)buffer, (void)size;
	*ret = NULL;
	return 0;
}
