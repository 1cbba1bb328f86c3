/* Tells the service manager how the service is: sd_notify(3), in the few lines that it takes. */
#ifndef V6HOOK_WATCH_NOTIFY_H
#define V6HOOK_WATCH_NOTIFY_H

/*
 * Sends @state to the manager that started the service: "READY=1", "STATUS=...", "WATCHDOG=1",
 * several with newlines between them. Never waits. Without a manager, or one that does not listen,
 * nothing happens.
 */
void notify_service(const char *state);

#endif
