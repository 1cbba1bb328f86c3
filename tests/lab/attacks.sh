# What the tests of the guard share: who takes part on a bridge, and the signs by which attacks.table tells that an attack succeeded; to be sourced instead of attach.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=SCRIPTDIR/attach.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/attach.sh"

unset -f bridge  # iproute2's is meant
dad_ms=1000     # how long detection of duplicates takes in a victim
frames=$(readlink -f "$lab/../../build/lab/frames")
ear=${frames%/*}/ear
I=$lab_internet    # the internet
H=2001:db8:1::2    # the host
R=2001:db8:1::1    # the router
S=2001:db8:1::5:ff # nobody, in the range
G=fe80::1

# mac_in NETNS: prints the MAC of its eth0
mac_in() {
	ip -n "$1" -o link show eth0 | sed 's,.*link/ether \([^ ]*\).*,\1,'
}

# fe80_in NETNS: prints the link-local address of its eth0
fe80_in() {
	ip -n "$1" -6 -o addr show dev eth0 scope link | sed 's,.* inet6 \([^ ]*\)/.*,\1,'
}

# ipv4_in NETNS: prints the first IPv4 address of its eth0
ipv4_in() {
	ip -n "$1" -4 -o addr show dev eth0 | sed -n '1s,.* inet \([0-9.]*\)/.*,\1,p'
}

# solicited MAC: prints where solicitations for the link-local address go that is made of the MAC
solicited() {
	local b

	IFS=: read -ra b <<<"$1"
	printf 'ff02::1:ff%s:%s%s' "${b[3]}" "${b[4]}" "${b[5]}"
}

# port_of NETNS: prints the host's end of its eth0
port_of() {
	local index

	index=$(ip -n "$1" -o link show eth0 | sed 's/^[^@]*@if\([0-9]*\):.*/\1/')
	ip -o link show | sed -n "s/^$index: \([^@:]*\).*/\1/p"
}

# ---- who takes part on a bridge: victim, thief (both attached), loner

# survey ENGINE BRIDGE: fills in what there is on it; the network namespaces are ENGINE-victim and so on
survey() {
	e=$1
	B=$2
	BM=$(<"/sys/class/net/$B/address")
	BF=$(ip -6 -o addr show dev "$B" scope link | sed -n "s,.* inet6 \([^ ]*\)/.*,\1,; /^$G\$/d; p" | head -n 1)
	G4=$(ip -4 -o addr show dev "$B" | sed 's,.* inet \([0-9.]*\)/.*,\1,')
	VM=$(mac_in "$e-victim")
	TM=$(mac_in "$e-thief")
	LM=$(mac_in "$e-loner")
	VF=$(fe80_in "$e-victim")
	TF=$(fe80_in "$e-thief")
	LF=$(fe80_in "$e-loner")
	VP=$(port_of "$e-victim")
	TP=$(port_of "$e-thief")
	LP=$(port_of "$e-loner")
	V4=$(ipv4_in "$e-victim")
	VS=$(solicited "$VM") # where its solicitations go
	D=fe80::dad
}

# be T|L: fills in the attacker's
be() {
	if [ "$1" = T ]; then
		a=$e-thief AM=$TM AF=$TF AP=$TP AA=$TA
	else
		a=$e-loner AM=$LM AF=$LF AP=$LP AA=$LF
	fi
	A4=$(ipv4_in "$a")
}

# in_victim CMD..., in_loner CMD...: runs CMD in its network
in_victim() {
	lab_in "$e-victim" "$@"
}

in_loner() {
	lab_in "$e-loner" "$@"
}

# shot_* FRAME...: sends a frame, and waits for the answer of what came after it to the host, to the victim, to the loner
# or, sent by the thief, to the internet
shot_host() {
	lab_in "$a" "$frames" eth0 "$@" until=$G via="$BM"
}

shot_victim() {
	lab_in "$a" "$frames" eth0 "$@" until="$VF" via="$VM"
}

shot_loner() {
	lab_in "$a" "$frames" eth0 "$@" until="$LF" via="$LM"
}

shot_internet() {
	shot_host "$@" && lab_in "$e-thief" "$frames" eth0 none until=$I via="$BM" self="$TA"
}

# heard NETNS: whether the ear there has heard the token
heard() {
	lab_in "$1" "$ear" ask "$token" >/dev/null
}

# source_of FRAME...: prints the address that it says it is from
source_of() {
	printf '%s\n' "$@" | sed -n 's/^src=//p'
}

# ---- the signs: each prepares, shoots, looks whether it succeeded, and puts back; 0: success, 1: none, 2: cannot tell

