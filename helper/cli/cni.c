/* How an engine that speaks CNI calls: by the environment and stdin, answered in JSON on stdout. */
#include "cli/cni.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/caps.h"
#include "base/config.h"
#include "cli/cni_out.h"
#include "names/hosts.h"

/* What is asked, and how it is answered. */
struct asked {
	struct cni_call call;
	struct cni_conf conf;
	const char *config_path;
	void (*apart)(void);
	json_t *result; /* or null: nothing is said */
	int code;	/* of what went wrong, or 0: what the failure says */
};

static void asked_release(struct asked *a)
{
	json_decref(a->result);
	cni_conf_release(&a->conf);
}

/*
 * Reads all of stdin. It stays there to be read once more: the small program may have to become the
 * whole one (base/whole.h). Returns 0 and its text, -EFBIG or -errno.
 */
static int read_stdin(char **ret, size_t *ret_len, struct error *e)
{
	_close_ int again = memfd_create("stdin", MFD_CLOEXEC);
	_free_ char *text = malloc(CNI_STDIN_MAX + 1);
	size_t len = 0;
	ssize_t n = 1;

	if (!text || again < 0)
		return error_sys(e, -errno, "cannot read stdin");
	while (len <= CNI_STDIN_MAX && n > 0) {
		n = read(STDIN_FILENO, text + len, CNI_STDIN_MAX + 1 - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	if (n < 0)
		return error_sys(e, -errno, "cannot read stdin");
	if (len > CNI_STDIN_MAX)
		return error_set(e, STATUS_USAGE, -EFBIG,
				 "the configuration on stdin is larger than 1 MiB");
	if (write(again, text, len) != (ssize_t)len || lseek(again, 0, SEEK_SET) != 0 ||
	    dup2(again, STDIN_FILENO) < 0)
		return error_sys(e, -errno, "cannot keep stdin");
	*ret = steal_ptr(&text);
	*ret_len = len;
	return 0;
}

static int add(struct asked *a, struct context *c, struct error *e)
{
	struct cni_added added;
	int r = op_cni_add(c, &a->call, &a->conf, &added, e);

	if (r == 0)
		r = cni_out_added(&a->call, &a->conf, &added, &c->config->gateway, &a->result, e);
	if (r < 0)
		return r;
	hosts_follow(c);
	op_attach_probe(c, &added.listing, a->apart);
	return 0;
}

/*
 * Ends the attachment, also while the configuration is bad: what its record tells of is enough.
 * Where there is none, and no lease, nothing is attached. Returns 0 or -errno.
 */
static int del(struct asked *a, struct error *e)
{
	_context_ struct context c = { 0 };
	int r = context_open(a->config_path, true, &c, e);
	struct error ignored;

	if (r < 0) {
		const int none = r == -ENOENT && strcmp(a->config_path, CONFIG_DEFAULT_PATH) == 0;
		int left = context_salvage(a->config_path, true, &c, &ignored);

		if (left < 0)
			return none && left == -ENOENT ? 0 : r;
	}
	r = op_cni_del(&c, &a->call, &a->conf, e);
	if (r == 0 && !c.salvaged)
		hosts_follow(&c);
	return r;
}

/* Does what needs a configuration. Returns 0 or -errno. */
static int serve(struct asked *a, struct error *e)
{
	const bool changes = a->call.command != CNI_CHECK;
	_context_ struct context c = { 0 };
	bool limited = false;
	int r = context_open(a->config_path, changes, &c, e);

	switch (a->call.command) {
	case CNI_ADD:
		return r == 0 ? add(a, &c, e) : r;
	case CNI_CHECK:
		if (r == 0)
			r = op_cni_check(&c, &a->call, &a->conf, e);
		/* what it finds is no fault of the configuration's */
		a->code = r == -EIO ? CNI_CODE_CHECK : 0;
		return r;
	case CNI_GC:
		if (r == 0)
			r = op_cni_gc(&c, &a->conf, e);
		if (r == 0)
			hosts_follow(&c);
		return r;
	default:
		if (r == 0)
			r = op_cni_status(&c, &a->conf, &limited, e);
		a->code = limited ? CNI_CODE_LIMITED : CNI_CODE_UNAVAILABLE;
		return r;
	}
}

/* Reads what is asked, and does it. Returns 0 or -errno. */
static int run(struct asked *a, struct error *e)
{
	_free_ char *text = NULL;
	size_t len = 0;
	int r = read_stdin(&text, &len, e), input;

	/* the engine's version is in it, whatever else is wrong */
	input = r;
	r = cni_call_read(&a->call, &a->code, e);
	if (r < 0) {
		struct error ignored;
		int ignored_code;

		if (input == 0)
			cni_conf_read(text, len, CNI_VERSION, &a->conf, &ignored_code, &ignored);
		return r;
	}
	a->code = input < 0 ? CNI_CODE_IO : 0;
	if (input < 0)
		return error_prefix(e, input, "CNI");
	r = cni_conf_read(text, len, a->call.command, &a->conf, &a->code, e);
	if (r < 0)
		return r;
	a->code = 0;
	if (a->call.command == CNI_VERSION)
		return cni_out_versions(a->conf.version, &a->result, e);
	if (a->conf.config_path)
		a->config_path = a->conf.config_path;
	r = caps_check(a->call.command != CNI_DEL && a->call.command != CNI_GC, e);
	if (r < 0)
		a->code = a->call.command == CNI_STATUS ? CNI_CODE_UNAVAILABLE : 0;
	if (r < 0)
		return r;
	return a->call.command == CNI_DEL ? del(a, e) : serve(a, e);
}

/* The code of a failure that has none yet. */
static enum cni_code code_of(int r, const struct error *e)
{
	if (r == -ENOSPC || r == -EBUSY || r == -EAGAIN || r == -ETIMEDOUT || r == -EHOSTDOWN)
		return CNI_CODE_LATER;
	if (e->status == STATUS_NO_CONTAINER)
		return CNI_CODE_NO_CONTAINER;
	return e->status == STATUS_USAGE ? CNI_CODE_CONFIG : CNI_CODE_FAILED;
}

int cni_run(const char *config_path, void (*apart)(void), FILE *out, struct error *e)
{
	CLEANUP(asked_release)
	struct asked a = {
		.config_path = config_path,
		.apart = apart,
		.conf.version = CNI_NEWEST,
	};
	int r = run(&a, e);

	if (r == 0 && !a.result)
		return 0;
	if (r == 0)
		return cni_out_print(steal_ptr(&a.result), out);
	if (!*e->text)
		error_sys(e, r, "cannot go on");
	cni_out_print(cni_out_error(a.conf.version, a.code ? (enum cni_code)a.code : code_of(r, e),
				    e->text),
		      out);
	return r;
}
