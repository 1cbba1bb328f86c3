# The lab's own vocabulary, to be sourced by tests that run inside tests/lab/world.
# shellcheck shell=bash
#
#   internet (2001:db8:ffff::1) --- wan router lan ---+
#                                                     +-- segment (netns provider)
#   host: eth0 ---------------------------------------+   neighbour: eth0 --+
#    +-- br0 --- containers                           +---------------------+
#
# The host is the world itself, the others are netns of these names. The router
# has the prefix on-link and no route to the host. Duplicate address detection is
# off on all of them but the containers, because it would only cost time here.

lab=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=SCRIPTDIR/../tap.sh
. "$lab/../tap.sh"
lab_run=/run/lab
lab_internet=2001:db8:ffff::1
lab_mark=118 # the protocol number that v6hook puts on what it makes

# lab_die MESSAGE: ends the test with one line; without a plan, it counts as failed
lab_die() {
	echo "Bail out! $1"
	exit 1
}

[ -n "${LAB_WORLD-}" ] || lab_die "run this through tests/lab/world"
mkdir -p $lab_run /var/log/lxc
sysctl -qw net.ipv6.conf.{all,default}.accept_dad=0

# tap_look: after the first failure, how the lab's host is just then, and how to look at it oneself
tap_look() {
	local log lines

	note "---- what v6hook list, v6hook doctor and the logs say just now"
	note "$(timeout 10 v6hook list 2>&1 </dev/null)"
	note "$(timeout 20 v6hook doctor 2>&1 </dev/null)"
	for log in $lab_run/*.log /var/log/lxc/*.log; do
		lines=$(tail -n 8 "$log" 2>/dev/null)
		[ -z "$lines" ] || note "$log:"$'\n'"$lines"
	done
	note "---- a shell at this point: LAB_SHELL=1 tests/lab/world $0 (state: /var/lib/v6hook, /etc/v6hook, logs: $lab_run)"
	[ -z "${LAB_SHELL-}" ] || bash -i <>/dev/tty >&0 2>&0
}

# lab_provide COMMAND PACKAGE: makes a command available in the lab, from a Debian package in build/debs or apt's cache
# if it is not installed; fails if it is nowhere
lab_provide() {
	local deb dir

	type -P "$1" >/dev/null && return
	for deb in "$lab"/../../build/debs/"$2"_*.deb /var/cache/apt/archives/"$2"_*.deb; do
		[ -e "$deb" ] || continue
		mkdir -p $lab_run/debs
		dpkg-deb -x "$deb" "$lab_run/debs/$2"
		for dir in usr sbin lib etc; do
			# these may be links to what lies in /usr
			[ ! -d "$lab_run/debs/$2/$dir" ] || cp -a "$lab_run/debs/$2/$dir/." "$(readlink -f /$dir)/"
		done
		type -P "$1" >/dev/null && return
	done
	return 1
}

# ---- the network around the host

# no_room: prints how often this machine had no room for a frame in a processor's queue (net.core.netdev_max_backlog), which
# all hosts that are played on it share
no_room() {
	local sum=0 first second

	while read -r first second _; do
		sum=$((sum + 16#$second))
	done </proc/net/softnet_stat
	echo $sum
}

# lab_in NETNS CMD...: runs CMD in a network namespace of the lab
lab_in() {
	nsenter --net="/run/netns/$1" "${@:2}"
}

# lab_netns NETNS: makes a network namespace with lo up and no DAD
lab_netns() {
	ip netns add "$1" && ip -n "$1" link set lo up &&
		lab_in "$1" sysctl -qw net.ipv6.conf.{all,default}.accept_dad=0
}

# lab_plug NETNS DEV: joins NETNS ('' for the host) to the segment by a new device DEV
lab_plug() {
	if [ ! -e /run/netns/provider ]; then
		lab_netns provider
		ip -n provider link add segment up type bridge mcast_snooping 0
	fi
	ip ${1:+-n "$1"} link add "$2" type veth peer name "${1:-host}" netns provider
	ip -n provider link set "${1:-host}" master segment up
	ip ${1:+-n "$1"} link set "$2" up
}

# lab_router [PREFIX/64]: router with the prefix on-link as ::1 and fe80::1, the internet behind it
lab_router() {
	local prefix=${1:-2001:db8:1::/64}

	lab_netns router
	lab_netns internet
	lab_plug router lan
	ip -n router link add wan up type veth peer name eth0 netns internet
	ip -n internet link set eth0 up
	ip -n router addr add "${prefix%/64}1/64" dev lan
	ip -n router addr add fe80::1/64 dev lan
	ip -n router addr add 2001:db8:ffff::ffff/64 dev wan
	ip -n internet addr add "$lab_internet/64" dev eth0
	ip -n internet route add default via 2001:db8:ffff::ffff
	lab_in router sysctl -qw net.ipv6.conf.all.forwarding=1
	lab_serve_internet
	lab_prefix=$prefix
}

# lab_serve_internet: a web server in the internet: / is a page, /cgi-bin/me the client's address
lab_serve_internet() {
	mkdir -p $lab_run/internet/cgi-bin
	echo internet >$lab_run/internet/index.html
	# shellcheck disable=SC2016
	printf '%s\n' '#!/bin/sh' 'printf "Content-Type: text/plain\n\n%s\n" "$(echo "$REMOTE_ADDR" | tr -d "[]")"' \
		>$lab_run/internet/cgi-bin/me
	chmod +x $lab_run/internet/cgi-bin/me
	lab_in internet busybox httpd -h $lab_run/internet
}

# lab_host ADDR/LEN|ra [GATEWAY]: plugs the host's eth0 in, with a static address and route (via fe80::1) or by RA
lab_host() {
	lab_plug '' eth0
	if [ "$1" = ra ]; then
		lab_advertise
		wait_for 10 lab_has_ra_route || lab_die "no default route by RA"
		return
	fi
	ip addr add "$1" dev eth0
	ip route add default via "${2:-fe80::1}" dev eth0
}

# lab_has_ra_route: whether the host has a default route learnt by RA on eth0
lab_has_ra_route() {
	[ -n "$(ip -6 route show default dev eth0 proto ra)" ]
}

# lab_advertise: starts radvd on the router, for its prefix (SLAAC) and as default router
lab_advertise() {
	cat >$lab_run/radvd.conf <<-END
		interface lan {
			AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4;
			AdvDefaultLifetime 1800;
			prefix $lab_prefix { AdvOnLink on; AdvAutonomous on; };
		};
	END
	lab_in router radvd -C $lab_run/radvd.conf -p $lab_run/radvd.pid -m logfile -l $lab_run/radvd.log ||
		lab_die "radvd does not start: $(<$lab_run/radvd.log)"
	rdisc6 -1 eth0 >/dev/null 2>&1
}

# lab_neighbour ADDR/LEN: another machine, netns neighbour, on the same segment
lab_neighbour() {
	lab_netns neighbour
	lab_plug neighbour eth0
	ip -n neighbour addr add "$1" dev eth0
	ip -n neighbour route add default via fe80::1 dev eth0
}

# lab_route_upstream PREFIX: the router routes PREFIX to the host, as a "routed" upstream does
lab_route_upstream() {
	ip -n router route add "$1" via "$(lab_link_local eth0)" dev lan
}

# lab_link_local DEV: prints the link-local address of the host's DEV
lab_link_local() {
	ip -6 -o addr show dev "$1" scope link | sed -n '1s/.* inet6 \([^/]*\).*/\1/p'
}

