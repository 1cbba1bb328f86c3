# Ordinary protocols that an attached container may speak whatever guards it: each a function that succeeds if it gets through; to be sourced after attacks.sh.
# shellcheck shell=bash disable=SC2034,SC2154
#
# They are spoken by the thief of the surveyed bridge, C here, whose IPv4 address is C4; what is only to be seen on
# the bridge is looked for in what tcpdump has seen there.

# in_c CMD...: runs CMD in its network
in_c() {
	lab_in "$e-thief" "$@"
}

# sent FRAME...: sends a frame of its own
sent() {
	in_c "$frames" eth0 "$@"
}

# seen REGEX: whether it was seen on the bridge
seen() {
	grep -qE -- "$1" "$lab_run/seen.$e"
}

# within CMD...: whether CMD succeeds soon; where nothing can pass (`cut` is set), it is not waited for long
within() {
	[ "${cut-}" ] || {
		wait_for 3 "$@"
		return
	}
	pause_for 1 "$@"
	"$@"
}

# says NETNS ADDR TOKEN [PORT]: sends a token by UDP, from a program
says() {
	# shellcheck disable=SC2016
	lab_in "$1" bash -c 'printf %s "$2" >"/dev/udp/$1/${3-4242}"' - "${@:2}"
}

# told NETNS ADDR HEARER TEXT: whether the ear in HEARER hears what a program says; it may have to say it again
told() {
	says "$1" "$2" "$4"
	lab_in "$3" "$ear" ask "${4:0:31}"
}

# once_ping NETNS ADDR [OPTION]...: one ping
once_ping() {
	lab_in "$1" busybox ping -c 1 -W 1 "${@:3}" "$2"
}

# protocols_lab: what answers in the internet, for both bridges
protocols_lab() {
	head -c 200000 /dev/zero | tr '\0' x >"$lab_run/internet/large"
	# a name server that gives every name one address
	# shellcheck disable=SC2016
	lab_in internet perl -MIO::Socket::IP -e '
		my $s = IO::Socket::IP->new(Proto => "udp", LocalAddr => "::", LocalPort => 53) or die;
		while ($s->recv(my $q, 512)) {
			my ($name) = unpack("x12 (C/a)*", $q);
			my $question = substr $q, 12, index($q, "\0", 12) - 12 + 5;
			my $type = unpack "n", substr $question, -4, 2;
			my $data = $type == 28 ? pack "n N n a16", 1, 60, 16, pack "n8", 0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x53 : "";
			$s->send(substr($q, 0, 2) . pack("n5", 0x8180, 1, $data ne "", 0, 0) . $question
				. ($data ne "" ? pack("n2", 0xc00c, $type) . $data : ""));
		}' &
	# the path to the internet takes less than a bridge does
	ip -n router link set wan mtu 1400
	ip -n internet link set eth0 mtu 1400
}

# protocols_bridge: what answers and looks on the surveyed bridge
protocols_bridge() {
	C4=$(ipv4_in "$e-thief")
	printf '%s\n' "start ${C4%.*}.100" "end ${C4%.*}.110" "interface $B" "lease_file $lab_run/udhcpd.$e" \
		"pidfile $lab_run/udhcpd.$e.pid" >"$lab_run/udhcpd.$e.conf"
	: >"$lab_run/udhcpd.$e"
	busybox udhcpd -f -a 50 "$lab_run/udhcpd.$e.conf" 2>/dev/null &
	tcpdump -i "$B" -n -l -U >"$lab_run/seen.$e" 2>"$lab_run/seen.$e.err" &
	wait_for 5 grep -q 'listening on' "$lab_run/seen.$e.err"
}

# ---- one function a protocol

proto_ping_out() { once_ping "$e-thief" $I -6; }
proto_ping_in() { once_ping internet "$TA" -6; }
proto_ping_ipv4_out() { once_ping "$e-thief" "$G4"; }
proto_ping_ipv4_in() { busybox ping -c 1 -W 1 "$C4"; }
proto_ping_gateway() { once_ping "$e-thief" "$G%eth0" -6; }
proto_ping_from_gateway() { busybox ping -6 -c 1 -W 1 "$TF%$B"; }
proto_ping_neighbour() { once_ping "$e-thief" "$VA" -6; }
proto_ping_neighbour_ipv4() { once_ping "$e-thief" "$V4"; }
proto_ping_host() { once_ping "$e-thief" "$H" -6; }

# tcp NETNS HOST PATH: prints a page
tcp() {
	lab_in "$1" timeout "$(scaled 2)" bash -c "$lab_http" - "$2" "$3"
}

