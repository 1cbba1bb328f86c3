/* What CNI is answered: results, versions and errors, each one JSON object. */
#ifndef V6HOOK_CNI_OUT_H
#define V6HOOK_CNI_OUT_H

#include <stdio.h>

#include "ops/cni.h"

/* The result of ADD: prevResult with the address and its route, or all that was made here. Returns
 * 0 or -ENOMEM. */
int cni_out_added(const struct cni_call *call, const struct cni_conf *conf,
		  const struct cni_added *added, const struct in6_addr *gateway, json_t **ret,
		  struct error *e);

/* The versions that are spoken. Returns 0 or -ENOMEM. */
int cni_out_versions(const char *version, json_t **ret, struct error *e);

/* An error; null without memory. @text: may hold foreign bytes */
json_t *cni_out_error(const char *version, enum cni_code code, const char *text);

/* Prints one of them, and frees it. Returns 0, or -EIO or -ENOMEM. */
int cni_out_print(json_t *made, FILE *out);

#endif