# lladdr_of NETNS ADDR DEV: prints the MAC that a neighbour entry has
lladdr_of() {
	ip ${1:+-n "$1"} neigh show "$2" dev "$3" | sed -n 's/.* lladdr \([^ ]*\).*/\1/p'
}

# differs GOT WANT: 0 if they do, 1 if not, 2 if there is none
differs() {
	[ -n "$1" ] || return 2
	[ "$1" != "$2" ]
}

# fdb_back: the victim's MAC is at its port
fdb_back() {
	bridge fdb replace "$VM" dev "$VP" master dynamic
}

sign_fdb() {
	local port

	shot_host "$@" || return 2
	port=$(bridge fdb get "$VM" br "$B" | sed -n 's/.* dev \([^ ]*\) .*/\1/p')
	[ "$port" = "$VP" ] || fdb_back || return 2
	differs "$port" "$VP"
}

sign_own_mac() {
	shot_host "$@" || return 2
	[[ $(bridge fdb get "$BM" br "$B") == *" dev $AP "* ]]
}

sign_flood() {
	local macs neighbours

	shot_host "$@" || return 2
	neighbours=$(ip -6 neigh show dev "$B" | grep -c 02:66:00)
	macs=$(bridge fdb show br "$B" | grep -c '^02:66:00')
	note "$a: $macs MACs, $neighbours neighbours" >&2
	ip -6 neigh flush dev "$B"
	ip link set "$AP" type bridge_slave fdb_flush
	[ "$macs" -gt 100 ] || [ "$neighbours" -gt 100 ]
}

sign_internet() {
	shot_internet "$@" || return 2
	[[ " $* " != *" smac=$VM "* ]] || fdb_back || return 2
	[ "$(lab_in internet "$ear" ask "$token")" = "$(source_of "$@")" ]
}

sign_host() {
	shot_host "$@" || return 2
	"$ear" ask "$token" >/dev/null
}

sign_victim() {
	shot_victim "$@" || return 2
	heard "$e-victim"
}

sign_neigh() {
	local addr=$VA mac

	[[ $1 != ra ]] || addr=$VF
	ip neigh replace "$addr" lladdr "$VM" nud reachable dev "$B" && shot_host "$@" || return 2
	mac=$(lladdr_of '' "$addr" "$B")
	ip neigh replace "$VA" lladdr "$VM" nud permanent dev "$B" protocol $lab_mark || return 2
	differs "$mac" "$VM"
}

sign_permanent() {
	shot_host "$@" || return 2
	differs "$(lladdr_of '' "$VA" "$B")" "$VM"
}

# with_fragments NETNS DEV SIGN FRAME...: a host that takes neighbour discovery in fragments (RFC 6980 was not always)
with_fragments() {
	local within=() result

	[ -z "$1" ] || within=(nsenter --net="/run/netns/$1")
	"${within[@]}" sysctl -qw "net.ipv6.conf.$2.suppress_frag_ndisc=0" || return 2
	"sign_$3" "${@:4}"
	result=$?
	"${within[@]}" sysctl -qw "net.ipv6.conf.$2.suppress_frag_ndisc=1"
	return $result
}

sign_neigh_frag() {
	with_fragments '' "$B" neigh "$@"
}

sign_gateway_frag() {
	with_fragments "$e-victim" eth0 gateway "$@"
}

sign_redirect_frag() {
	with_fragments "$e-victim" eth0 redirect "$@"
}

sign_ra_frag() {
	with_fragments "$e-victim" eth0 ra "$@"
}

# the attacker's own address, as the host has it
sign_lying() {
	ip neigh replace "$AF" lladdr "$AM" nud reachable dev "$B" || return 2
	# what is asked afterwards must not tell the truth
	lab_in "$a" "$frames" eth0 "$@" until=$H via="$BM" self="$AA" || return 2
	differs "$(lladdr_of '' "$AF" "$B")" "$AM"
}

sign_gateway() {
	local mac

	ip -n "$e-victim" neigh replace $G lladdr "$BM" nud reachable dev eth0 && shot_victim "$@" || return 2
	mac=$(lladdr_of "$e-victim" $G eth0)
	ip -n "$e-victim" neigh replace $G lladdr "$BM" nud permanent dev eth0 protocol $lab_mark || return 2
	differs "$mac" "$BM"
}

