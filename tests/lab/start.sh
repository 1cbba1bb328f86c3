# What the tests of lxc.hook.start and of users' containers share, to be sourced instead of lxc.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=SCRIPTDIR/lxc.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lxc.sh"
# shellcheck source=SCRIPTDIR/watch.sh
. "$lab/watch.sh"
start_socket=/run/v6hook/v6hook.sock
start_include='lxc.include = /usr/local/share/lxc/config/v6hook-start.conf'
mount_include='lxc.include = /usr/local/share/lxc/config/v6hook-mount.conf'
start_pool='{ "ranges": ["2001:db8:1::5:0/120"] }'

# start_lab: the lab of LXC, an init that writes down what it sees in $start_first, the service
start_lab() {
	: >$watch_log
	lxc_lab
	make_first
	configure "$start_pool"
	start_service
}

# watch_start [OPTION]...: as in watch.sh, but with the capabilities of the service's unit alone
watch_start() {
	local caps

	caps=$(sed -n 's/^CapabilityBoundingSet=//p' "$lab/../../docker/v6hook-watch.service" | tr '[:upper:]' '[:lower:]' | sed 's/cap_/+/g; s/ /,/g')
	setpriv --bounding-set "-all,$caps" --inh-caps -all --no-new-privs v6hook watch "$@" >>$watch_log 2>&1 &
	watch_pid=$!
}

# start_service [OPTION]...: starts the service, and waits until it listens
start_service() {
	journal_mark
	watch_start "$@"
	wait_for 5 journal '^watching: /var/run/docker.sock' || lab_die "the service does not start: $(<$watch_log)"
	wait_for 5 start_listens || lab_die 'the service does not listen'
}

# kill_service: kills it, so that it can take nothing back
kill_service() {
	kill -9 "$watch_pid"
	wait "$watch_pid"
} 2>/dev/null

# start_listens [SOCKET]: whether somebody listens on the service's socket
start_listens() {
	ss -xlH | grep -q " ${1-$start_socket} "
}

# make_first: builds that init
make_first() {
	start_first=$lab_run/first
	"$(type -P musl-gcc || echo cc)" -static -Os -o $start_first "$lab/first.c" || lab_die 'cannot build the init'
}

# helpers: prints the v6hook processes that run, the service left out
helpers() {
	pgrep -x v6hook | grep -vxF "${watch_pid:-none}"
}

# lease_of CONTAINER: prints the address that RUNTIME:NAME holds, or one with @PATH or NUMBER/
lease_of() {
	leases | holder=$1 awk '{ address = $1; sub(/^[^ ]* /, ""); if ($0 == ENVIRON["holder"]) print address }'
}

# has_first DIR: puts that init in a root file system, for lxc.init.cmd = /first [PROGRAM]
has_first() {
	cp "$start_first" "$1/first"
}

# saw ROOTFS: prints the global addresses on eth0 that its init has seen, first thing, as the kernel writes them
saw() {
	wait_for 5 grep -q end "$1/seen" && grep '^2001.* eth0$' "$1/seen"
}

# has_now NAME: prints the same of a running container as it is now
has_now() {
	lab_inside "$1" grep '^2001.* eth0$' /proc/net/if_inet6
}

# at_first NAME [ROOTFS]: checks that the container's init found the address that it has, permanent, when it began
at_first() {
	local seen

	seen=$(saw "${2-/var/lib/lxc/$1/rootfs}")
	like "$1: init's first instruction finds one address, permanent and not tentative" "$seen" \
		'^2001[0-9a-f]{28} [0-9a-f]+ 80 00 82 +eth0$'
	is "$1: the one that it has" "$seen" "$(has_now "$1")"
}

# start_logged NAME: starts a container of root's with everything logged; its log is /var/log/lxc/NAME.log
start_logged() {
	: >"/var/log/lxc/$1.log"
	lxc-start -n "$1" -l DEBUG -o "/var/log/lxc/$1.log"
}
