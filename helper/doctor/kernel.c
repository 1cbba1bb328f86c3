/* What the kernel lets this program do: its rights, IPv6 itself, settings that can be written. */
#include <errno.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/caps.h"
#include "doctor/checks.h"

void check_capabilities(struct exam *x)
{
	struct error e;

	if (caps_check(true, &e) == 0)
		return;
	if (geteuid() != 0) {
		exam_tell(x, FINDING_UNKNOWN, "some of this is only to be seen by root");
		exam_evidence(x, "user %u", (unsigned int)geteuid());
		exam_remedy(x, "sudo v6hook doctor");
		return;
	}
	exam_tell(x, FINDING_BROKEN, "root lacks rights here, as in a container: %s", e.text);
	exam_evidence(x, "capget(2) of this process");
	exam_remedy(x, "capsh --print # and start what this is called by with all of them");
}

void check_version(struct exam *x)
{
	struct utsname name;
	unsigned int major = 0, minor = 0;

	if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2 || major > 5 ||
	    (major == 5 && minor >= 9))
		return;
	if (major < 5 || minor < 3)
		exam_tell(x, FINDING_BROKEN,
			  "this kernel is too old: Linux 5.3 is the first that will do");
	else
		exam_tell(x, FINDING_WARNING,
			  "this kernel is too old for the service: that takes Linux 5.9");
	exam_evidence(x, "uname -r: %s", name.release);
	exam_remedy(x, "apt-get install linux-image-amd64 # and boot it");
}

void check_ipv6(struct exam *x)
{
	const char dir[] = "/proc/sys/net/ipv6";
	int off;

	if (access(dir, F_OK) < 0) {
		if (errno != ENOENT)
			return;
		exam_tell(x, FINDING_BROKEN, "this kernel was started without IPv6");
		exam_evidence(x, "there is no %s", dir);
		exam_remedy(x, "sed -i 's/ipv6.disable=1//' /etc/default/grub && update-grub # and "
			       "boot again");
		return;
	}
	if (!exam_sysctl(x, "conf", "all", "disable_ipv6", &off) || !off)
		return;
	exam_tell(x, FINDING_BROKEN, "IPv6 is off on this host");
	exam_saw_sysctl(x, "conf", "all", "disable_ipv6", off);
	exam_remedy(x, "sysctl -w net.ipv6.conf.all.disable_ipv6=0");
	for (size_t i = 0; i < x->scene->uplinks.count; i++)
		x->scene->uplinks.list[i].dead = true;
	for (size_t i = 0; i < x->scene->bridges.count; i++)
		x->scene->bridges.list[i].dead = true;
}

void check_proc(struct exam *x)
{
	const char dir[] = "/proc/sys/net/ipv6/conf";
	struct statvfs fs;

	if (statvfs(dir, &fs) < 0 || !(fs.f_flag & ST_RDONLY))
		return;
	exam_tell(x, FINDING_BROKEN, "the kernel's settings cannot be changed from here");
	exam_evidence(x, "%s is mounted read-only", dir);
	exam_remedy(x, "mount -o remount,rw /proc/sys");
}
