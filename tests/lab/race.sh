# What the tests of races share, to be sourced instead of attach.sh: programs stopped between two steps, and what must never come of it.
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=SCRIPTDIR/attach.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/attach.sh"
race_trace=$lab_run/race.trace
race_out=$lab_run/race.out
race_err=$lab_run/race.err
race_end=$lab_run/race.end
slowest=0
mkfifo $lab_run/pause
exec {pause}<>$lab_run/pause

# forget PID: takes a child out of this shell's books, where it would be taken for a later one with its PID, and waited for
forget() {
	disown "$1" 2>/dev/null || :
}

# begin CMD...: starts CMD in the background; $race_end holds its status at last, as PIDs may come again too soon for wait
begin() {
	rm -f $race_end
	{
		"$@" >$race_out 2>$race_err </dev/null
		echo $? >$race_end.new
		mv $race_end.new $race_end
	} 2>/dev/null &
	begun=$!
	forget $begun
}

# stopped_after N SYSCALL CMD...: in the background, CMD, stopped after its N-th SYSCALL; fails if it ends before
stopped_after() {
	local end=$((SECONDS + $(scaled 20)))

	: >$race_trace
	begin strace -o $race_trace -e trace="$2" -e inject="$2:signal=STOP:when=$1" "${@:3}"
	until [ -e $race_end ] || grep -q 'stopped by SIGSTOP' $race_trace; do
		[ $SECONDS -lt $end ] || lab_die "it neither ends nor stops: $(tail -n 3 $race_trace)"
		nap 0.005
	done
	[ ! -e $race_end ]
}

# goes_on: lets it run to its end, as tap_run does: its output is in $out and $err, its status is returned
goes_on() {
	local end=$((SECONDS + $(scaled 20))) tracee

	until [ -e $race_end ]; do
		# it may not quite have stopped yet
		tracee=$(pgrep -P "$(pgrep -P "$begun" -d ,),$begun")
		# shellcheck disable=SC2086
		[ -z "$tracee" ] || kill -CONT $tracee 2>/dev/null
		[ $SECONDS -lt $end ] || lab_die "it does not go on after: $(tail -n 3 $race_trace)"
		nap 0.005
	done
	out=$(<$race_out)
	err=$(<$race_err)
	return "$(<$race_end)"
}

# sensible STATUS: whether that, $out and $err are what an attach, a detach or a reconcile may end with
sensible() {
	case $1 in
	0) [[ $err != *$'\n'* ]] ;;
	1 | 4) [[ $err =~ ^v6hook:\ [^$'\n']+$ ]] ;;
	*) return 1 ;;
	esac
}

# timed CMD...: runs CMD as tap_run does, and keeps the longest time that any took, in ms, in $slowest
timed() {
	local start=${EPOCHREALTIME/[.,]/} result took

	tap_run "$@"
	result=$?
	took=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))
	[ $took -le "$slowest" ] || slowest=$took
	return $result
}

# host_but REGEX: prints all of the host that v6hook might change, but the entries for addresses that match, containers' ports,
# and who is guarded
host_but() {
	kernel_state | sed '/^table bridge v6hook /,/^}/d' | grep -vE "^($1) "
	ip -4 -o addr show | sed -E 's/^[0-9]+: //' | grep -v '^veth'
	ip -4 route show table all | sed 's/ linkdown//' | grep -v ' dev veth'
	sysctls | grep -v /veth
}

# ---- containers of no engine, whose PIDs can be chosen

# as_pid PID CMD...: starts CMD in the background with this PID, if nobody has it; its PID is in $pid, and is that on success
as_pid() {
	local try

	for try in {1..20}; do
		echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid
		"${@:2}" &
		pid=$!
		forget $pid
		[ $pid != "$1" ] || return 0
		end $pid
		[ "$try" -lt 20 ] || return 1
	done
}

# started PID: sets $started to when the process was started (proc(5)), "" if there is none; without a fork
started() {
	started=
	read -r started <"/proc/$1/stat" && read -ra started <<<"${started##*) }" && started=${started[19]}
} 2>/dev/null

# end PID...: kills processes of this shell's, and sees them off: not by wait, which takes one for another of its PID
end() {
	local one was started

	for one; do
		started "$one"
		was=$started
		kill -9 "$one"
		# without a fork, which could take the PID; another's that has it already is let alone
		while started "$one" && [ "$started" = "$was" ]; do
			read -rt 0.001 <&"$pause"
		done
	done
} 2>/dev/null

# isolated PID: whether the process has a network of its own
isolated() {
	[ -e "/proc/$1/ns/net" ] && ! [ "/proc/$1/ns/net" -ef /proc/self/ns/net ]
}

# network PID: gives a process of its own network a port on the bridge, named by the number of all ports
network() {
	wait_for 5 isolated "$1" || lab_die "process $1 does not start"
	ports=$((${ports-0} + 1))
	ip link add veth$ports up master "${race_bridge-br0}" type veth peer name eth0 netns "$1"
}

# container [PID]: starts a process with a network of its own, its port on the bridge; its PID is in $pid
container() {
	if [ -n "${1-}" ]; then
		as_pid "$1" unshare -n sleep 1000 || return
	else
		unshare -n sleep 1000 &
		pid=$!
		forget $pid
	fi
	network "$pid"
}

# global PID: prints the global addresses in a process's network
global() {
	nsenter -t "$1" -n ip -6 -o addr show scope global
}