sign_redirect() {
	local route

	# as it has it by itself, which an attach ends
	lab_in "$e-victim" sysctl -qw net.ipv6.conf.eth0.accept_redirects=1
	shot_victim "$@" || return 2
	route=$(ip -n "$e-victim" -6 route get $I)
	lab_in "$e-victim" sysctl -qw net.ipv6.conf.eth0.accept_redirects=0
	ip -n "$e-victim" -6 route flush cache
	[[ $route != *" via $G "* ]]
}

# taken NETNS: whether it has a route or address by a router's advertisement, which are removed
taken() {
	local what

	what=$(ip -n "$1" -6 route show proto ra
		ip -n "$1" -6 -o addr show to 2001:db8:bad::/64)
	ip -n "$1" -6 route flush proto ra
	ip -n "$1" -6 addr flush to 2001:db8:bad::/64
	[[ $what == *"via $AF"* ]]
}

sign_ra_off() {
	shot_victim "$@" || return 2
	taken "$e-victim"
}

sign_ra() {
	local result

	in_victim sysctl -qw net.ipv6.conf.eth0.accept_ra=2 || return 2
	sign_ra_off "$@"
	result=$?
	in_victim sysctl -qw net.ipv6.conf.eth0.accept_ra=0 || return 2
	return $result
}

sign_ra_loner() {
	shot_loner "$@" || return 2
	taken "$e-loner"
}

# denied ADDR FRAME...: gives the victim a link-local address and shoots until that is in use, or known to be another's
denied() {
	local state=tentative

	in_victim sysctl -qw net.ipv6.conf.eth0.router_solicitation_delay=0 \
		"net.ipv6.neigh.eth0.retrans_time_ms=$dad_ms" || return 2
	in_victim ip addr add "$1/64" dev eth0 || return 2
	while [[ $state == *tentative* && $state != *dadfailed* ]]; do
		shot_host "${@:2}" || break
		state=$(in_victim ip -o addr show to "$1")
	done
	in_victim ip addr del "$1/64" dev eth0
	[[ $state == *"$1"* ]] || return 2
	[[ $state == *dadfailed* ]]
}

sign_dad() {
	denied "$D" "$@"
}

# the address that goes with its MAC, as after its interface was down
sign_dad_own() {
	local result

	in_victim ip addr del "$VF/64" dev eth0
	denied "$VF" "$@"
	result=$?
	in_victim ip addr add "$VF/64" dev eth0 nodad || return 2
	return $result
}

sign_querier() {
	local result

	shot_host "$@" || return 2
	bridge -d mdb show dev "$B" | grep -q "router ports on $B: .*$AP"
	result=$?
	ip link set "$AP" type bridge_slave mcast_router 0 && ip link set "$AP" type bridge_slave mcast_router 1 || return 2
	return $result
}

sign_arp() {
	local mac

	ip neigh replace "$V4" lladdr "$VM" nud reachable dev "$B" && shot_host "$@" || return 2
	mac=$(lladdr_of '' "$V4" "$B")
	ip neigh del "$V4" dev "$B"
	differs "$mac" "$VM"
}

sign_arp_gateway() {
	local mac

	ip -n "$e-victim" neigh replace "$G4" lladdr "$BM" nud reachable dev eth0 && shot_victim "$@" || return 2
	mac=$(lladdr_of "$e-victim" "$G4" eth0)
	ip -n "$e-victim" neigh del "$G4" dev eth0
	differs "$mac" "$BM"
}

# ---- a bridge's attacks; what came of each is written down, as bridges have their turns at once

# attack NAME BY SIGN FRAME: prints "NAME by BY: RESULT"
attack() {
	local words result

	be "$2"
	token=$e-$phase-$((++shots))
	eval "words=($4)"
	[[ ${words[0]} != @(udp|udp4|dhcp6) ]] || words+=("token=$token")
	"sign_$3" "${words[@]}"
	result=$?
	printf '%s|%s|%s\n' "$1" "$2" $result
	[ $result != 2 ] || note "cannot tell: $a $3 ${words[*]}" >&2
}

# attacks PHASE: tries them all on the surveyed bridge
attacks() {
	local name by sign frame one phase=$1 shots=0

	while IFS='|' read -r name by sign frame; do
		[[ $name && $name != '#'* && $name =~ $only ]] || continue
		for one in T L; do
			[[ $by != *$one* ]] || attack "$name" $one "$sign" "$frame"
		done
	done <"$lab/attacks.table"
}

# settled NETNS: whether its own link-local address is in use
settled() {
	[[ $(ip -n "$1" -6 -o addr show dev eth0 scope link) == *fe80* ]] &&
		[ -z "$(ip -n "$1" -6 -o addr show dev eth0 tentative)" ]
}
