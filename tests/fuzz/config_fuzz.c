/* Fuzzes the configuration, from the file to the pools that it stands for. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/config_read.h"
#include "store/pool.h"

/* What stands where the file should. */
static void read_others(void)
{
	static const char *const paths[] = { "/nowhere", "/", "/dev/null", "/dev/zero" };
	struct config *config = NULL;
	struct error e;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		must(config_read(paths[i], &config, &e) < 0 && !config);
		must(e.status == STATUS_USAGE && strstr(e.text, paths[i]));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_config_ struct config *config = NULL, *left = NULL;
	_pools_ struct pools *pools = NULL;
	int fd = memfd_create("config.json", MFD_CLOEXEC);
	struct error e = { 0 };
	char path[64];

	if (size == 0)
		read_others();
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (config_read(path, &config, &e) < 0) {
		must(!config && e.status == STATUS_USAGE && *e.text);
	} else {
		must(config->engines[ENGINE_DOCKER].socket && config->state_dir);
		for (size_t i = 0; i < config->pool_count; i++)
			must(config->pools[i].name);
		config_container(config, "lxc:web1");
		if (pools_new(config, &pools, &e) == 0)
			must(pools);
	}
	must(config_salvage(path, &left, &e) == 0 && left->pool_count == 0 && left->state_dir);
	config_requires_lxc(path);
	close(fd);
	return 0;
}
