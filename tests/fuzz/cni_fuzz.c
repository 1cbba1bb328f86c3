/* Fuzzes what an engine says by CNI: its configuration for each command, and its environment. */
#include "fuzz.h"

#include "base/text.h"
#include "runtime/cni.h"

/* Whether a configuration that was taken is whole. */
static void check_conf(const struct cni_conf *c, enum cni_command command)
{
	must(*c->version && strlen(c->version) < sizeof(c->version));
	if (command == CNI_VERSION)
		return;
	must(c->full_network && *c->network && cni_is_name(c->full_network));
	must(command != CNI_ADD || !c->previous != !c->bridge);
	must(command != CNI_CHECK || c->previous);
	must(command != CNI_GC || c->has_valid);
	must(c->given_count <= INSTANCE_GIVEN_MAX);
	must(c->published.word == EXPOSE_NONE ||
	     (c->published.word == EXPOSE_LIST && exposed_is_valid(&c->published)));
	must(c->expose.word == EXPOSE_UNSAID || exposed_is_valid(&c->expose));
	for (size_t i = 0; i < c->valid_count; i++)
		must(c->valid[i].container && c->valid[i].ifname);
}

/* Whether a lease's name is one, whatever the pod is called. */
static void check_environment(const char *text)
{
	static const char *const variables[] = { "CNI_ARGS", "CNI_CONTAINERID", "CNI_IFNAME",
						 "CNI_NETNS", "CNI_COMMAND" };
	static const char *const good[] = { "", "c1", "eth0", "/run/netns/a", "ADD" };

	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		struct cni_call call;
		struct error e = { 0 };
		int code = 0;

		for (size_t k = 0; k < sizeof(variables) / sizeof(*variables); k++)
			setenv(variables[k], k == i ? text : good[k], 1);
		if (cni_call_read(&call, &code, &e) < 0) {
			must(code == CNI_CODE_ENVIRONMENT && strstr(e.text, variables[i]));
			continue;
		}
		if (call.command > CNI_CHECK)
			continue;
		must(*call.name && !strchr(call.name, '/') && !text_has_control(call.name));
		must(*call.instance && strlen(call.instance) < sizeof(call.instance));
		must(strcmp(cni_ifname_of(call.name), call.ifname) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	for (int command = CNI_ADD; command <= CNI_VERSION; command++) {
		_cni_conf_ struct cni_conf conf = { .tree = NULL };
		struct error e = { 0 };
		int code = 0;

		if (cni_conf_read((const char *)data, size, (enum cni_command)command, &conf, &code,
				  &e) == 0)
			check_conf(&conf, (enum cni_command)command);
		else
			must(code > 0 && *e.text && !conf.tree && *conf.version);
	}
	check_environment(text);
	free(text);
	return 0;
}
