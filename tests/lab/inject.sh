# What the tests that kill v6hook at its system calls, or let them fail, share; to be sourced instead of attach.sh.
# shellcheck shell=bash disable=SC2034,SC2154
#
# A case is a verb with the state that it starts from: ready_CASE makes that state, ${verb_CASE[@]} is what is run.
# c1 is the container that it is about. c2 is attached beside it in most cases, and must not notice anything.

# shellcheck source=SCRIPTDIR/attach.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/attach.sh"
inject=$lab/../../build/lab/inject
[ -x "$inject" ] || lab_die 'there is no build/lab/inject: make sanitized'
p=2001:db8:1::5
errnos=(ENOSPC EIO ENOMEM EINTR EAGAIN ENOBUFS)
call=$lab_run/call # where inject tells which call it was
c1=(--netns /run/netns/c1)
complaint=

# inject_world: router and host, two containers on a bridge, and what is there before anything is attached
inject_world() {
	own_program
	lab_router 2001:db8:1::/64
	lab_host 2001:db8:1::2/64
	bridge br0 10.0.3.1/24
	configure_probe 0
	mkdir -p $lab_store/{leases,attached}
	plain c1 br0
	plain c2 br0
	nsenter --net=/run/netns/c1 sleep 100000 &
	inject_pid=$!
	host_before=$(settings)
	inside_before=$(inner_settings)
}

# configure_probe MS: writes the configuration
configure_probe() {
	configure '{ "ranges": ["'$p':1-'$p':9"] }' "\"probe_ms\": $1, \"hold_s\": 0"
}

# ---- what there is

# settings: prints the host's sysctls that attach might change
settings() {
	local file value

	for file in /proc/sys/net/ipv6/conf/{all,default,eth0,br0}/{accept_ra,forwarding,proxy_ndp,disable_ipv6} \
		/proc/sys/net/ipv6/neigh/eth0/proxy_{delay,qlen}; do
		read -r value <"$file"
		echo "$file $value"
	done
}

# inner_settings: prints the sysctls of c1 that attach might change
inner_settings() {
	nsenter --net=/run/netns/c1 grep . /proc/sys/net/ipv6/conf/{eth0/accept_ra,eth0/disable_ipv6,lo/disable_ipv6}
}

# entries: prints what is in the host's kernel, each entry on a line that begins with its address
entries() {
	{
		ip -N -6 -o -batch - <<-END
			route show table all proto $lab_mark
			neigh show nud permanent
			neigh show proxy
			addr show dev br0 to fe80::1
		END
		guard
	} | sort
}

# guard: prints what the guard's table has: the elements of its sets, and how many rules
guard() {
	nft list table bridge v6hook 2>/dev/null | awk '
		$1 == "set" { set = $2 }
		/ comment "(lxc:|the host)/ { sub(/.*elements = \{ |^[ \t]*/, ""); sub(/,$| \}$/, ""); print "guard", set, $0 }
		$1 == "chain" { set = ""; rules++ }
		END { if (rules) print "guard of", rules, "chains" }'
}

# unguarded: prints the addresses that are public and not guarded, but for one that is nobody's (cases.sh)
unguarded() {
	local address guarded

	guarded=$(nft list set bridge v6hook routed6 2>/dev/null)
	while read -r address _; do
		[[ $address == @(''|*:7) || " ${guarded//[$',\n\t']/ } " == *" $address "* ]] || echo "$address"
	done <<<"$(ip -6 neigh show proxy)"
}

# inside: prints c1's addresses, permanent neighbours and default route
inside() {
	ip -n c1 -N -6 -o -batch - <<-END
		addr show scope global
		neigh show nud permanent
		route show default
	END
}

