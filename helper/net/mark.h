/* The protocol number that marks in the kernel what v6hook put there. */
#ifndef V6HOOK_MARK_H
#define V6HOOK_MARK_H

/*
 * rtm_protocol of routes, NDA_PROTOCOL of neighbours and proxy entries, IFA_PROTO of addresses
 * (rtnetlink(7); include/uapi/linux/rtnetlink.h leaves the numbers from 5 on to user space). 118 is
 * "v"; iproute2's rt_protos knows no other owner. Nothing without it is ever removed.
 */
#define V6HOOK_PROTOCOL 118

#endif
