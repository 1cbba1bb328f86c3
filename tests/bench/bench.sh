# What the parts of the benchmark share, to be sourced: the lab, containers, samples.
# shellcheck shell=bash disable=SC2034,SC2154
#
# A part measures methods side by side: each round gives every method one turn, in the same order,
# and what one did is undone before the next one's. So whatever else the machine does meets all alike,
# and the report can compare within a round. A turn that fails, or whose effect is not there, or
# whose echo is lost, is a sample too, "lost"; it ends nothing.

# shellcheck source=SCRIPTDIR/../lab/lxc.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lab/lxc.sh"
# shellcheck source=SCRIPTDIR/../lab/watch.sh
. "$lab/watch.sh"

bench_tools=$(readlink -f "$lab/../../build/bench")
bench_part=${0##*/}
bench_samples=${BENCH_OUT:-$bench_tools}/$bench_part.samples
bench_state=$(mktemp -d "$bench_tools/state.XXXXXX") # on the source tree's file system: fsync is part of the cost
trap 'rm -rf "$bench_state"' EXIT
declare -A pid=() mac=()

# ---- samples: lines of words, separated by tabs, for tests/bench/report.jq

# record WORD...: adds one line
record() {
	local IFS=$'\t'

	echo "$*" >>"$bench_samples"
}

# series NAME METRIC REFERENCE TITLE: what comes now belongs to it; METRIC is the one that its table is about
series() {
	series=$1
	record series "$@"
}

# method NAME TEXT: one of the things that the series compares
method() {
	record method "$series" "$@"
}

# sample METHOD METRIC VALUE: one sample of this round, in us, KiB or a count as the metric's name says; or "lost"
sample() {
	record sample "$series" "$1" "${round:-0}" "$2" "$3"
}

# rounds [TIMES] DEFAULT: prints how many rounds there are, or one in TIMES for what takes long, but one at least
rounds() {
	local number=${BENCH_ROUNDS:-${*: -1}} times=1

	[ $# = 1 ] || times=$1
	echo $(((number + times - 1) / times))
}

# amount NUMBER: prints how many of something there are to be, a few if only the tools are tried
amount() {
	[ -z "${BENCH_ROUNDS-}" ] && echo "$1" || echo $(($1 < 1000 ? $1 / 100 + 2 : $1 / 1000 + 20))
}

# every N: whether it is the turn of what takes part in one round of N only
every() {
	[ $((round % $1)) = 1 ]
}

# run CMD...: runs it through the launcher and leaves $wall, $cpu, $faults, $rss, $instructions, $started and $ended
run() {
	local line

	line=$("$bench_tools/run" "$@" 2>>"$bench_state/errors") &&
		read -r wall cpu faults rss instructions started ended <<<"$line"
}

# measure METHOD CMD...: one sample of what CMD takes; fails if CMD does, with the sample lost
measure() {
	if ! run "${@:2}"; then
		lose "$1" wall_us "$(tail -n 1 "$bench_state/errors")"
		return 1
	fi
	sample "$1" wall_us "$wall"
	sample "$1" cpu_us "$cpu"
	sample "$1" faults "$faults"
	sample "$1" rss_kib "$rss"
	[ "$instructions" = - ] || sample "$1" instructions "$instructions"
}

# pinged METHOD NETNS ADDR SECONDS CMD...: one sample of when the first echo came, since CMD was started and since it ended,
# the pings of NETNS arriving before; its time of day is left in $echo, in us, or nothing if it is lost
pinged() {
	local pinger since

	echo=
	lab_forget
	lab_in "$2" "$bench_tools/echo" "$3" "$4" >"$bench_state/echo" 2>>"$bench_state/errors" &
	pinger=$!
	wait_for 5 router_asks "$3"
	if ! run "${@:5}"; then
		kill $pinger
		wait $pinger 2>/dev/null
		lose "$1" echo_us "$(tail -n 1 "$bench_state/errors")"
	elif wait $pinger; then
		read -r since echo <"$bench_state/echo"
		sample "$1" echo_us $((since - started))
		sample "$1" after_us $((since - ended))
	else
		lose "$1" echo_us "no echo from $3 in $4 s"
	fi
}

# router_asks ADDR: whether the router has had to do with the address since it forgot all
router_asks() {
	ip -n router -6 neigh show dev lan | grep -q "^$1 "
}

# lose METHOD METRIC WHY: the sample is lost; says why
lose() {
	sample "$1" "$2" lost
	note "$bench_part, $series, round ${round:-0}: $1 is lost: $3" >&2
}

# ---- containers without an engine: a network namespace with a sleeping process, on a bridge

# box NAME [BRIDGE]: makes one; without a bridge it has no eth0
box() {
	ip netns add "$1"
	if [ -n "${2-}" ]; then
		ip link add "$1" type veth peer name eth0 netns "$1"
		ip link set "$1" master "$2" up
		ip -n "$1" link set eth0 up
		mac[$1]=$(ip -n "$1" -o link show eth0 | sed 's/.* link.ether \([^ ]*\).*/\1/')
	fi
	ip -n "$1" link set lo up
	nsenter --net="/run/netns/$1" sleep infinity &
	pid[$1]=$!
	wait_for 5 boxed "$1" || lab_die "no container $1"
}

# boxed NAME: whether the container's process is in its namespace
boxed() {
	[ "$(stat -Lc %i "/proc/${pid[$1]}/ns/net")" = "$(stat -c %i "/run/netns/$1")" ]
}

# unbox NAME ADDR: takes back what a shell or the floor did
unbox() {
	ip -6 neigh del proxy "$2" dev eth0
	ip -6 route del "$2/128" dev br0
	ip -6 neigh del "$2" dev br0
	ip -n "$1" addr flush dev eth0 scope global
	ip -n "$1" -6 route flush default
} 2>/dev/null

# effects NAME ADDR [BY]: whether all is there that makes it reachable: the proxy entry (unless BY something else
# answers), the host's route that leads to the bridge, the container's address and its default route
effects() {
	{ [ -n "${3-}" ] || ip -6 neigh get proxy "$2" dev eth0; } &&
		ip -6 route get "$2" | grep -q " dev ${bench_toward:-br0} " &&
		ip -n "$1" -6 -o addr show to "$2" | grep -q . &&
		ip -n "$1" -6 route show default | grep -q .
} >/dev/null 2>&1

# proven METHOD NAME ADDR [BY]: whether the effects are there, and, in the round that is not counted, a ping comes back
proven() {
	if ! effects "${@:2}"; then
		lose "$1" wall_us "its effects are not there"
	elif [ "$round" = 0 ] && ! wait_for 5 reaches "$3"; then
		lose "$1" wall_us "$3 is not reached"
	fi
}

# bench_configure FILE DIR [MEMBER]...: writes a configuration with leases in DIR
bench_configure() {
	local IFS=,

	mkdir -p "${1%/*}" "$2"
	printf '{ "pools": [ { "ranges": ["%s"] } ], "hold_s": 0, "state_dir": "%s", %s }\n' \
		"${bench_range:-2001:db8:1::2:0/113}" "$2" "${*:3}" >"$1"
}

# bench_lab: router, host and bridge
bench_lab() {
	: >"$bench_samples"
	lab_router 2001:db8:1::/64
	lab_host 2001:db8:1::2/64
	lab_bridge br0 2001:db8:1::2:1/112
	ip link set br0 address 00:16:3e:00:00:00
	sysctl -qw net.ipv6.conf.{all,eth0}.{forwarding,proxy_ndp}=1
}

# ---- the peers

# delay TICKS: how long the kernel holds back a proxy entry's answer at most; the recipes of the field leave it at 80
delay() {
	echo "$1" >/proc/sys/net/ipv6/neigh/eth0/proxy_delay
}

# ndppd_start PREFIX: the daemon that answers for a whole prefix
ndppd_start() {
	printf 'proxy eth0 { router no timeout 500 ttl 30000 rule %s { static } }\n' "$1" | sed 's/ \(router\|timeout\|ttl\|rule\) /\n\1 /g' >$lab_run/ndppd.conf
	ndppd -c $lab_run/ndppd.conf >$lab_run/ndppd.log 2>&1 &
	ndppd=$!
	sleep 0.3
	kill -0 $ndppd || lab_die "ndppd: $(<$lab_run/ndppd.log)"
}

# The recipe of the field reports, eight commands: PID ADDR
# shellcheck disable=SC2016
bench_recipe='
sysctl -qw net.ipv6.conf.all.proxy_ndp=1
sysctl -qw net.ipv6.conf.all.forwarding=1
ip -6 neigh add proxy "$2" dev eth0
gateway=$(ip -6 addr show dev br0 scope link | awk "/inet6/ { sub(\"/.*\", \"\", \$2); print \$2; exit }")
nsenter -t "$1" -n ip addr add "$2/112" dev eth0
nsenter -t "$1" -n ip link set eth0 up
nsenter -t "$1" -n ip -6 route add default via "$gateway" dev eth0'

# The same for ndppd, with care, on a host that is set up already, four commands: PID ADDR MAC
# shellcheck disable=SC2016
bench_unproxied='
nsenter -t "$1" -n ip addr add "$2/128" dev eth0 nodad
nsenter -t "$1" -n ip -6 route add default via fe80::1 dev eth0
ip -6 route add "$2/128" dev br0
ip -6 neigh replace "$2" dev br0 lladdr "$3" nud permanent'

# And without ndppd, five commands
# shellcheck disable=SC2016
bench_careful="$bench_unproxied"'
ip -6 neigh add proxy "$2" dev eth0'

# The same in two batches: PID ADDR MAC
# shellcheck disable=SC2016
bench_batch='
nsenter -t "$1" -n ip -6 -batch - <<END
addr add $2/128 dev eth0 nodad
route add default via fe80::1 dev eth0
END
ip -6 -batch - <<END
route add $2/128 dev br0
neigh replace $2 dev br0 lladdr $3 nud permanent
neigh add proxy $2 dev eth0
END'

# cni_configure FILE SUBNET DIR: CNI's ptp and host-local, its leases in DIR
cni_configure() {
	printf '{ "cniVersion": "0.4.0", "name": "bench", "type": "ptp", "ipam": { "type": "host-local",
		"dataDir": "%s", "subnet": "%s", "routes": [ { "dst": "::/0" } ] } }\n' "$3" "$2" >"$1"
}

# For sh -c: adds (or with DEL removes) a container by CNI: ADD|DEL NAME FILE
# shellcheck disable=SC2016
bench_cni='CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_NETNS=/run/netns/$2 CNI_IFNAME=eth0 CNI_PATH=/usr/lib/cni \
	exec /usr/lib/cni/ptp <"$3"'

# cni NAME FILE ADD|DEL: the same, outside the measured time
cni() {
	sh -c "$bench_cni" - "$3" "$1" "$2" >/dev/null 2>&1
}

# cni_address NAME: prints the address that CNI gave
cni_address() {
	ip -n "$1" -6 -o addr show dev eth0 scope global 2>/dev/null | sed -n '1s,.* inet6 \([^ /]*\).*,\1,p'
}
