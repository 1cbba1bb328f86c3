/*
 * CNI: what an engine that speaks it asks for, in its environment and on stdin.
 *
 * Source: the Container Network Interface specification 1.1.0 (spec-v1.1.0 of
 * github.com/containernetworking/cni), and its CONVENTIONS.md. Nothing of an engine is asked here:
 * it calls, and is believed, as root runs it.
 */
#ifndef V6HOOK_CNI_H
#define V6HOOK_CNI_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/expose.h"
#include "base/ident.h"
#include "base/json.h"
#include "runtime/runtime.h"

#define CNI_INSTANCE_MAX 80	    /* bytes of a container's ID, as records keep it */
#define CNI_NETWORK_MAX 64	    /* and of a network's name */
#define CNI_STDIN_MAX (1024 * 1024) /* bytes */
#define CNI_IFNAME_USUAL "eth0"	    /* the interface that is not named in a lease's name */
#define CNI_NEWEST "1.1.0"

/* The codes of errors (section 5, "Error"). */
enum cni_code {
	CNI_CODE_VERSION = 1,
	CNI_CODE_FIELD = 2,
	CNI_CODE_NO_CONTAINER = 3,
	CNI_CODE_ENVIRONMENT = 4,
	CNI_CODE_IO = 5,
	CNI_CODE_DECODE = 6,
	CNI_CODE_CONFIG = 7,
	CNI_CODE_LATER = 11,
	CNI_CODE_UNAVAILABLE = 50, /* STATUS: no ADD can be served */
	CNI_CODE_LIMITED = 51,	   /* and what is attached may not be reached either */
	CNI_CODE_FAILED = 100,	   /* from here on our own */
	CNI_CODE_CHECK = 101,	   /* CHECK: it is not as it should be */
};

enum cni_command { CNI_ADD, CNI_DEL, CNI_CHECK, CNI_GC, CNI_STATUS, CNI_VERSION };

/* What the environment says. All point into it, or are null. */
struct cni_call {
	enum cni_command command;
	const char *container, *netns, *ifname;
	pid_t pid;			 /* if the namespace is given as that of a process, or 0 */
	char name[IDENT_NAME_MAX + 1];	 /* of the lease, after "cni:"; or "" */
	char instance[CNI_INSTANCE_MAX]; /* the container's ID, as records keep it; or "" */
};

/* An attachment that GC is told to leave. */
struct cni_valid {
	char instance[CNI_INSTANCE_MAX];
	const char *container, *ifname; /* of the tree's */
};

enum cni_keep { CNI_KEEP_UNSAID, CNI_KEEP_YES, CNI_KEEP_NO };

/* What stdin says: the plugin's configuration, and what the engine has added. */
struct cni_conf {
	json_t *tree;
	char version[16];	       /* cniVersion as it is to be answered */
	char network[CNI_NETWORK_MAX]; /* the network's name, as records keep it */
	const char *full_network;      /* of the tree's */
	const char *config_path;       /* "config", or null */
	const char *bridge;	       /* "bridge": a veth is to be made there; or null */
	unsigned int mtu;	       /* "mtu" of that veth, or 0 */
	enum cni_keep keep;	       /* "keep" */
	struct exposed expose;	       /* "expose", or unsaid */
	struct exposed published;      /* what runtimeConfig's portMappings name */
	bool has_address; /* the first of runtimeConfig's ips that is an IPv6 address */
	struct in6_addr address;
	bool consults;				   /* ADD and CHECK: others do without prevResult */
	json_t *previous;			   /* prevResult, or null */
	struct in6_addr given[INSTANCE_GIVEN_MAX]; /* the container's addresses in there */
	int given_count;
	struct cni_valid *valid; /* cni.dev/valid-attachments */
	size_t valid_count;
	bool has_valid; /* else nobody has said which are */
};

void cni_conf_release(struct cni_conf *c);
#define _cni_conf_ CLEANUP(cni_conf_release)

/*
 * Writes a text as records keep it: one that is too long is cut, and ends in its hash. @size: 32 at
 * least. Returns out.
 */
char *cni_short(const char *text, char *out, size_t size);

/* The same name as CNI has it for networks and containers: alphanumeric, then also "_.-". */
bool cni_is_name(const char *text);

/*
 * Reads what the command demands of the environment (section 2, "Parameters"). A lease is named
 * after the pod (K8S_POD_NAMESPACE and K8S_POD_NAME of CNI_ARGS: "NAMESPACE:NAME", or "NAME"
 * alone), else after the container's ID; another interface than eth0 is added with a "%" before it.
 * Returns 0, or -EINVAL with a message that names the variable and CNI_CODE_ENVIRONMENT in
 * ret_code.
 */
int cni_call_read(struct cni_call *ret, int *ret_code, struct error *e);

/*
 * Reads the text of stdin for that command: strict, and no larger than CNI_STDIN_MAX.
 * Returns 0 and what cni_conf_release frees, or -errno and the code; ret->version is the one that
 * the engine speaks in any case, or the newest.
 */
int cni_conf_read(const char *text, size_t len, enum cni_command command, struct cni_conf *ret,
		  int *ret_code, struct error *e);

/* The versions of the specification that are spoken, ended by a null. */
extern const char *const cni_versions[];

/* Whether a version that is spoken is this one or newer. */
bool cni_since(const char *version, const char *least);

/*
 * Whether a lease's name is one that comes again, and not the ID of a container.
 * @name: without "cni:"; @instance: its record's
 */
bool cni_comes_again(const char *name, const char *instance);

/* The interface that a lease's name means. */
const char *cni_ifname_of(const char *name);

#endif
