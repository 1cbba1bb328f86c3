# The verbs that are killed, or met by errors, with the state that each starts from; for inject.sh alone.
# shellcheck shell=bash disable=SC2034,SC2154

# reset: makes host and container what they were before the first attach, by hand
reset() {
	local address dev proxies=''

	rm -rf "$lab_store"/{,.}[!.l]* "$lab_store"/leases/{,.}[!.]* "$lab_store"/attached/{,.}[!.]*
	mkdir -p "$lab_store"/{leases,attached}
	nft delete table bridge v6hook
	while read -r address _ dev _; do
		[ -z "$address" ] || proxies+="neigh del proxy $address dev $dev"$'\n'
	done <<<"$(ip -6 neigh show proxy)"
	ip -6 -force -batch - <<<"${proxies}route flush proto $lab_mark
		neigh flush dev br0 nud permanent"
	ip -n c1 -6 -force -batch - <<-END
		addr flush dev eth0 scope global
		addr flush dev lo scope global
		neigh flush nud permanent dev eth0
		route flush proto $lab_mark
	END
} >/dev/null 2>&1

# unsettle: gives host and container the settings that they had before the first attach
unsettle() {
	local file value now

	ip -6 addr del fe80::1/64 dev br0 2>/dev/null
	while read -r file value; do
		read -r now <"$file"
		[ "$now" = "$value" ] || echo "$value" >"$file"
	done <<<"$host_before"
	# shellcheck disable=SC2016
	nsenter --net=/run/netns/c1 bash -c 'while IFS=: read -r file value; do echo "$value" >"$file"; done' <<<"$inside_before"
}

# beside: the start of most cases: the host is settled, c2 is attached
beside() {
	reset
	v6hook attach lxc:c2 --netns /run/netns/c2 --address "$p:9"
} >/dev/null

# at N: c1 is attached with that address
at() {
	v6hook attach lxc:c1 "${c1[@]}" --address "$p:$1" >/dev/null
}

# first: nothing is settled, nobody is attached
ready_first() {
	reset
	unsettle
}
verb_first=(attach lxc:c1 "${c1[@]}")

# attach: by PID, a lower address being taken until the rerun
ready_attach() {
	beside
	v6hook pin lxc:lower "$p:1"
}
verb_attach=(attach lxc:c1 --pid PID)
meanwhile_attach() {
	v6hook unpin lxc:lower
	v6hook detach lxc:lower --release
}

# probe: as first, on a settled host, and the uplink is asked
ready_probe() {
	beside
	configure_probe 4
}
verb_probe=(attach lxc:c1 "${c1[@]}")

ready_move() {
	beside
	at 1
}
verb_move=(attach lxc:c1 "${c1[@]}" --address "$p:3")

# repair: half of it is missing
ready_repair() {
	beside
	at 1
	ip -6 neigh del proxy "$p:1" dev eth0
	ip -6 route del "$p:1" dev br0
	ip -n c1 -6 route del default
}
verb_repair=(attach lxc:c1 "${c1[@]}")

ready_detach() {
	beside
	at 1
}
verb_detach=(detach lxc:c1)

ready_release() {
	beside
	at 1
}
verb_release=(detach lxc:c1 --release)

# reconcile: something to repair, something to sweep, and an instance that is gone
ready_reconcile() {
	beside
	at 1
	# c1 and the one that is gone share a namespace here: what c1 has in it would keep that one out
	ip -n c1 -6 addr flush dev eth0 scope global
	ip -n c1 -6 addr flush dev lo scope global
	v6hook attach lxc:gone --pid "$inject_pid" --address "$p:5" >/dev/null
	# no process has this PID
	sed -i 's/"pid":.*/"pid": 4194304,/' "$lab_store/attached/lxc:gone.json"
	resum "$lab_store/attached/lxc:gone.json"
	ip -6 neigh del proxy "$p:1" dev eth0
	ip -6 neigh add proxy "$p:7" dev eth0 proto "$lab_mark"
	ip -6 route add "$p:8" dev br0 proto "$lab_mark"
	ip -n c1 -6 addr flush dev eth0 scope global
	at 1
	ip -6 neigh del proxy "$p:1" dev eth0
}
verb_reconcile=(reconcile)

ready_pin() {
	beside
}
verb_pin=(pin lxc:c1 "$p:4")

# repin: c1 has another lease
ready_repin() {
	beside
	v6hook pin lxc:c1 "$p:1"
	v6hook unpin lxc:c1
}
verb_repin=(pin lxc:c1 "$p:4")

ready_unpin() {
	beside
	v6hook pin lxc:c1 "$p:4"
}
verb_unpin=(unpin lxc:c1)