# lab_bridge NAME [ADDR/LEN]...: a bridge for containers on the host
lab_bridge() {
	local addr

	ip link add "$1" up type bridge
	for addr in "${@:2}"; do
		ip addr add "$addr" dev "$1"
	done
}

# lab_forget: empties the router's neighbour cache
lab_forget() {
	ip -n router -6 neigh flush dev lan
}

# lab_ping ADDR [SECONDS]: one ping from the internet, whatever the router has in its cache
lab_ping() {
	lab_in internet busybox ping -6 -c 1 -W $((${2:-3} * LAB_SLOW / 100)) "$1"
}

# reaches ADDR: whether the internet reaches ADDR once the router has forgotten all it knew; a ping
# that is lost on this loaded machine is told and tried again (that the very first comes back is
# checked where it is the point, with lab_ping alone)
reaches() {
	local try

	lab_forget
	for try in 1 2 3; do
		lab_ping "$1" && return
		note "ping $try to $1 was lost" >&2
	done
	return 1
}

# unreachable ADDR: whether a ping goes out and no answer comes, for 2 s (a proxy may answer 0.8 s late)
unreachable() {
	lab_forget
	[[ $(lab_ping "$1" 2) == *' 0 packets received'* ]]
}

# For bash -c: a script that prints the body of http://[$1]:80/$2 (busybox's wget may crash, others may be missing)
# shellcheck disable=SC2016
lab_http='exec 3<>"/dev/tcp/$1/80" && printf "GET /%s HTTP/1.0\r\n\r\n" "$2" >&3 && sed "1,/^\r*\$/d" <&3'

