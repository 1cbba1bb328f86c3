# What the tests of the LXC hooks share, to be sourced instead of attach.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=SCRIPTDIR/attach.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/attach.sh"
lxc_include='lxc.include = /usr/local/share/lxc/config/v6hook.conf'
lxc_syslog=$lab_run/syslog
# what an administrator would have to write for a container to be able to ask after its start
lxc_door=('lxc.mount.entry = /usr/local/libexec/v6hook-start dev/v6hook-start none bind,ro,create=file,optional 0 0'
	'lxc.mount.entry = /run/v6hook dev/v6hook none bind,ro,create=dir,optional 0 0')
lxc_ask='/dev/v6hook-start /dev/v6hook/v6hook.sock' # and what asks there

# lxc_install [VARIABLE=VALUE]...: make install, of the program as it was built
lxc_install() {
	make -s -o v6hook -o v6hook-full -o v6hook-start -o v6hook-runtime -o layers -C "$lab/../.." install "$@"
}

# lxc_lab: the lab with the program installed, a host with a bridge, and syslog
lxc_lab() {
	lab_router 2001:db8:1::/64
	lab_host 2001:db8:1::2/64
	lab_bridge br0 10.0.3.1/24
	# as lxc-net does; without, a bridge takes on the MAC of one port or another
	ip link set br0 address 00:16:3e:00:00:00
	lxc_install >/dev/null || lab_die 'make install fails'
	# what the tests run is what the hooks run
	PATH=/usr/local/sbin:$PATH
	lxc_syslogd
}

# ---- syslog

# lxc_own_dev: gives the world a /dev of its own, with what containers need
lxc_own_dev() {
	local new=$lab_run/dev one

	mkdir -p $new
	mount -t tmpfs -o mode=755 lab $new || lab_die 'cannot mount a tmpfs'
	mkdir $new/{net,pts,shm}
	for one in null zero full random urandom tty console kmsg fuse net/tun fd stdin stdout stderr; do
		[ ! -e "/dev/$one" ] || cp -a "/dev/$one" "$new/$one"
	done
	ln -s pts/ptmx $new/ptmx
	mount -t devpts -o newinstance,mode=600,ptmxmode=666 devpts $new/pts || lab_die 'cannot mount a devpts'
	mount --move $new /dev || lab_die 'cannot move a /dev into place'
}

# lxc_syslogd: starts a syslog daemon for the world alone
lxc_syslogd() {
	lxc_own_dev
	: >$lxc_syslog
	busybox syslogd -n -O $lxc_syslog &
	lxc_syslogd=$!
	wait_for 5 test -S /dev/log || lab_die 'no syslogd'
}

# told: prints what v6hook has told syslog since it was asked last
told() {
	busybox logger -t lab "end of $$.$RANDOM"
	wait_for 5 grep -q ' lab: end of ' $lxc_syslog || lab_die 'syslogd is silent'
	grep ' v6hook\[' $lxc_syslog | sed 's/^.* v6hook\[[0-9]*\]: //'
	: >$lxc_syslog
}

# ---- what there is

# lxc_address NAME: prints the address that list shows for an LXC container
lxc_address() {
	v6hook list | awk -v name="$1" '$1 == name && $2 == "lxc" { print $3 }'
}

# lxc_inner NAME: prints the global addresses in a container, but lo's
lxc_inner() {
	lab_inside "$1" ip -6 -o addr show scope global | sed '/^1: lo /d; s,.* inet6 \([^ ]*\)/.*,\1,'
}

# lxc_mac NAME: prints the MAC address of a container's eth0
lxc_mac() {
	lab_inside "$1" ip -o link show eth0 | sed 's,.*link/ether \([^ ]*\).*,\1,'
}

# lxc_running NAME: whether the container runs
lxc_running() {
	[ "$(lxc-info -n "$1" -s -H)" = RUNNING ]
}

# quick ADDR: whether a first ping is answered within 0.3 s, by a router that has forgotten all
quick() {
	local start

	lab_forget
	start=${EPOCHREALTIME/[.,]/}
	lab_ping "$1" 1 && in_time 300000 $((${EPOCHREALTIME/[.,]/} - start))
}

# helpers: prints the v6hook processes that run; none is to be left by a hook
helpers() {
	pgrep -x v6hook
}

# lxc_state: kernel_state, once no hook is at work
lxc_state() {
	wait_for 10 lxc_idle
	kernel_state
}

# lxc_idle: whether no hook is at work and no container is being torn down: each monitor has an init, and nothing else
lxc_idle() {
	local monitor child here

	here=$(readlink /proc/self/ns/pid)
	for monitor in $(pgrep -f '^\[lxc monitor\]'); do
		pgrep -P "$monitor" >/dev/null || return 1
		for child in $(pgrep -P "$monitor"); do
			[ "$(readlink "/proc/$child/ns/pid")" != "$here" ] || return 1
		done
	done
	! helpers
}
