/*
 * Network namespaces of which no engine tells: those of ip-netns(8), unshare(1), systemd-nspawn(1).
 * Who names one says where it is, by --netns or --pid.
 */
#include "runtime/engines.h"

const struct runtime runtime_netns = { .name = "netns" };
