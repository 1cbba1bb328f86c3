/* The part of the configuration that says where leases are kept. */
#include "base/config_store.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/hostname.h"

static int store_etcd(const struct value *v, void *into)
{
	struct config_store *s = into;
	int r = value_strings(v, &s->etcd);

	if (r < 0)
		return r;
	if (s->etcd.count == 0)
		return value_bad(v, "must name one member of etcd at least");
	for (size_t i = 0; i < s->etcd.count; i++) {
		const char *url = s->etcd.list[i];

		s->tls |= strncmp(url, "https://", strlen("https://")) == 0;
		if (strncmp(url, "https://", strlen("https://")) != 0 &&
		    strncmp(url, "http://", strlen("http://")) != 0)
			return value_bad(v, "must be URLs such as \"https://10.0.0.1:2379\"");
	}
	return 0;
}

static int store_prefix(const struct value *v, void *into)
{
	const char *text = json_string_value(v->json);

	if (!text || *text != '/' || text[strlen(text) - 1] != '/' || strlen(text) < 2 ||
	    strlen(text) > STORE_PREFIX_MAX)
		return value_bad(v,
				 "must be a text such as \"/v6hook/\", of %d bytes at most, "
				 "with a slash at both ends",
				 STORE_PREFIX_MAX);
	return value_string(v, &((struct config_store *)into)->prefix);
}

static int store_host(const struct value *v, void *into)
{
	struct config_store *s = into;
	int r = value_hostname(v, &s->host);

	return r == 0 && strlen(s->host) > STORE_HOST_MAX
		       ? value_bad(v, "must have %d letters at most", STORE_HOST_MAX)
		       : r;
}

static int store_ca(const struct value *v, void *into)
{
	return value_path(v, &((struct config_store *)into)->ca);
}

static int store_cert(const struct value *v, void *into)
{
	return value_path(v, &((struct config_store *)into)->cert);
}

static int store_key(const struct value *v, void *into)
{
	return value_path(v, &((struct config_store *)into)->key);
}

static int store_user(const struct value *v, void *into)
{
	return value_string(v, &((struct config_store *)into)->user);
}

static int store_password(const struct value *v, void *into)
{
	return value_string(v, &((struct config_store *)into)->password);
}

/* Whose a container is that has the same name on another host. */
static int store_identity(const struct value *v, void *into)
{
	static const char *const words[] = { "host", "cluster", NULL };
	int which, r = value_word(v, words, &which);

	if (r == 0)
		((struct config_store *)into)->shared = which;
	return r;
}

static int store_ttl(const struct value *v, void *into)
{
	struct config_store *s = into;
	int r = value_number(v, STORE_TTL_MAX, &s->ttl_s);

	/* with etcd's own second for an election: watch/sharer.c */
	return r == 0 && s->ttl_s < STORE_TTL_MIN
		       ? value_bad(v, "must be %d seconds at least", STORE_TTL_MIN)
		       : r;
}

/* This host's own name, where none is written. Returns 0 or -errno. */
static int name_host(const struct value *v, struct config_store *s)
{
	char own[256] = "", name[HOSTNAME_MAX];

	gethostname(own, sizeof(own) - 1);
	if (!hostname_read(own, name) || strlen(name) > STORE_HOST_MAX)
		return value_bad(v, "this host's name '%.64s' cannot stand in etcd: say \"host\"",
				 own);
	s->host = strdup(name);
	return s->host ? 0 : error_sys(v->e, -ENOMEM, "%s", v->where);
}

int config_read_store(const struct value *v, void *into)
{
	static const struct key keys[] = {
		{ "etcd", store_etcd },
		{ "prefix", store_prefix },
		{ "host", store_host },
		{ "ca", store_ca },
		{ "cert", store_cert },
		{ "key", store_key },
		{ "user", store_user },
		{ "password", store_password },
		{ "identity", store_identity },
		{ "ttl_s", store_ttl },
		{ NULL, NULL },
	};
	struct config_store *s = &((struct config *)into)->store;
	int r = value_object(v, keys, s);

	if (r < 0)
		return r;
	if (s->etcd.count == 0)
		return value_bad(v, "must have \"etcd\", a list of its members' URLs");
	if (!s->cert != !s->key)
		return value_bad(v, "\"cert\" and \"key\" are needed both");
	if (!s->user != !s->password)
		return value_bad(v, "\"user\" and \"password\" are needed both");
	if (s->ttl_s && !s->shared)
		return value_bad(v, "\"ttl_s\" is for \"identity\": \"cluster\"");
	s->ttl_s = s->ttl_s ? s->ttl_s : STORE_TTL_DEFAULT;
	if ((s->ca || s->cert) && !s->tls)
		return value_bad(v, "\"ca\" and \"cert\" are for URLs that begin with https://");
	if (!s->prefix && !(s->prefix = strdup("/v6hook/")))
		return error_sys(v->e, -ENOMEM, "%s", v->where);
	return s->host ? 0 : name_host(v, s);
}
