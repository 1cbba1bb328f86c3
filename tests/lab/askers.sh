# What the tests of the service's socket share, to be sourced instead of lxc.sh or watch.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=SCRIPTDIR/lxc.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lxc.sh"
# shellcheck source=SCRIPTDIR/watch.sh
. "$lab/watch.sh"
askers_refused='1 the service refuses it; its journal says why'
askers_socket=/run/v6hook/v6hook.sock

# askers_lab: the lab with the service, the attacker's tool, and the users alice, bob (not listed) and carol
askers_lab() {
	local name

	lxc_lab
	: >$watch_log
	cp "$lab/../../build/lab/asker" /usr/local/bin/ || lab_die 'there is no build/lab/asker: make build/lab/asker'
	for name in alice bob carol; do
		useradd $name || lab_die "cannot make $name"
	done
	configure '{ "ranges": ["2001:db8:1::5:0/120"] }' '"probe_ms": 0, "users": {
		"alice": { "addresses": 2, "bridges": ["br0"] }, "carol": { "addresses": 2, "bridges": ["br0"] } }'
	askers_start
}

# askers_start: starts the service and waits for its socket
askers_start() {
	watch_start
	wait_for 5 test -S $askers_socket || lab_die "the service does not listen: $(<$watch_log)"
}

# as USER CMD...: runs CMD as that user (to be preceded by exec where its PID matters)
as() {
	setpriv --reuid "$1" --regid "$1" --init-groups "${@:2}"
}

# user_netns USER NAME [BRIDGE]: a network namespace of that user's; its process is in ${pid_of[NAME]}
user_netns() {
	setpriv --reuid "$1" --regid "$1" --init-groups unshare -Urn sleep 1000 &
	pid_of[$2]=$!
	wait_for 5 test_owned "${pid_of[$2]}" || lab_die "no namespace for $2"
	# the kernel takes a former one away in its own time
	wait_for 5 not test -e "/sys/class/net/v-$2"
	[ -z "${3-}" ] || ip link add "v-$2" up master "$3" type veth peer name eth0 netns "${pid_of[$2]}"
}
declare -A pid_of=()

# test_owned PID: whether the process has left the host's network, and its program has begun
test_owned() {
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ] && [ "$(<"/proc/$1/comm")" = sleep ]
}

# asking_container NAME [CONFIG-LINE]...: root's container that asks when it starts, and whose web server asks for us
asking_container() {
	local dir=/var/lib/lxc/$1

	lab_lxc_make "$1" br0 'lxc.include = /usr/local/share/lxc/config/v6hook-start.conf' "${lxc_door[@]}" "${@:2}"
	cp /usr/local/bin/asker "$dir/rootfs/bin/asker"
	mkdir "$dir/rootfs/www/cgi-bin"
	# shellcheck disable=SC2016
	printf '%s\n' '#!/bin/sh' 'printf "Content-Type: text/plain\n\n"' \
		'asker -s /dev/v6hook/v6hook.sock $(echo "$QUERY_STRING" | tr + " ") 2>&1' >"$dir/rootfs/www/cgi-bin/ask"
	chmod +x "$dir/rootfs/www/cgi-bin/ask"
	lab_lxc_start "$1"
}

# inside NAME OPTION...: runs the attacker's tool in such a container, as a process of its own
inside() {
	local IFS=+

	timeout 30 bash -c "$lab_http" - "$(lxc_address "$1")" "cgi-bin/ask?${*:2}"
}

# refused NAME REGEX CMD...: checks that CMD gets the one refusal that there is, and the journal tells why in one line
refused() {
	local answer

	journal_mark
	answer=$("${@:3}" 2>&1)
	is "$1: refused" "$answer" "$askers_refused"
	ok "$1: the journal says why" wait_for 3 said 1 "^refused .*: .*$2"
	is "$1: once" "$(journal '^refused' | wc -l)" 1
	[ "$answer" = "$askers_refused" ] || note "$(journal .)"
}
