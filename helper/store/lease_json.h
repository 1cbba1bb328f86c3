/* What a lease and an attachment look like as JSON, for people and for stores. */
#ifndef V6HOOK_LEASE_JSON_H
#define V6HOOK_LEASE_JSON_H

#include <stddef.h>

#include "store/lease.h"

#define LEASE_FILE_MAX 8192 /* bytes of one */

/*
 * Writes one JSON object and a newline; *ret is to be freed. Returns 0, -ENOMEM, -EILSEQ for a text
 * that is not UTF-8, or -E2BIG.
 */
int lease_encode(const struct lease *lease, char **ret, size_t *ret_len);
int attachment_encode(const char *ident, const struct attachment *a, char **ret, size_t *ret_len);

/* Reads back what was written. Returns 0, or -EBADMSG and leaves ret alone. */
int lease_decode(const char *text, size_t len, struct lease *ret);
/* @ret_ident: IDENT_TEXT_MAX bytes */
int attachment_decode(const char *text, size_t len, char *ret_ident, struct attachment *ret);

#endif
