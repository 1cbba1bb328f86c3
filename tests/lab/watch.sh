# What the tests of the watch service share, to be sourced instead of attach.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=SCRIPTDIR/attach.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/attach.sh"
watch_log=$lab_run/watch.log
watch_pool='{ "name": "p", "ranges": ["2001:db8:1::5:0/120"], "exclude": ["2001:db8:1::5:40/124"] }'
fake_socket=$lab_run/d.sock
watch_ready=$lab_run/ready
fake_requests=$lab_run/requests
watch_outside=2001:db8:1::6:1

# watch_lab: router and host, with a copy of the program
watch_lab() {
	own_program
	lab_router 2001:db8:1::/64
	lab_host 2001:db8:1::2/64
	: >$watch_log
}

watch_as=() # a command that runs it otherwise

# watch_start [OPTION]...: starts the service, its journal in $watch_log, its PID in $watch_pid
watch_start() {
	"${watch_as[@]}" v6hook watch "$@" >>$watch_log 2>&1 &
	watch_pid=$!
}

# manager_listens: notes that the service tells systemd it is ready, until manager_ends
manager_listens() {
	rm -f $watch_ready
	perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => "$ARGV[0].sock") or die;
		my $text = "";
		$s->recv($text, 1000) while $text !~ /^READY=1$/m;
		open my $f, ">", $ARGV[0] or die;
		print $f $text' $watch_ready &
	watch_manager=$!
	wait_for 5 test -S $watch_ready.sock
	export NOTIFY_SOCKET=$watch_ready.sock
}

# manager_ends: nobody listens any more
manager_ends() {
	kill $watch_manager 2>/dev/null
	wait $watch_manager
	rm -f $watch_ready.sock
}

# is_ready: whether the service has told that it is ready
is_ready() {
	[ -s "$watch_ready" ]
}

# watch_parser: prints the PID of the service's parser of each engine, if there is one
watch_parser() {
	pgrep -x -P "${1-$watch_pid}" v6hook-parser
}

# watch_relay: prints the PIDs of the processes that connect to the engines for the parsers, if there are any
watch_relay() {
	pgrep -x -P "$(watch_parser | paste -sd,)" v6hook-relay
}

# watch_listens [SOCKET]: whether the service is connected to Docker, or to the engine at that socket
watch_listens() {
	local relays peers

	mapfile -t relays < <(watch_relay 2>/dev/null)
	peers=$(ss -xHn state connected | awk -v path="${1-/var/run/docker.sock}" '{ for (i = 1; i < NF; i++) if ($i == path) print "socket:[" $NF "]" }')
	[ "${#relays[@]}" -gt 0 ] && find "${relays[@]/#//proc/}" -path '*/fd/*' -printf '%l\n' 2>/dev/null | grep -qxF "${peers:-none}"
}

# watch_stop: ends the service; returns its exit status
watch_stop() {
	kill -TERM "$watch_pid" && wait "$watch_pid"
}

# journal [REGEX]: prints the service's lines since journal_mark that match
journal() {
	tail -n "+$((${watch_seen:-0} + 1))" $watch_log | grep -E -- "${1-}"
}

# journal_mark: what the service has said so far is not looked at again
journal_mark() {
	watch_seen=$(wc -l <$watch_log)
}

# said N REGEX: whether exactly N lines of the journal match
said() {
	[ "$(tail -n "+$((${watch_seen:-0} + 1))" $watch_log | grep -cE -- "$2")" = "$1" ]
}

# quiet SECONDS: whether the service says nothing for so long
quiet() {
	local before

	before=$(wc -c <$watch_log)
	sleep "$1"
	[ "$(wc -c <$watch_log)" = "$before" ]
}

# address_of CONTAINER: prints the address that docker:NAME or lxc:NAME holds
address_of() {
	local address holder

	while read -r address holder; do
		[ "$holder" != "$1" ] || echo "$address"
	done <<<"$(leases)"
}

# has_proxy ADDR [DEV]: whether there is a proxy entry for the address, by name of the uplink
has_proxy() {
	[[ $'\n'$(ip -6 neigh show proxy dev "${2-eth0}") == *$'\n'"$1 "* ]]
}

# in_kernel ADDR BRIDGE [UPLINK]: whether all three entries for the address are there
in_kernel() {
	has_proxy "$1" "${3-eth0}" && [[ $'\n'$(ip -6 route show table all proto $lab_mark) == *$'\n'"$1 dev $2 "* ]] &&
		[[ $'\n'$(ip -6 neigh show nud permanent dev "$2") == *$'\n'"$1 "* ]]
}

# not CMD...: whether CMD fails
not() {
	! "$@"
}

# is_on NAME: whether the Docker container has an address and its proxy entry
is_on() {
	local address

	address=$(address_of "docker:$1") && [ -n "$address" ] && has_proxy "$address"
}

# is_off NAME: whether the Docker container has no proxy entry
is_off() {
	not is_on "$1"
}

# comes NAME: checks that the service attaches the Docker container by itself; the address is left in $address
comes() {
	wait_for 8 is_on "$1"
	address=$(address_of "docker:$1")
	ok "$1 is attached" is_on "$1"
	ok "$1 is reached" reaches "${address:-::}"
}

# goes NAME: checks that the service detaches the Docker container by itself
goes() {
	ok "$1 is detached" wait_for 5 is_off "$1"
}

# ticks PID...: prints the CPU time that the processes and their ended children have used, in ticks of 10 ms
ticks() {
	local pid sum=0 t

	for pid; do
		read -ra t < <(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null)
		sum=$((sum + ${t[11]:-0} + ${t[12]:-0} + ${t[13]:-0} + ${t[14]:-0}))
	done
	echo $sum
}

# now_ms: prints the time in milliseconds
now_ms() {
	echo $((${EPOCHREALTIME/[.,]/} / 1000))
}

# took NAME LIMIT_MS WAIT_S CMD...: does nothing but wait for CMD, checks that it takes at most so long (on a quiet
# machine), and says how long
took() {
	local start took good=1

	start=$(now_ms)
	wait_for "$3" "${@:4}" && good=0
	took=$(($(now_ms) - start))
	in_time "$2" $took || good=1
	tap_verdict $good "$1" "after $took ms, $2 * $LAB_SLOW % wanted, of: ${*:4}"
	note "$1: $took ms"
}

# asked: whether the fake Docker has had a request
asked() {
	[ -s "$fake_requests" ]
}

# fake MODE [PID [ARG]...]: starts the fake Docker
fake() {
	setsid "$lab/fake-docker" $fake_socket "$@" >$fake_requests 2>$lab_run/fake.err &
	fake=$!
	wait_for 5 test -S $fake_socket || lab_die "no fake Docker: $(<$lab_run/fake.err)"
}

# fake_stop: ends it and what it has forked
fake_stop() {
	kill -KILL -- "-$fake"
	wait "$fake" 2>/dev/null
	rm -f $fake_socket
}
