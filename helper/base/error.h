/* What went wrong, in one line, and the exit status that it earns. */
#ifndef V6HOOK_ERROR_H
#define V6HOOK_ERROR_H

/* Exit statuses of the program; a contract with its users. */
enum status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,	 /* wrong use or bad configuration */
	STATUS_FULL = 3,	 /* no free address */
	STATUS_NO_CONTAINER = 4, /* no such container, or not running */
	STATUS_IN_USE = 5,	 /* the address is in use elsewhere */
};

#define ERROR_TEXT_MAX 1024

/*
 * Owned by the caller, filled by whoever fails first; `text` holds no newline that the
 * program put there, but may hold bytes of the user's: main escapes them when it prints.
 */
struct error {
	enum status status;
	char text[ERROR_TEXT_MAX];
};

/*
 * Fills e with the message followed by ": " and the description of err.
 * @err: a negative errno value
 * Returns err; the status becomes STATUS_FAILED.
 */
int error_sys(struct error *e, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * Fills e with the message alone.
 * @status: the exit status that main shall return
 * @err: a negative errno value for the callers to tell cases apart
 * Returns err.
 */
int error_set(struct error *e, enum status status, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Puts "PREFIX: " before the message in e. Returns err unchanged, for use in a return. */
int error_prefix(struct error *e, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