proto_tcp_out() { [ "$(tcp "$e-thief" $I cgi-bin/me)" = "$TA" ]; }
proto_tcp_in() { [ -n "$(tcp internet "$TA" '')" ]; }
# over a path that takes less, so that a router's "packet too big" counts
proto_tcp_large() { [ "$(tcp "$e-thief" $I large | wc -c)" = 200000 ]; }

proto_udp_out() { within told "$e-thief" $I internet "out-$token"; }
proto_udp_in() { within told internet "$TA" "$e-thief" "in-$token"; }

proto_udp_fragments() {
	local text

	printf -v text '%-31s%04000d' "long-$token" 0
	within told "$e-thief" $I internet "$text"
}

proto_udp_multicast() {
	sent udp port=5353 dst=ff02::fb src="$TF"
	within seen "$TF.* > ff02::fb.5353"
}

proto_udp_ipv4_multicast() {
	sent udp4 port=5353 dst4=224.0.0.251 dmac=01:00:5e:00:00:fb src4="$C4"
	within seen "$C4.* > 224.0.0.251.5353"
}

proto_udp_ipv4_broadcast() {
	sent udp4 port=9 dst4=255.255.255.255 src4="$C4"
	within seen "$C4.* > 255.255.255.255.9"
}

proto_dns() { in_c busybox timeout "$(scaled 2)" busybox nslookup -type=aaaa name.example $I | grep -q 2001:db8::53; }
proto_dhcpv4() { in_c busybox udhcpc -f -n -q -t 3 -T 1 -i eth0 -s /bin/true 2>&1 | grep -q 'lease of .* obtained'; }

proto_dhcpv6() {
	sent udp sport=546 port=547 dst=ff02::1:2
	within seen "$TF.546 > ff02::1:2.547"
}

proto_mld() {
	local group=ff05::$((RANDOM % 9000 + 1000))

	in_c ip addr add $group dev eth0 autojoin
	within eval "bridge mdb show dev $B | grep -q 'port $TP grp $group'"
}

proto_igmp() {
	local group=239.$((RANDOM % 200)).$((RANDOM % 200)).$((RANDOM % 200))

	in_c ip addr add $group dev eth0 autojoin
	within eval "bridge mdb show dev $B | grep -q 'port $TP grp $group'"
}

proto_arp_announcement() {
	in_c busybox arping -q -A -c 1 -I eth0 "$C4"
	within seen "ARP, Reply $C4 is-at $TM"
}

proto_arp_probe() {
	in_c busybox arping -q -D -c 1 -w 1 -I eth0 "$C4"
	within seen "ARP, Request who-has $C4.*tell 0.0.0.0"
}

proto_ns() { in_c ndisc6 -q -1 -w 1000 $G eth0; }
proto_na() { ndisc6 -q -1 -w 1000 "$TA" "$B" && ndisc6 -q -1 -w 1000 "$TF" "$B"; }

proto_rs() {
	sent rs
	within seen "$TF > ff02::2: ICMP6, router solicitation"
}

proto_traceroute() { in_c busybox traceroute6 -n -q 1 -w 1 -m 4 $I | grep -q "^ 3  $I"; }
# its own "unreachable", of a port
proto_traced() { lab_in internet busybox traceroute6 -n -q 1 -w 1 -m 4 "$TA" | grep -q "^ 3  $TA"; }

proto_packet_too_big() {
	in_c ip -6 route flush cache
	in_c busybox ping -6 -c 1 -W 1 -s 1440 $I
	within eval "ip -n $e-thief -6 route get $I | grep -q 'mtu 1400'"
}

# raw PROTOCOL TEXT: whether its packets get out
raw() {
	sent raw6 "type=$1" src="$TA" dst=$I dmac="$BM"
	within seen "$TA > $I: $2"
}

proto_gre() { raw 47 GRE; }
proto_esp() { raw 50 '.*esp|.*ESP'; }
proto_sctp() { raw 132 'ip-proto-132|sctp'; }

# its own address anew, of which it asks whether it is free
proto_dad() {
	local result

	in_c sysctl -qw net.ipv6.conf.eth0.router_solicitation_delay=0 net.ipv6.neigh.eth0.retrans_time_ms=100
	in_c ip addr del "$TF/64" dev eth0
	in_c ip addr add "$TF/64" dev eth0
	within settled "$e-thief" && seen ":: > ff02::1:ff.*who has $TF"
}

# protocols FILE: tries all on the surveyed bridge at once, and writes "NAME STATUS" for each
protocols() {
	local name speaking=()

	proto_dad >/dev/null 2>&1
	echo "dad $?" >"$1"
	for name in $(compgen -A function proto_); do
		[ "$name" = proto_dad ] && continue
		{
			"$name" >/dev/null 2>&1
			echo "${name#proto_} $?" >>"$1"
		} &
		speaking+=($!)
	done
	wait "${speaking[@]}"
}
