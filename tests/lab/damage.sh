# What the tests of a damaged store share, to be sourced instead of watch.sh: each file of the store, each damage, as a table.
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=SCRIPTDIR/watch.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/watch.sh"
p=2001:db8:1::5
victim=$p:1 # lxc:v's address; lxc:o has another, lxc:n is new in each cell
saved=/run/saved
made=$lab_store/made

# What is damaged, how. "cannot": not even a writer may look into it, so that only what works must go on.
damages=(
	'lease cut' 'lease empty' 'lease swapped' 'lease garbage' 'lease large' 'lease fifo' 'lease directory' 'lease unreadable'
	'lease loop' 'lease nowhere' 'lease deleted'
	'link empty' 'link swapped' 'link garbage' 'link fifo' 'link directory' 'link unreadable' 'link loop' 'link nowhere'
	'link deleted'
	'record cut' 'record empty' 'record swapped' 'record garbage' 'record large' 'record fifo' 'record directory'
	'record unreadable' 'record loop' 'record nowhere' 'record deleted'
	'lock garbage' 'lock fifo' 'lock directory' 'lock unreadable' 'lock loop' 'lock nowhere' 'lock deleted'
	'leases emptied' 'leases deleted' 'leases garbage' 'leases loop' 'leases cannot'
	'attached emptied' 'attached deleted' 'attached garbage' 'attached loop' 'attached cannot'
)

# place FILE [CONTAINER]: prints where the file of the store is
place() {
	case $1 in
	lease) [ "${2-v}" = v ] && echo $lab_store/leases/$victim.json || echo "$lab_store/leases/$p:2.json" ;;
	link) echo "$lab_store/leases/lxc:${2-v}.json" ;;
	record) echo "$lab_store/attached/lxc:${2-v}.json" ;;
	*) echo "$lab_store/$1" ;;
	esac
}

# damage FILE HOW: damages the victim's file
damage() {
	local at

	at=$(place "$1")
	case $2 in
	cut) truncate -s 40 "$at" && return ;;
	emptied) find "$at" -mindepth 1 -delete && return ;;
	unreadable)
		# a link has no rights of its own
		[ ! -L "$at" ] || { rm "$at" && echo '{}' >"$at"; }
		chown daemon "$at" && chmod 600 "$at" && return
		;;
	cannot) chown daemon "$at" && chmod 700 "$at" && return ;;
	swapped)
		[ "$1" = link ] && ln -sfn $p:2.json "$at" && return
		cat "$(place "$1" o)" >"$at" && return
		;;
	esac
	case $2 in
	empty) : >$made ;;
	garbage) echo '{ "container": "lxc:v", ' >$made ;;
	large) head -c 1000000 /dev/zero >$made ;;
	fifo) mkfifo $made ;;
	directory) mkdir $made && echo x >$made/x ;;
	loop) ln -s "${at##*/}" $made ;;
	nowhere) ln -s /nowhere/at/all $made ;;
	deleted) rm -r "$at" && return ;;
	esac
	# no moment for the service to see, and to mend, that it is gone
	[ -z "${watch_pid-}" ] || kill -STOP "$watch_pid"
	until mv -T $made "$at" 2>/dev/null; do
		rm -rf "$at"
	done
	[ -z "${watch_pid-}" ] || kill -CONT "$watch_pid"
}

# bound CMD...: runs CMD as root with the capabilities of the service's unit alone: it may not pass over whose a file is
bound() {
	setpriv --bounding-set "-all,$unit_caps" --inh-caps -all --no-new-privs "$@"
}

# reader CMD...: runs CMD as nobody
reader() {
	setpriv --reuid nobody --clear-groups --inh-caps=-all "$@"
}

# unheal: puts the store back to what it was before any damage
unheal() {
	chown root $lab_store/{leases,attached} 2>/dev/null
	find $lab_store -mindepth 1 -delete
	cp -a $saved/. $lab_store/
}

# healthy NAME...: whether the store says what it did before the damage, of the victim and of those
healthy() {
	local name out

	out=$(v6hook list) || return
	for name in v "$@"; do
		grep -q "^$name  *lxc .* attached " <<<"$out" || return
	done
	[ "$(readlink "$(place link)")" = $victim.json ] &&
		grep -q '"lxc:v"' "$(place lease)" && grep -q '"lxc:v"' "$(place record)" && [ -f $lab_store/lock ]
}

# works: whether the victim's entries are in the kernel, and it answers
works() {
	in_kernel $victim br0 && lab_in internet busybox ping -6 -c 1 -W 5 $victim
}

# cell NAME GOOD TEXT: one cell of the matrix
cell() {
	tap_verdict "$2" "$1" "$3"
}

# damage_lab: two attached containers, each a process in a network namespace, and what a third needs
damage_lab() {
	local one

	unit_caps=$(sed -n 's/^CapabilityBoundingSet=//p' "$lab/../../docker/v6hook-watch.service" | tr '[:upper:]' '[:lower:]' | sed 's/cap_/+/g; s/ /,/g')
	watch_lab
	bridge br0 10.0.3.1/24
	configure '{ "ranges": ["'$p':1-'$p':1f"] }' '"probe_ms": 0, "hold_s": 0'
	for one in v o n; do
		plain $one br0
	done
	attach_plain v
	is 'the victim has its address' "$out" $victim
	attach_plain o
	cp -a $lab_store $saved
	ok 'the victim is reached' reaches $victim
	ok 'the other is reached' reaches $p:2
}