# fetches ADDR: prints the page at http://ADDR/ as the internet sees it
fetches() {
	lab_in internet timeout "$(scaled 5)" bash -c "$lab_http" - "$1" ''
}

# ---- containers

# lab_pid NAME: prints the PID of a running container's init, of either engine
lab_pid() {
	local pid

	if [ -d "/var/lib/lxc/$1" ]; then
		pid=$(lxc-info -n "$1" -p -H)
	elif [ -S /var/lib/incus/unix.socket ]; then
		pid=$(incus query "/1.0/instances/$1/state" 2>/dev/null | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
	else
		pid=$(docker inspect -f '{{.State.Pid}}' "$1" 2>/dev/null)
	fi
	[ "${pid:-0}" -gt 0 ] && echo "$pid"
}

# lab_inside NAME CMD...: runs the host's CMD in a container's network
lab_inside() {
	nsenter -t "$(lab_pid "$1")" -n "${@:2}"
}

# lab_seen_as NAME: prints the source address with which a container shows itself on the internet
lab_seen_as() {
	lab_inside "$1" timeout "$(scaled 5)" bash -c "$lab_http" - "$lab_internet" cgi-bin/me
}

# lab_serving NAME: whether the container's web server listens
lab_serving() {
	local pid

	pid=$(lab_pid "$1") && lab_listens "$pid"
}

# lab_listens PID: whether something in the network of a process listens on port 80
lab_listens() {
	grep -q ':0050 .* 0A ' "/proc/$1/net/tcp" "/proc/$1/net/tcp6"
}

# lab_template: makes once the busybox container that the others are copies of; what lxc-create makes of this LXC and this
# busybox, by starting hundreds of programs, is kept in build/lab for the other worlds
lab_template() {
	local kept

	[ -d $lab_run/lxc/template ] && return
	kept=$lab/../../build/lab/template-$(lxc-create --version)-$(stat -Lc %s-%Y "$(type -P busybox)" /usr/share/lxc/templates/lxc-busybox | paste -sd -).tar
	mkdir -p $lab_run/lxc
	if ! tar -C $lab_run/lxc -xf "$kept" 2>/dev/null; then
		lab_template_made
		mkdir -p "${kept%/*}" && tar -C $lab_run/lxc -cf "$kept.$$" template && mv "$kept.$$" "$kept"
	fi
}

# lab_template_made: makes it by lxc-create
lab_template_made() {
	: >$lab_run/empty.conf
	lxc-create -P $lab_run/lxc -n template -f $lab_run/empty.conf -t busybox >$lab_run/lxc-create.log 2>&1 ||
		lab_die "lxc-create: $(<$lab_run/lxc-create.log)"
	mkdir $lab_run/lxc/template/rootfs/www
	sed -i 's,/bin/udhcpc,/bin/httpd -h /www,' $lab_run/lxc/template/rootfs/etc/init.d/rcS
}

# lab_lxc_make NAME BRIDGE [CONFIG-LINE]...: makes an LXC container whose web page is its name
# (with LAB_UDHCPC set, its init runs a DHCP client as the template does)
lab_lxc_make() {
	local dir=/var/lib/lxc/$1

	lab_template
	cp -a $lab_run/lxc/template "$dir"
	echo "$1" >"$dir/rootfs/www/index.html"
	[ -z "${LAB_UDHCPC-}" ] || echo /bin/udhcpc >>"$dir/rootfs/etc/init.d/rcS"
	{
		sed -e '/^lxc\.rootfs\.path/d' -e '/^lxc\.uts\.name/d' $lab_run/lxc/template/config
		printf '%s\n' "lxc.rootfs.path = dir:$dir/rootfs" "lxc.uts.name = $1" \
			'lxc.apparmor.profile = unconfined' 'lxc.net.0.type = veth' \
			"lxc.net.0.link = $2" 'lxc.net.0.flags = up'
		printf '%s\n' "${@:3}"
	} >"$dir/config"
}

# lab_lxc_start NAME: starts a container that is there and waits for its web server; its log is /var/log/lxc/NAME.log
lab_lxc_start() {
	lxc-start -n "$1" -l INFO -o "/var/log/lxc/$1.log" || {
		note "$(tail -n 30 "/var/log/lxc/$1.log")"
		return 1
	}
	wait_for 10 lab_listens "$(lab_pid "$1")"
}

# lab_lxc NAME BRIDGE [CONFIG-LINE]...: makes and starts an LXC container
lab_lxc() {
	lab_lxc_make "$@" && lab_lxc_start "$1"
}

# lab_lxc_stop NAME: stops a container, at once
lab_lxc_stop() {
	lxc-stop -n "$1" -k
}

# lab_dockerd [ARG]...: starts dockerd (again), waits until it answers, provides the image lab/busybox
lab_dockerd() {
	dockerd --exec-opt native.cgroupdriver=cgroupfs --storage-driver vfs "$@" >>$lab_run/dockerd.log 2>&1 &
	lab_dockerd_pid=$!
	wait_for 30 lab_dockerd_answers || {
		note "$(tail -n 30 $lab_run/dockerd.log)"
		lab_die "dockerd does not answer"
	}
	docker image inspect lab/busybox >/dev/null 2>&1 || lab_image
}

# lab_dockerd_answers: whether the Docker socket is there and served
lab_dockerd_answers() {
	[ -S /run/docker.sock ] && docker version
}

# lab_dockerd_stop: ends dockerd and waits for its end
lab_dockerd_stop() {
	kill "$lab_dockerd_pid" && wait "$lab_dockerd_pid"
}

# lab_dockerd_kill: kills dockerd and its containerd; their containers live on
lab_dockerd_kill() {
	local containerd

	containerd=$(pgrep -x -P "$lab_dockerd_pid" containerd)
	kill -KILL "$lab_dockerd_pid" "$containerd"
	wait "$lab_dockerd_pid" 2>/dev/null
	rm -f /run/docker.pid /run/docker/containerd/containerd.pid
}

# lab_image: makes the image lab/busybox, which serves the container's host name as web page
lab_image() {
	local root=$lab_run/image

	mkdir -p $root/{bin,sbin,usr,tmp,etc,www}
	cp "$(type -P busybox)" $root/bin/busybox
	chroot $root /bin/busybox --install -s /bin
	tar -C $root -c . | docker import \
		-c 'CMD ["/bin/sh", "-c", "hostname >/www/index.html; trap exit TERM; httpd -f -h /www & wait"]' \
		- lab/busybox >/dev/null
}

# lab_docker_run NAME NETWORK [OPTION]...: runs a container whose web page is its name, and waits for it to serve
lab_docker_run() {
	docker run -d --name "$1" --hostname "$1" --network "$2" "${@:3}" lab/busybox >/dev/null &&
		wait_for 10 lab_listens "$(lab_pid "$1")"
}

# lab_docker_since MAJOR: whether dockerd is of that version or later
lab_docker_since() {
	[ "$(docker version -f '{{.Server.Version}}' | cut -d. -f1)" -ge "$1" ]
}

# lab_docker_net NAME SUBNET [MODE]: makes Docker's network with IPv6 of its own that is reached from outside, which Docker
# 27 and later do only on request (others know of no such option): the ports of -p alone, with MODE nat-unprotected all
lab_docker_net() {
	local own=com.docker.network.bridge

	# else it puts the host's address on what is sent
	docker network create --ipv6 --subnet "$2" -o $own.gateway_mode_ipv6="${3-routed}" \
		${3:+-o $own.enable_ip_masquerade=false} "$1" >/dev/null || lab_die "no network $1"
}

# ---- what the kernel holds on the host

# proxies: prints the proxy entries, sorted
proxies() {
	ip -6 neigh show proxy | sort
}

# marked_routes: prints the routes that carry v6hook's protocol number, sorted
marked_routes() {
	ip -6 route show table all proto $lab_mark | sort
}

# kernel_state: prints all that v6hook might change and must put back, for comparison; the containers' veths left out
kernel_state() {
	# one program for all of it, as this is asked for all the time; an address is a route of the kernel's own, too, but only
	# when duplicate address detection has come to its end
	printf '%s\n' 'addr show' 'route show table all' 'neigh show nud permanent' 'neigh show proxy' | ip -6 -o -batch - |
		sed -E '/^[0-9]+: veth/d; / dev (veth|if[0-9])/d; /^(local|anycast) /d; s/ tentative//; s/^[0-9]+: //; s/ expires [0-9]+sec//
			s/ (hoplimit [0-9]+|linkdown)//g; / inet6 /s/\\.*//' | sort
	grep -s . /proc/sys/net/ipv6/conf/{all,eth0,br0}/{forwarding,accept_ra,proxy_ndp,disable_ipv6} \
		/proc/sys/net/ipv6/neigh/eth0/proxy_{delay,qlen}
	# but what Docker 28 itself has there for each container
	nft -s list ruleset 2>/dev/null | grep -vE 'ip6? daddr [^ ]+ iifname != "(docker0|br-[0-9a-f]+)" .*drop$'
}
