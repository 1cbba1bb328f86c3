# How slow this machine is just now, and deadlines that are fair to it: to be sourced.
# shellcheck shell=bash disable=SC2034
#
# A deadline in a test is a time of a quiet machine. $LAB_SLOW says how many times as long things
# take here and now, in hundredths: 100 on a quiet machine, 1000 at most. It is measured when a test
# is started, and again whenever a deadline has passed: load that came meanwhile is no failure. It
# never makes one wait for ever, so that what does not happen at all fails on any machine.

# what a quiet machine of 2026 takes for the two works below, in microseconds
slow_forks_us=30000
slow_nets_us=100000

# slow_works WORK US: does a work, and leaves in $slow_factor how many times as long as US that took, in hundredths
slow_works() {
	local start=${EPOCHREALTIME/[.,]/}

	slow_factor=0
	"$1" >/dev/null 2>&1 && slow_factor=$(((${EPOCHREALTIME/[.,]/} - start) * 100 / $2))
}

# slow_forks: starts programs, as every test does all the time
slow_forks() {
	local i

	for i in {1..40}; do
		/bin/true
	done
}

# slow_nets: makes network devices and removes them, for which the kernel has one lock; fails if that is not ours to do
slow_nets() {
	[ "$EUID" = 0 ] && unshare -n sh -c 'for i in 1 2 3 4; do
		ip link add a$i type veth peer name b$i && ip link set a$i up && ip link del a$i || exit; done'
}

# slow_measure: measures, and raises $LAB_SLOW if the machine is slower than that said
slow_measure() {
	local slow_factor

	: "${LAB_SLOW:=100}"
	slow_works slow_forks $slow_forks_us
	[ $slow_factor -le "$LAB_SLOW" ] || LAB_SLOW=$slow_factor
	slow_works slow_nets $slow_nets_us
	[ $slow_factor -le "$LAB_SLOW" ] || LAB_SLOW=$slow_factor
	[ "$LAB_SLOW" -le 1000 ] || LAB_SLOW=1000
	export LAB_SLOW
}

# slower: measures again; whether the machine is slower than was thought
slower() {
	local before=$LAB_SLOW

	slow_measure
	[ "$LAB_SLOW" -gt "$before" ]
}

# scaled NUMBER: prints how many seconds or milliseconds here and now so many of a quiet machine are
scaled() {
	echo $(($1 * LAB_SLOW / 100))
}

# in_time LIMIT TOOK: whether what took so long was within what is a limit on a quiet machine
in_time() {
	until [ "$2" -le $(($1 * LAB_SLOW / 100)) ]; do
		slower || return 1
	done
}

# slow_never: a FIFO that nobody writes to, in a directory of whoever sources this; without one, naps are programs
: "${slow_never=}"

# nap SECONDS: sleeps without starting a program
nap() {
	if [ -p "$slow_never" ]; then
		read -rt "$1" <>"$slow_never" || :
	else
		sleep "$1"
	fi
}

# nap_after MICROSECONDS: sleeps between two looks at what has been waited for so long: an eighth of that, as each look
# starts programs, but 20 to 150 ms
nap_after() {
	local us=$(($1 / 8)) seconds

	us=$((us < 20000 ? 20000 : us > 150000 ? 150000 : us))
	printf -v seconds '0.%06d' $us
	nap "$seconds"
}

# wait_for SECONDS CMD...: polls until CMD succeeds; fails when the time, of a quiet machine, is over
wait_for() {
	local start=${EPOCHREALTIME/[.,]/} waited

	until "${@:2}" >/dev/null 2>&1; do
		waited=$((${EPOCHREALTIME/[.,]/} - start))
		if [ $waited -ge $((${1%.*} * LAB_SLOW * 10000)) ]; then
			slower || return 1
		fi
		nap_after $waited
	done
}

# pause_for SECONDS CMD...: polls until CMD succeeds, for so many seconds at most, however slow the machine: for what need
# not come, where something else waits meanwhile
pause_for() {
	local start=${EPOCHREALTIME/[.,]/} waited=0

	until "${@:2}" >/dev/null 2>&1 || [ $waited -ge $(($1 * 1000000)) ]; do
		nap_after $waited
		waited=$((${EPOCHREALTIME/[.,]/} - start))
	done
}

# timeout SECONDS CMD...: timeout(1), with seconds of a quiet machine
timeout() {
	if [[ $1 =~ ^[0-9]+$ ]]; then
		set -- $(($1 * LAB_SLOW / 100)) "${@:2}"
	fi
	command timeout "$@"
}

[ -n "${LAB_SLOW-}" ] || slow_measure
