# What the tests of attach and detach share, to be sourced instead of lab.sh.
# shellcheck shell=bash disable=SC2154

# shellcheck source=SCRIPTDIR/lab.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lab.sh"
lab_store=/var/lib/v6hook

# own_program: from now on a copy of the program is run, which nobody rebuilds meanwhile
own_program() {
	mkdir -p $lab_run/bin
	cp "$(type -P v6hook)" "$(type -P v6hook-full)" $lab_run/bin/ || lab_die 'there is no program'
	PATH=$lab_run/bin:$PATH
}

# configure POOLS [MEMBERS]: writes the configuration; without MEMBERS, no duplicate probe; all ports are open, unless
# they say what is ("expose": {} leaves it at the default)
configure() {
	mkdir -p /etc/v6hook
	local members=${2-'"probe_ms": 0'}

	[[ $members == *'"expose"'* ]] || members+=', "expose": { "docker": "all", "podman": "all" }'
	printf '{ "pools": [ %s ], %s }\n' "$1" "$members" >/etc/v6hook/config.json
}

# attach CONTAINER [OPTION]...: checks that an attach succeeds; the address that it printed is in $out
attach() {
	ok "attach $*" v6hook attach "$@"
}

# detach CONTAINER [OPTION]...: checks that a detach succeeds, silently
detach() {
	ok "detach $*" v6hook detach "$@"
}

# bridge NAME [ADDR/LEN]...: a bridge whose MAC does not follow those of its ports, such as lxc-net's
bridge() {
	lab_bridge "$@"
	ip link set "$1" address "02:00:00:00:00:$(printf %02x "$(<"/sys/class/net/$1/ifindex")")"
}

# plain NETNS BRIDGE: a network namespace of no engine whose eth0 is on a bridge, for --netns and --pid
plain() {
	ip netns add "$1"
	ip link add "veth-$1" up master "$2" type veth peer name eth0 netns "$1"
	ip -n "$1" -batch - <<<$'link set lo up\nlink set eth0 up'
}

# attach_plain NETNS [OPTION]...: attaches such a one, as LXC's
attach_plain() {
	attach "lxc:$1" --netns "/run/netns/$1" "${@:2}"
}

