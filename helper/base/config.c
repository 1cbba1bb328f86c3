/* The configuration as the program has it: what is in it, and its defaults. */
#include "base/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "base/user.h"

const char *const engine_names[ENGINES] = { "docker", "podman", "incus" };

/* What people call them, and the command that starts them. */
static const char *const engine_titles[ENGINES] = { "Docker", "Podman", "Incus" };
static const char *const engine_starts[ENGINES] = {
	"systemctl start docker",
	"systemctl start podman.socket",
	"systemctl start incus.socket",
};

int config_defaults(struct config **ret, struct error *e)
{
	_config_ struct config *c = calloc(1, sizeof(*c));

	if (!c)
		return error_sys(e, -ENOMEM, "cannot make a configuration");
	inet_pton(AF_INET6, "fe80::1", &c->gateway);
	c->probe_ms = 1000;
	c->hold_s = 60;
	c->guard = CONFIG_GUARD_ON;
	c->expose_lxc.word = EXPOSE_ALL;
	for (enum engine i = 0; i < ENGINES; i++)
		c->engines[i] = (struct config_engine){
			.which = i,
			.name = engine_names[i],
			.title = engine_titles[i],
			.start = engine_starts[i],
		};
	c->engines[ENGINE_DOCKER].socket = strdup("/var/run/docker.sock");
	/* a whole system, as LXC's are: it publishes nothing */
	c->engines[ENGINE_INCUS].expose.word = EXPOSE_ALL;
	c->socket = strdup(CONFIG_DEFAULT_SOCKET);
	c->state_dir = strdup("/var/lib/v6hook");
	if (!c->engines[ENGINE_DOCKER].socket || !c->socket || !c->state_dir)
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
	for (size_t i = 0; i < c->container_count; i++) {
		free(c->containers[i].ident);
		free(c->containers[i].name);
	}
	free(c->containers);
	for (size_t i = 0; i < c->user_count; i++) {
		free(c->users[i].name);
		strings_free(&c->users[i].bridges);
	}
	free(c->users);
	for (size_t i = 0; i < ENGINES; i++)
		free(c->engines[i].socket);
	free(c->hosts);
	free(c->domain);
	free(c->metrics);
	free(c->on_change.user);
	strings_free(&c->on_change.run);
	free(c->socket);
	free(c->state_dir);
	strings_free(&c->store.etcd);
	free(c->store.prefix);
	free(c->store.host);
	free(c->store.ca);
	free(c->store.cert);
	free(c->store.key);
	free(c->store.user);
	free(c->store.password);
	free(c);
}

bool config_serves(const struct config_engine *engines, enum engine which)
{
	const char *socket = engines[which].socket, *podman = engines[ENGINE_PODMAN].socket;
	struct stat own, other;

	return socket && !(which != ENGINE_PODMAN && podman && stat(socket, &own) == 0 &&
			   stat(podman, &other) == 0 && own.st_dev == other.st_dev &&
			   own.st_ino == other.st_ino);
}

int config_look_at(const char *socket)
{
	struct stat st;

	if (stat(socket, &st) < 0)
		return -errno;
	return S_ISSOCK(st.st_mode) ? 0 : -ENOTSOCK;
}

bool config_misses(const struct config_engine *engines, enum engine which)
{
	bool another = false;

	for (size_t i = 0; i < ENGINES; i++)
		another |= i != ENGINE_DOCKER && engines[i].named;
	return engines[which].named || !another;
}

const struct config_container *config_container(const struct config *c, const char *ident)
{
	for (size_t i = 0; i < c->container_count; i++)
		if (text_equal(c->containers[i].ident, ident))
			return &c->containers[i];
	return NULL;
}

/* What the configuration says of the exposure of all of an engine, or null for LXC's. */
static const struct exposed *engine_expose(const struct config *c, const char *ident)
{
	if (strncmp(ident, "cni:", strlen("cni:")) == 0)
		return &c->expose_cni;
	for (size_t i = 0; i < ENGINES; i++) {
		size_t len = strlen(engine_names[i]);

		if (strncmp(ident, engine_names[i], len) == 0 && ident[len] == ':')
			return &c->engines[i].expose;
	}
	return NULL;
}

bool config_says_exposed(const struct config *c, const char *ident)
{
	const struct config_container *own = config_container(c, ident);
	const struct exposed *said = engine_expose(c, ident);

	return (own && own->expose.word != EXPOSE_UNSAID) || (said && said->word != EXPOSE_UNSAID);
}

struct exposed config_exposed(const struct config *c, const char *ident,
			      const struct exposed *label, const struct exposed *published)
{
	const struct config_container *own = config_container(c, ident);
	const struct exposed *of_engine = engine_expose(c, ident);
	const struct exposed *said = of_engine ? of_engine : &c->expose_lxc;

	if (label->word != EXPOSE_UNSAID)
		said = label;
	if (own && own->expose.word != EXPOSE_UNSAID)
		said = &own->expose;
	if (said->word == EXPOSE_PUBLISHED || said->word == EXPOSE_UNSAID)
		said = published;
	if (said->word != EXPOSE_UNSAID)
		return *said;
	/* a record of an earlier version, under which all was open; others publish nothing */
	return (struct exposed){ .word = of_engine ? EXPOSE_ALL : EXPOSE_NONE };
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
