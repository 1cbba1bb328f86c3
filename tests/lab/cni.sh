# What the tests of CNI share, to be sourced instead of attach.sh: calls as an engine makes them.
# shellcheck shell=bash disable=SC2154

# shellcheck source=SCRIPTDIR/attach.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/attach.sh"
cni_dir=$lab_run/cni # the plugins: ours by its name, and the reference ones
cni_version=1.1.0
# shellcheck disable=SC2034 # for those who source this
cni_spoken='0.3.0 0.3.1 0.4.0 1.0.0 1.1.0'
mkdir -p $cni_dir
ln -sf "$(type -P v6hook)" $cni_dir/v6hook-cni
for plugin in /usr/lib/cni/*; do
	[[ $plugin == */v6hook-cni ]] || ln -sf "$plugin" $cni_dir/
done

# cni COMMAND CONTAINER NETNS IFNAME TYPE CONF [VARIABLE=VALUE]...: calls one plugin; an argument that is empty is not set.
# CONF are the members of its configuration but for cniVersion, name and type
cni() {
	local env=("CNI_PATH=$cni_dir")

	[ -z "$1" ] || env+=(CNI_COMMAND="$1")
	[ -z "$2" ] || env+=(CNI_CONTAINERID="$2")
	[ -z "$3" ] || env+=(CNI_NETNS="$3")
	[ -z "$4" ] || env+=(CNI_IFNAME="$4")
	printf '{ "cniVersion": "%s", "name": "%s", "type": "%s"%s }' "$cni_version" "${cni_network-lab}" "$5" \
		"${6:+, $6}" | env "${env[@]}" "${@:7}" "$cni_dir/$5"
}

# ours COMMAND CONTAINER NETNS IFNAME CONF [VARIABLE=VALUE]...: calls v6hook-cni
ours() {
	cni "${@:1:4}" v6hook-cni "${@:5}"
}

# code: prints the code of the error in $out and what it says, if it is a whole one: of one line, with what it is to have
code() {
	jq -r 'select((.cniVersion | type) == "string" and (.msg | length) > 0 and (.details | test("\n") | not)) |
		"\(.code) \(.details)"' <<<"$out"
}

# refused NAME CODE REGEX COMMAND...: checks that a call fails with that code, and says that
refused() {
	tap_run "${@:4}"
	local result=$? said

	said=$(code)
	is "$1: code $2" "$((result > 0)) ${said%% *}" "1 $2"
	like "$1: it says why" "${said#* }" "$3"
}

# left: prints all that is there of CNI: leases, records, what is in the kernel, veths of our making
left() {
	v6hook list --json | jq -r '.[] | select(.runtime == "cni") | .container'
	find $lab_store -name '*cni*' -not -name '*.lock' 2>/dev/null
	proxies
	marked_routes
	ip -o link show type veth | grep -o 'v6[a-z2-7]\{13\}'
	nft list ruleset | grep -o '2001:db8:1::d[0-9a-f:]*'
}

crowd_log=$lab_run/crowd # what was done: a word for each call

# one_of_crowd NUMBER: ADD of a container with a network of its own, and mostly DEL; every third is killed at some time
one_of_crowd() {
	local command result die=$(($1 % 3))

	ip netns add "crowd$1"
	for command in ADD DEL; do
		[ "$command" = ADD ] || [ $(($1 % 5)) != 4 ] || continue
		ours $command "crowd$1" "/run/netns/crowd$1" eth0 '"bridge": "br0"' >"$crowd_log.$1" &
		[ $((die++ % 3)) != 0 ] || { sleep "0.00$((RANDOM % 10))" && pkill -KILL -P $!; }
		wait $!
		result=$?
		case $result in
		0) echo "$command done" ;;
		137) echo "$command killed" ;;
		*) echo "$command failed:$(grep -o '"details.*' "$crowd_log.$1")" ;;
		esac >>$crowd_log
	done
} 2>/dev/null

# crowd NUMBER [AT-ONCE]: so many containers come and go, eight at once; then their networks end, and GC is told that none is valid
crowd() {
	local i

	: >$crowd_log
	for ((i = 0; i < $1; i++)); do
		one_of_crowd "$i" &
		[ $(((i + 1) % ${2-8})) != 0 ] || wait
	done
	wait
	for ((i = 0; i < $1; i++)); do
		ip netns del "crowd$i"
	done
	ours GC '' '' '' '"bridge": "br0", "cni.dev/valid-attachments": []'
}