# resum FILE: gives a record of an attachment that was edited the checksum that it must have
resum() {
	local sum

	sum=$(jq -j -c 'del(.sum)' "$1" | perl -0777 -e '
		use integer;
		sub shifted { no integer; return $_[0] >> 33 }
		my $h = 0xcbf29ce484222325;
		$h = ($h ^ $_) * 0x100000001b3 for unpack "C*", <STDIN>;
		$h = ($h ^ shifted($h)) * $_ for 0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53;
		printf "%016x", $h ^ shifted($h)') &&
		jq --arg sum "$sum" 'del(.sum) + { sum: $sum }' "$1" >"$1.new" && cat "$1.new" >"$1" && rm "$1.new"
}

# ---- what is seen from outside

# cut_off ADDR: unreachable, in half the time: for hosts whose proxy answers without delay
cut_off() {
	lab_forget
	[[ $(lab_ping "$1" 1) == *' 0 packets received'* ]]
}

# serves NAME ADDR: checks that the internet gets the container's page, and sees the container as ADDR
serves() {
	ok "$1 is reached at $2" reaches "$2"
	is "$1 is the one that answers there" "$(fetches "$2")" "$1"
	is "$1 is seen as $2 by the internet" "$(lab_seen_as "$1")" "$2"
}

# ---- what there is, for comparison

# numeric ARG...: ip -6 with all numbers as numbers, without trailing blanks
numeric() {
	ip -N -6 "$@" | sed 's/ *$//'
}

# inside_state NAME: prints what attach might change in a container, or in a network namespace of that name
inside_state() {
	local within=(nsenter --net="/run/netns/$1")

	[ -e "/run/netns/$1" ] || within=(nsenter -t "$(lab_pid "$1")" -n)
	# its own link-local address is a route only after duplicate address detection
	printf '%s\n' 'addr show' 'route show table all' 'neigh show nud permanent' 'link show' |
		"${within[@]}" ip -N -6 -o -batch - | sed -E '/^[0-9]+ fe80::.* table 255 /d; s/ tentative//; s/ linkdown//
			/^[0-9]+: [^ ]+ +inet6 /s/\\.*//; s/^([0-9]+: [^ ]+: <[^>]*>).*/\1/' | sort
	# shellcheck disable=SC2016
	"${within[@]}" sh -c 'grep . /proc/sys/net/ipv6/conf/*/disable_ipv6 /proc/sys/net/ipv6/conf/*/accept_ra /proc/sys/net/ipv6/conf/*/accept_redirects'
}

# sysctls: prints the host's IPv6 sysctls, all of them
sysctls() {
	(cd /proc/sys/net/ipv6 && grep -rs . conf neigh | sort)
}

# put_back SYSCTLS: gives the host's sysctls the values that sysctls printed before
put_back() {
	local key value

	# conf/all comes first, and what it changes in the others comes after
	diff <(echo "$1") <(sysctls) | sed -n 's/^< //p' | while IFS=: read -r key value; do
		echo "$value" >"/proc/sys/net/ipv6/$key"
	done
}

# store_files: prints the files of the store with what tells whether they were written
store_files() {
	find $lab_store -printf '%P %i %T@ %C@ %s\n' 2>/dev/null | sort
}

# leases: prints who holds which address, sorted as file names are; what rests is left out
leases() {
	local file text

	for file in "$lab_store"/leases/*:*.json; do
		[ ! -L "$file" ] && [ -f "$file" ] || continue
		mapfile text <"$file"
		[[ ${text[*]} != *'"freed"'* ]] || continue
		file=${file##*/}
		[[ ${text[*]} =~ \"container\":[^\"]*\"([^\"]*)\" ]] || BASH_REMATCH=('' '')
		echo "${file%.json} ${BASH_REMATCH[1]}"
	done
}

# everything: prints all that a failing attach must leave as it was, but what is in containers
everything() {
	kernel_state
	echo "# leases"
	leases
	find $lab_store/attached -type f -printf 'attached/%P\n' 2>/dev/null | sort
}

# refuses NAME STATUS REGEX CMD...: checks that CMD exits with STATUS and one line on stderr, changing nothing
refuses() {
	local before good=1 result

	before=$(everything)
	tap_run "${@:4}"
	result=$?
	[ "$result" = "$2" ] && [ -z "$out" ] && [[ $err =~ ^v6hook:\ [^$'\n']+$ && $err =~ $3 ]] && good=0
	tap_verdict $good "$1" "$(tap_ran "$result, wanted $2 and one line with '$3'," "${@:4}")"
	is "$1: nothing is changed" "$(everything)" "$before"
}

# ---- what the doctor says

doctor_as=() # a command that runs it otherwise

# ill: prints the checks that a doctor's run neither finds well nor leaves out, each once; all of it is in doctor.json
ill() {
	"${doctor_as[@]}" v6hook doctor --json 2>/dev/null | tee $lab_run/doctor.json | awk -F'"' '$2 == "check" { check = $4 }
		$2 == "state" && $4 != "ok" && $4 != "skipped" { print check }' | uniq | paste -sd' '
}

# idle_is_there: whether the doctor sees a service
idle_is_there() {
	[[ $(ill) != *service.* ]]
}

# idle_service [PROGRAM]: a service that is there, but stands still, so that nothing is mended behind the doctor's back
idle_service() {
	# it is to begin with nothing
	sed 's/^{/{ "docker": { "attach": "labelled" },/' /etc/v6hook/config.json >$lab_run/idle.json
	"${1-v6hook}" watch --config $lab_run/idle.json >$lab_run/idle.log 2>&1 &
	idle_pid=$!
	wait_for 5 idle_is_there && kill -STOP $idle_pid
}

# idle_end: the end of it
idle_end() {
	kill -KILL $idle_pid
	wait $idle_pid 2>/dev/null || :
}

# ways: prints what doctor does not find well on the way of each container that is attached
ways() {
	local name

	v6hook list | awk '$6 == "attached" { print $2 ":" $1 }' | while read -r name; do
		v6hook doctor "$name" 2>&1 | grep -vE '^    (ok|seen: )'
	done
}

# sound: checks that doctor finds nothing on this host, where all is well but that no service runs
sound() {
	is 'doctor finds that no service runs' "$(ill)" service.running
	ok 'a service is there' idle_service
	is 'doctor finds nothing then' "$(ill)" ''
	[ -z "$(ill)" ] || note "$(v6hook doctor 2>&1)"
	idle_end
	is 'nor on the way of any container' "$(ways)" ''
}
