# What the tests of races share, to be sourced instead of attach.sh: programs stopped between two steps, and what must never come of it.
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=SCRIPTDIR/attach.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/attach.sh"
race_trace=$lab_run/race.trace
race_out=$lab_run/race.out
race_err=$lab_run/race.err
slowest=0

# stopped_after N SYSCALL CMD...: in the background, CMD, stopped after its N-th SYSCALL; fails if it ends before
stopped_after() {
	: >$race_trace
	strace -o $race_trace -e trace="$2" -e inject="$2:signal=STOP:when=$1" "${@:3}" >$race_out 2>$race_err </dev/null &
	tracer=$!
	until grep -q 'stopped by SIGSTOP\|exited with\|killed by' $race_trace; do
		kill -0 $tracer 2>/dev/null || return
		sleep 0.005
	done
	grep -q 'stopped by SIGSTOP' $race_trace
}

# goes_on: lets it run to its end, as tap_run does: its output is in $out and $err, its status is returned
goes_on() {
	local result tracee

	tracee=$(pgrep -P "$tracer")
	[ -z "$tracee" ] || kill -CONT "$tracee" 2>/dev/null
	wait "$tracer"
	result=$?
	out=$(<$race_out)
	err=$(<$race_err)
	return $result
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

# host_but REGEX: prints all of the host that v6hook might change, but the entries for addresses that match, and containers' ports
host_but() {
	kernel_state | grep -vE "^($1) "
	ip -4 -o addr show | sed -E 's/^[0-9]+: //' | grep -v '^veth'
	ip -4 route show table all | grep -v ' dev veth'
	sysctls | grep -v /veth
}
