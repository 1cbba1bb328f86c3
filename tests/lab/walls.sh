# What the tests of other firewalls share, to be sourced instead of watch.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=SCRIPTDIR/watch.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/watch.sh"
walls_range=2001:db8:1::d:0/112
walls_one=2001:db8:1::d:1
walls_two=2001:db8:1::d:2
walls_all='open:yes closed:no ping:yes out:yes across:yes'
walls_none='open:no closed:no ping:no out:no across:no'

# walls_lab: router, host, two bridges with a container each that serves on the ports 80 and 81; 80 is exposed
walls_lab() {
	watch_lab
	sysctl -qw net.ipv6.conf.all.forwarding=1
	bridge br0
	bridge br1
	plain one br0
	plain two br1
	mkdir -p $lab_run/page
	local name port
	for name in one two; do
		for port in 80 81; do
			lab_in $name busybox httpd -p "[::]:$port" -h $lab_run/page
		done
	done
}

# walls_config [OPEN]: the configuration, with "open_firewall" if it is given
walls_config() {
	configure '{ "ranges": ["'$walls_range'"] }' \
		'"probe_ms": 0, "guard": false, "expose": { "lxc": ["80/tcp"], "docker": ["80/tcp"] }'"${1:+, \"open_firewall\": $1}"
}

# tries NETNS ADDR PORT: whether a connection is made within a second
tries() {
	lab_in "$1" timeout 1 bash -c "exec 3<>/dev/tcp/$2/$3" 2>/dev/null
}

# cell NAME CMD...: prints NAME:yes or NAME:no, into a file of its own
cell() {
	local seen=no

	"${@:2}" >/dev/null 2>&1 && seen=yes
	echo "$1:$seen" >"$lab_run/cell.$1"
}

# cells: prints what is seen of the container one, all at once: its open port, its closed one, ping, what it begins
# itself, and what another container on another bridge reaches of it
cells() {
	local name pids=()

	lab_forget
	cell open tries internet $walls_one 80 &
	pids+=($!)
	cell closed tries internet $walls_one 81 &
	pids+=($!)
	cell ping lab_in internet busybox ping -6 -c 1 -W 1 $walls_one &
	pids+=($!)
	cell out tries one $lab_internet 80 &
	pids+=($!)
	cell across tries two $walls_one 80 &
	wait "${pids[@]}" $!
	for name in open closed ping out across; do
		cat "$lab_run/cell.$name"
	done | paste -sd ' '
}

# seen NAME CELLS: checks what is seen; a cell that should be "yes" is tried again on this machine, which may be slow
seen() {
	local try got

	for try in 1 2 3; do
		got=$(cells)
		[ "$got" = "$2" ] && break
	done
	is "$1" "$got" "$2"
}

# both_on: attaches both containers, by hand; $err has what is said of the first
both_on() {
	attach_plain two --address $walls_two
	attach_plain one --address $walls_one
}

# both_off: detaches both, the last one too
both_off() {
	detach lxc:two
	detach lxc:one
}

# ---- other firewalls, by their owners

# OWNER_up, OWNER_down, OWNER_rules, OWNER_again: closes all that is forwarded; opens it; prints what somebody has said; loads that again
hand_up() { ip6tables -P FORWARD DROP; }
hand_down() { ip6tables -P FORWARD ACCEPT; }
hand_rules() { ip6tables -S; }

ufw_up() { ufw --force enable; }
ufw_down() { ufw --force disable; }
ufw_rules() { ufw show added | grep -v '^ufw allow'; }
ufw_again() { nft flush ruleset && ufw reload; }

firewalld_up() {
	mkdir -p /run/dbus
	dbus-daemon --system --nopidfile --nofork --nosyslog >/dev/null 2>&1 &
	walls_daemons=$!
	wait_for 10 test -S /run/dbus/system_bus_socket
	firewalld --nofork --nopid >"$lab_run/firewalld.log" 2>&1 &
	walls_daemons="$walls_daemons|$!"
	wait_for 30 firewall-cmd --state || return
	# to firewalld 2.3 a policy is for interfaces alone that are bound to a zone by name: here to one that lets nothing through
	firewalld_binds || return 0
	firewall-cmd --permanent --new-zone=lab && firewall-cmd --permanent --zone=lab --add-interface=br0 --add-interface=br1 &&
		firewall-cmd --permanent --zone=lab --remove-forward
	firewall-cmd --reload
}
# firewalld_binds: whether it is such a version
firewalld_binds() { [ "$(firewall-cmd --version | cut -d. -f1)" -ge 2 ]; }
firewalld_down() {
	local pids

	IFS='|' read -ra pids <<<"$walls_daemons"
	kill "${pids[@]}"
	wait "${pids[@]}" 2>/dev/null
	walls_daemons=
}
firewalld_rules() { firewall-cmd --list-all-policies --permanent; }
# it cannot load its rules again where its table is gone, but start anew
firewalld_again() { firewall-cmd --reload && firewalld_down && nft flush ruleset && firewalld_up; }

# has OWNER: whether it is installed
has() {
	[ "$1" = hand ] || type -P "$1" >/dev/null && { [ "$1" != firewalld ] || type -P dbus-daemon >/dev/null; }
}
