/* What a CNI engine adds to a plugin's configuration: for this container, or of all of them. */
#ifndef V6HOOK_CNI_GIVEN_H
#define V6HOOK_CNI_GIVEN_H

#include "runtime/cni_member.h"

/* Each reads one key into a configuration, for struct cni_member. */

/* runtimeConfig: the ports that are published, the addresses that are asked for. */
int cni_read_runtime(const struct value *v, struct cni_conf *c);

/* prevResult: what the plugins before this one have given the container. */
int cni_read_previous(const struct value *v, struct cni_conf *c);

/* cni.dev/valid-attachments: those that GC is to leave. */
int cni_read_valid(const struct value *v, struct cni_conf *c);

#endif
