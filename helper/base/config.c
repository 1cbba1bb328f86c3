/* The configuration as the program has it: what is in it, and its defaults. */
#include "base/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "base/user.h"

int config_defaults(struct config **ret, struct error *e)
{
	_config_ struct config *c = calloc(1, sizeof(*c));

	if (!c)
		return error_sys(e, -ENOMEM, "cannot make a configuration");
	inet_pton(AF_INET6, "fe80::1", &c->gateway);
	c->probe_ms = 1000;
	c->hold_s = 60;
	c->expose_docker = EXPOSE_PUBLISHED;
	c->guard = true;
	c->docker_socket = strdup("/var/run/docker.sock");
	c->socket = strdup(CONFIG_DEFAULT_SOCKET);
	c->state_dir = strdup("/var/lib/v6hook");
	if (!c->docker_socket || !c->socket || !c->state_dir)
		return error_sys(e, -ENOMEM, "cannot make a configuration");
	*ret = steal_ptr(&c);
	return 0;
}

static void strings_free(struct config_strings *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->list[i]);
	free(s->list);
}

void config_free(struct config *c)
{
	for (size_t i = 0; i < c->pool_count; i++) {
		free(c->pools[i].name);
		strings_free(&c->pools[i].ranges);
		strings_free(&c->pools[i].exclude);
		free(c->pools[i].uplink);
	}
	free(c->pools);
	for (size_t i = 0; i < c->container_count; i++)
		free(c->containers[i].ident);
	free(c->containers);
	for (size_t i = 0; i < c->user_count; i++) {
		free(c->users[i].name);
		strings_free(&c->users[i].bridges);
	}
	free(c->users);
	free(c->docker_socket);
	free(c->socket);
	free(c->state_dir);
	free(c);
}

const struct config_container *config_container(const struct config *c, const char *ident)
{
	for (size_t i = 0; i < c->container_count; i++)
		if (text_equal(c->containers[i].ident, ident))
			return &c->containers[i];
	return NULL;
}

const struct config_user *config_user(const struct config *c, uid_t uid)
{
	for (size_t i = 0; i < c->user_count; i++) {
		uid_t listed;

		/* a user who is gone since is nobody's mistake here, and nobody's right */
		if (user_find(c->users[i].name, &listed) == 0 && listed == uid)
			return &c->users[i];
	}
	return NULL;
}
