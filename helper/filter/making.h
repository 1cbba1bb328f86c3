/* Messages to nf_tables in the making: their attributes, nested or not, and comments. */
#ifndef V6HOOK_FILTER_MAKING_H
#define V6HOOK_FILTER_MAKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter/table.h"
#include "wire/nl.h"

/* A message of nf_tables: @type: NFT_MSG_...; @flags: besides NLM_F_REQUEST. Null without memory.
 */
struct nl_msg *making_message(const struct filter_table *t, int type, int flags);

/* One message in the making; without memory, or too long, it is none. */
struct making {
	struct nl_msg *m;
	bool failed;
};

/* Begins a message that names the table by the attribute. */
struct making making_begin(const struct filter_table *t, int type, int flags, int table_attribute);

/* The message, or null if it could not be made; it is the caller's. */
struct nl_msg *making_end(struct making *k);

/* Each adds one attribute; a number is sent in network order. */
void making_put(struct making *k, int type, const void *data, size_t len);
void making_text(struct making *k, int type, const char *text);
void making_number(struct making *k, int type, uint32_t number);
void making_wide(struct making *k, int type, uint64_t number);

/* Data of one attribute, as it is nested. */
void making_value(struct making *k, int type, const void *value, size_t len);

/* What is added in between is nested in the attribute. */
struct nlattr *making_open(struct making *k, int type);
void making_close(struct making *k, struct nlattr *nest);

/* What nft(8) shows behind "comment"; nothing for null or "". */
void making_comment(struct making *k, int type, const char *comment);

/*
 * Writes a comment as nft(8) keeps it, if there is one: type, length, value.
 * @out: room for 2 + FILTER_COMMENT_MAX; @what: the type. Returns the end of it.
 */
unsigned char *making_write_comment(unsigned char *out, unsigned char what, const char *comment);

#endif