# store: prints what the store holds, without times: leases, links, attachments, and what is none of these
store() {
	local file name text key link kind
	declare -A links=()

	while IFS=/ read -r -d '' name link; do
		links[$name]=$link
	done < <(find "$lab_store" -type l -printf '%f/%l\0')
	for file in "$lab_store"/{,.}* "$lab_store"/{leases,attached}/{,.}*; do
		name=${file#"$lab_store"/}
		case $name in
		. | .. | */. | */.. | lock | idle | full | leases | attached | */ | *'*') continue ;;
		esac
		text=
		[ ! -e "$file" ] || read -r -d '' text <"$file"
		if [ -L "$file" ]; then
			link=${links[${name##*/}]-}
			case $name in
			leases/.new-*) echo "file $name" && continue ;;
			*.left) kind=left ;;
			*) kind='link' ;;
			esac
			[[ $text != *'"freed"'* ]] || kind=stale
			echo "$kind ${name#leases/} -> ${link%.json}"
			continue
		fi
		[ -e "$file" ] || continue
		case $name in
		leases/2001:*.json)
			[[ $text =~ \"container\":[[:space:]]*\"([^\"]*)\" ]]
			name=${name##*/}
			name="lease ${name%.json} ${BASH_REMATCH[1]}"
			[[ $text =~ \"pinned\":[[:space:]]*true ]] && name+=' pinned'
			[[ $text =~ \"freed\" ]] && name+=' rests'
			;;
		attached/[a-z]*.json)
			name=${name##*/}
			name="attached ${name%.json}"
			for key in state bridge uplink error; do
				[[ $text =~ \"$key\":[[:space:]]*\"([^\"]*)\" ]] && name+=" ${BASH_REMATCH[1]}"
			done
			;;
		*) name="file $name" ;;
		esac
		echo "$name"
	done
}

# state: prints all that a verb might change
state() {
	store
	entries
	inside
	settings
	inner_settings
}

# alike: whether two states are the same but for what no look-up takes for anything: files of killed writers until the next
# reconcile, and links to what rests; what differs is in $wrong
alike() {
	wrong=
	[ "$1" != "$2" ] || return 0
	wrong=$(diff <(grep -v "$no_matter" <<<"$1") <(grep -v "$no_matter" <<<"$2") | grep '^[<>]')
	[ -z "$wrong" ]
}
no_matter='^file .*/\.new-\|^left \|^stale '

# ---- what is wrong with it

# holders WHAT: prints the addresses in $stored of unfreed leases (lease), or of those attached (live), sorted
holders() {
	local kind first second rest address

	while read -r kind first second rest; do
		case $kind:$1:$second in
		lease:lease:*) [[ $rest == *rests* ]] || echo "$first" ;;
		attached:live:attached)
			address=${stored#*"link $first.json -> "}
			[ "$address" = "$stored" ] && echo "$first-without-lease" || echo "${address%%$'\n'*}"
			;;
		esac
	done <<<"$stored" | sort
}

# is_got HOLDER ADDR: whether the address in $stored has hardly been got, so that nothing but what was made before leads to it; or not even that
is_got() {
	[[ $stored != *"link $1.json -> "* && $stored == *"left $1.json.left -> $2"* ]]
}

# inconsistent [SWEPT]: prints what is wrong by itself with the state: an entry too many or missing, a second lease, a lease
# that no link leads to, and with SWEPT what a killed writer has left
inconsistent() {
	local stored live kernel line address count text

	stored=$(store)
	kernel=$(entries)
	live=$(holders live)
	for line in ' dev br0 metric' ' PERMANENT ' ' proxy ' 'guard routed6 '; do
		count=
		while read -r text; do
			[[ $text == *"$line"* ]] || continue
			text=${text#guard routed6 }
			count+=${count:+$'\n'}${text%% *}
		done <<<"$kernel"
		[ "$count" = "$live" ] || echo "attached: ${live//$'\n'/ }, but '$line': ${count//$'\n'/ }"
	done
	count=0
	while read -r line; do
		[[ ! $line =~ ^lease\ [^\ ]*\ lxc:c1(\ pinned)*$ ]] || count=$((count + 1))
	done <<<"$stored"
	[ "$count" -le 1 ] || echo "c1 has $count leases"
	while read -r line address kernel; do
		case $line in
		lease) [[ $kernel == *rests || $stored == *"link ${kernel%% *}.json -> $address"* ]] || is_got "${kernel%% *}" "$address" || echo "no link leads to $address" ;;
		link) [[ $stored == *"lease ${kernel#-> } ${address%.json}"* ]] || echo "the link $address leads to no lease of its name" ;;
		# that of a move that has hardly begun leads to the present one
		left) [[ $stored != *"lease ${kernel#-> } ${address%.json.left}"* || $stored == *"link ${address%.left} $kernel"$'\n'* ]] || is_got "${address%.json.left}" "${kernel#-> }" || echo "the move from ${kernel#-> } has not been ended" ;;
		file) [ -z "${1-}" ] || echo "left over: $address" ;;
		esac
	done <<<"$stored"
	address=$(leads_to link c1.json)
	line=
	[[ $'\n'$stored != *$'\n'"attached lxc:c1 attached"* ]] || line="$address/128 $address/128 default" # on lo, too
	count=
	while read -r text; do
		case $text in
		*inet6\ *) text=${text#*inet6 } && count+=" ${text%% *}" ;;
		default\ via*) count+=' default' ;;
		esac
	done <<<"$(inside)"
	count=${count# }
	[ "$count" = "$line" ] || echo "inside c1: '$count', wanted '$line'"
}

# leads_to KIND FILE: prints where that link (link) of lxc:FILE leads in $stored, or what a move has left (left)
leads_to() {
	local text=$'\n'$stored

	[[ $text != *$'\n'"$1 lxc:$2 -> "* ]] || { text=${text#*$'\n'"$1 lxc:$2 -> "} && echo "${text%%$'\n'*}"; }
}

# durable: prints the address that c1 has a lease of, if there is one that its link leads to
durable() {
	local stored address

	stored=$(store)
	address=$(leads_to link c1.json)
	[ -n "$address" ] || address=$(leads_to left c1.json.left)
	[[ $'\n'$stored$'\n' =~ $'\n'"lease ${address:-none} lxc:c1"(' pinned')*$'\n' ]] && echo "$address"
}

# shellcheck source=SCRIPTDIR/cases.sh
. "$lab/cases.sh"
cases=(first attach probe move repair detach release reconcile pin repin unpin)

# ---- rounds

# prepare CASE: makes the state that the case starts from; $before is it, $after what the verb makes of it, $calls its calls,
# $points how many
prepare() {
	declare -n verb=verb_$1

	reset
	configure_probe 0
	[ "$1" = first ] || at 1
	command=(v6hook "${verb[@]/PID/$inject_pid}")
	ready=ready_$1
	meanwhile=:
	[ "$(type -t "meanwhile_$1")" != function ] || meanwhile=meanwhile_$1
	$ready
	before=$(state)
	"$inject" -l $call 0 kill "${command[@]}" >/dev/null 2>&1 || lab_die "$1 fails without any error injected"
	calls=$(<$call)
	points=$(wc -l <$call)
	exempt=$(grep -c exempt $call)
	after=$(state)
	$ready
	[ "$(state)" = "$before" ] || lab_die "$1: what it starts from is not the same each time: $(diff <(echo "$before") <(state))"
}

# complain CASE WHAT [TEXT]: remembers what went wrong at the last call
complain() {
	complaint+="$1, $(<$call): $2"$'\n'"${3:+$3$'\n'}"
}

# killed CASE N HOW: kills it at its N-th call, runs it (HOW: again) or reconcile once, checks; fails if there is no such call
killed() {
	local status was wrong again=("${command[@]}")

	$ready
	"$inject" -l $call "$2" kill "${command[@]}" >/dev/null 2>&1
	status=$?
	[ -s $call ] || return
	[ $status = 137 ] || complain "$1" "status $status, though killed"
	wrong=$(unguarded)
	[ -z "$wrong" ] || complain "$1" "not guarded, though public:" "$wrong"
	was=$(durable)
	$meanwhile
	[ "$3" = again ] || again=(v6hook reconcile)
	if ! "${again[@]}" >/run/out 2>/run/err; then
		complain "$1" "the next ${again[1]} fails" "$(</run/err)"
		return 0
	fi
	wrong=$(inconsistent)
	[ -z "$wrong" ] || complain "$1" "after the next ${again[1]}:" "$wrong"
	[ "$3" = again ] || "${command[@]}" >/run/out 2>/run/err || complain "$1" "the next fails after reconcile" "$(</run/err)"
	if [ "$meanwhile" = : ]; then
		alike "$after" "$(state)"
	else
		wrong=$(inconsistent)
	fi
	[ -z "$wrong" ] || complain "$1" "after ${again[1]}, it is not as if never killed:" "$wrong"
	[[ $1 == @(move|repin|release) || $was == '' ]] || [ "$(durable)" = "$was" ] || complain "$1" "had $was, has $(durable)"
	v6hook reconcile >/run/out 2>/run/err || complain "$1" "the last reconcile fails" "$(</run/err)"
	wrong=$(inconsistent swept)
	[ -z "$wrong" ] || complain "$1" "after the last reconcile:" "$wrong"
	was=$(durable)
	if [ $(($2 % 23)) = 1 ] && proxies | grep -q "^$was "; then
		reached=$((reached + 1))
		reaches "$was" >/dev/null || complain "$1" "$was is not reached"
	fi
	return 0
}

# failing CASE N ERRNO: lets its N-th call fail, checks, runs it again; fails if there is no such call, or it is exempt
failing() {
	local status wrong

	$ready
	"$inject" -l $call "$2" "$3" "${command[@]}" >/run/out 2>/run/err
	status=$?
	[ -s $call ] || return
	[[ $(<$call) != *exempt* ]] || return
	now=$(state)
	if [ $status = 0 ]; then
		alike "$after" "$now" || complain "$1 $3" "it says that it succeeded $(</run/err)" "$wrong"
	elif [ $status = 127 ] && [[ $(</run/err) =~ ^(Fatal\ glibc\ error:\ Cannot\ allocate\ TLS\ block|cannot\ (set\ (%fs|up\ thread)|allocate\ TLS)|:\ error\ while\ loading\ shared)[^$'\n']*$ ]]; then
		# the C library's start, or the loader of v6hook-full, which have not begun the program yet
		alike "$before" "$now" || complain "$1 $3" 'it did not begin' "$wrong"
	elif ! [[ $(</run/err) =~ ^v6hook:\ [^$'\n']+$ ]]; then
		complain "$1 $3" "status $status, and not one line" "$(</run/err)"
	elif [[ $(</run/err) == *'cannot write the output'* ]]; then
		# the printed address is no part of what there is
		alike "$after" "$now" || complain "$1 $3" "not done, and not only the output missing" "$wrong"
	elif [ "$1" = reconcile ]; then
		# many things in one: those that could be done are
		undone=$((undone + 1))
		wrong=$(grep -vxFf <(echo "$before"$'\n'"$after") <<<"$now"
			grep -xFf <(echo "$before") <<<"$after" | grep -vxFf <(echo "$now"))
		[ -z "$wrong" ] || complain "$1 $3" "neither as before nor as after: $(</run/err)" "$wrong"
	else
		undone=$((undone + 1))
		alike "$before" "$now" || complain "$1 $3" "half done: $(</run/err)" "$wrong"
	fi
	[ $status = 0 ] && return 0
	"${command[@]}" >/run/out 2>/run/err || complain "$1 $3" "the next fails" "$(</run/err)"
	alike "$after" "$(state)" || complain "$1 $3" 'after the next:' "$wrong"
	return 0
}

# each_killed CASE FIRST STEP: checks the case, killed at call FIRST and at each STEP-th from there
each_killed() {
	local n count=0

	complaint='' reached=0
	for ((n = $2; n <= points + 20; n += $3)); do
		killed "$1" "$n" "$([ $((n % 2)) = 0 ] && echo reconcile || echo again)" || break
		count=$((count + 1))
	done
	tried=$((tried + count))
	tap_verdict $((${#complaint} > 0)) \
		"$1: killed at $count of $points calls, the next run mends all ($reached times looked whether it is reached)" "$complaint"
}

# each_fails CASE FIRST STEP ERRNO...: checks the case, call FIRST and each STEP-th from there failing, with the errors by turns
each_fails() {
	local n count=0 turn errno=("${@:4}") claim='nothing is half done'

	[ "$1" != reconcile ] || claim='each thing is as before or as after, and the next does the rest'
	complaint='' undone=0
	for ((n = $2, turn = $2; n <= points; n += $3, turn++)); do
		failing "$1" "$n" "${errno[turn % ${#errno[@]}]}" && count=$((count + 1))
	done
	tried=$((tried + count))
	tap_verdict $((${#complaint} > 0)) \
		"$1: $count calls failing (${*:4}), $claim, $undone failed with one line" "$complaint"
}

# named CASE NAME ACTION [STEP]: checks the case with each (each STEP-th) call of that name killed or failing
named() {
	local n count=0 numbers

	complaint='' reached=0 undone=0
	mapfile -t numbers < <(sed -n "s/ $2\$//p" <<<"$calls" | awk -v step="${4-1}" 'NR % step == 0')
	for n in "${numbers[@]}"; do
		if [ "$3" = kill ]; then
			killed "$1" "$n" "$([ $((count % 2)) = 0 ] && echo again || echo reconcile)"
		else
			failing "$1" "$n" "$3"
		fi
		count=$((count + 1))
	done
	tried=$((tried + count))
	tap_verdict $((${#complaint} > 0 || count == 0)) "$1: each of $count $2: $3" "$complaint"
}
