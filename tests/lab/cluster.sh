# What the tests of a range that hosts share have in common, to be sourced instead of attach.sh.
# shellcheck shell=bash disable=SC2154

# shellcheck source=SCRIPTDIR/attach.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/attach.sh"
cluster_run=/run/cluster
mkdir -p $cluster_run
export ETCDCTL_API=3

cluster_url='http://[2001:db8:1::100]:2379'

# cluster_etcd [ARG]...: starts one etcd, which all on the segment reach at $cluster_url, and waits until it answers
cluster_etcd() {
	local scheme=${cluster_url%%:*}

	etcd --data-dir $cluster_run/etcd --unsafe-no-fsync --bcrypt-cost 4 --heartbeat-interval 20 --election-timeout 100 --listen-client-urls "$scheme://[::]:2379" \
		--advertise-client-urls "$cluster_url" --listen-peer-urls http://127.0.0.1:2380 \
		--initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster default=http://127.0.0.1:2380 \
		"$@" >>$cluster_run/etcd.log 2>&1 &
	cluster_etcd_pid=$!
	wait_for 20 etcdctl get x || lab_die "etcd does not answer: $(tail -n 3 $cluster_run/etcd.log)"
}

# cluster_etcd_stop: kills it
cluster_etcd_stop() {
	kill -KILL "$cluster_etcd_pid"
	wait "$cluster_etcd_pid" 2>/dev/null
}

# cluster_tls: makes an authority, and one certificate of it for all, which has no CommonName, as etcd's gateway refuses
# those that have; from now on nobody is answered without
cluster_tls() {
	(
		cd $cluster_run || exit
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=lab -keyout ca.key -out ca.pem
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /O=all -keyout key.pem -out all.csr
		printf 'subjectAltName=IP:2001:db8:1::100' >san
		openssl x509 -req -in all.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile san -out cert.pem
	) >$cluster_run/openssl.log 2>&1
	cluster_url='https://[2001:db8:1::100]:2379'
	# shellcheck disable=SC2034
	cluster_tls_args=(--cert-file "$cluster_run/cert.pem" --key-file "$cluster_run/key.pem"
		--trusted-ca-file "$cluster_run/ca.pem" --client-cert-auth)
	export ETCDCTL_CACERT=$cluster_run/ca.pem ETCDCTL_CERT=$cluster_run/cert.pem ETCDCTL_KEY=$cluster_run/key.pem
	export ETCDCTL_ENDPOINTS=$cluster_url
}

# held ADDR: prints whose the address is in etcd: "HOST CONTAINER", or "" if it is nobody's
held() {
	etcdctl get "/v6hook/leases/$1" --print-value-only | jq -r '"\(.host) \(.container)\(if .freed then " freed" else "" end)"'
}

# host NAME POOL [MEMBERS [STORE]]: a host's configuration in $cluster_run/NAME.json, with leases in etcd; STORE are
# members of "store", with a comma before them
host() {
	local members=${3-'"probe_ms": 0'}

	printf '{ "pools": [ %s ], %s, "expose": { "lxc": "all" }, "state_dir": "%s", "socket": "%s",
		"store": { "etcd": [ "%s" ], "host": "%s" %s } }\n' "$2" "$members" \
		"$cluster_run/$1.state" "$cluster_run/$1.sock" "$cluster_url" "$1" "${4-}" >$cluster_run/"$1".json
	chmod 600 $cluster_run/"$1".json
}

# on NAME VERB...: runs v6hook as that host, in the network namespace of that name if there is one
on() {
	local within=()

	[ ! -e "/run/netns/$1" ] || within=(nsenter --net="/run/netns/$1")
	"${within[@]}" v6hook "${@:2}" --config $cluster_run/"$1".json
}

# ---- three members of etcd, and hosts, each in a network namespace of its own

cluster_members=(mone mtwo mthree)
# shellcheck disable=SC2034
declare -A member_pid

# url MEMBER PORT: prints where it is
url() {
	local i

	for i in "${!cluster_members[@]}"; do
		[ "${cluster_members[i]}" != "$1" ] || echo "http://[2001:db8:1::e$i]:$2"
	done
}

# member NAME [ARG]...: starts a member of etcd, in its network namespace
member() {
	local all

	all=$(for one in "${cluster_members[@]}"; do printf '%s=%s,' "$one" "$(url "$one" 2380)"; done)
	nsenter --net="/run/netns/$1" etcd --name "$1" --data-dir "$cluster_run/$1" --listen-client-urls "$(url "$1" 2379)" \
		--advertise-client-urls "$(url "$1" 2379)" --listen-peer-urls "$(url "$1" 2380)" \
		--initial-advertise-peer-urls "$(url "$1" 2380)" --initial-cluster "${all%,}" "${@:2}" >>"$cluster_run/log.$1" 2>&1 &
	member_pid[$1]=$!
}

# members [ARG]...: starts all three, and has etcdctl ask them
members() {
	local i

	for i in "${!cluster_members[@]}"; do
		lab_netns "${cluster_members[i]}"
		lab_plug "${cluster_members[i]}" eth0
		ip -n "${cluster_members[i]}" addr add "2001:db8:1::e$i/64" dev eth0
		member "${cluster_members[i]}" "$@"
	done
	ETCDCTL_ENDPOINTS=$(for one in "${cluster_members[@]}"; do printf '%s,' "$(url "$one" 2379)"; done)
	export ETCDCTL_ENDPOINTS=${ETCDCTL_ENDPOINTS%,}
}

# ask MEMBER CMD...: runs etcdctl with this member alone
ask() {
	env -u ETCDCTL_ENDPOINTS etcdctl --endpoints "$(url "$1" 2379)" "${@:2}"
}

# healthy: whether a majority answers
healthy() {
	etcdctl put /health x >/dev/null 2>&1
}

# leader: prints which member leads
leader() {
	local i

	for i in "${cluster_members[@]}"; do
		[ "$(ask "$i" endpoint status -w json 2>/dev/null |
			jq -r '.[0].Status | .leader == .header.member_id')" != true ] || echo "$i"
	done | head -n 1
}

# segment_host NAME ADDR NETNS...: a host on the segment, with a bridge and containers of no engine on it
segment_host() {
	local one

	lab_netns "$1"
	lab_plug "$1" eth0
	ip -n "$1" addr add "$2/64" dev eth0
	ip -n "$1" route add default via fe80::1 dev eth0
	ip -n "$1" link add br0 up type bridge
	for one in "${@:3}"; do
		ip netns add "$one"
		ip -n "$1" link add "v-$one" up master br0 type veth peer name eth0 netns "$one"
		ip -n "$one" link set lo up
		ip -n "$one" link set eth0 up
	done
}

# members_config NAME POOL [MEMBERS [STORE]]: as host, with all members of etcd
members_config() {
	local urls

	urls=$(for one in "${cluster_members[@]}"; do printf '"%s", ' "$(url "$one" 2379)"; done)
	printf '{ "pools": [ %s ], %s, "expose": { "lxc": "all" }, "state_dir": "%s", "socket": "%s",
		"store": { "etcd": [ %s ], "host": "%s" %s } }\n' "$2" "${3-\"probe_ms\": 0}" \
		"$cluster_run/$1.state" "$cluster_run/$1.sock" "${urls%, }" "$1" "${4-}" >"$cluster_run/$1.json"
	chmod 600 "$cluster_run/$1.json"
}

# deaf_to NETNS NETNS: has the first one hear nothing of the second
deaf_to() {
	nsenter --net="/run/netns/$1" nft "add table ip6 cut; add chain ip6 cut in { type filter hook input priority 0; };
		add rule ip6 cut in ip6 saddr $(ip -n "$2" -6 -j addr show dev eth0 scope global |
			jq -r 'first(.[0].addr_info[] | select(.prefixlen == 64)).local') drop"
}

# parted NETNS NETNS: cuts the way between these two alone, silently for both
parted() {
	deaf_to "$1" "$2"
	deaf_to "$2" "$1"
}

# joined NETNS NETNS: ends that
joined() {
	nsenter --net="/run/netns/$1" nft delete table ip6 cut
	nsenter --net="/run/netns/$2" nft delete table ip6 cut
}

# leases_to_import COUNT: prints so many for v6hook import, of 2001:db8:1:0:1::/80
leases_to_import() {
	printf '{ "leases": ['
	perl -e '
		use integer;
		sub shifted { no integer; return $_[0] >> 33 }
		for my $i (1 .. $ARGV[0]) {
			my ($c, $a) = ("lxc:f$i", sprintf "2001:db8:1:0:1::%x", $i + 4096);
			my $h = 0xcbf29ce484222325;
			$h = ($h ^ $_) * 0x100000001b3 for unpack "C*", "$c $a 0 1795000000 0";
			$h = ($h ^ shifted($h)) * $_ for 0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53;
			printf "%s{\"container\":\"$c\",\"address\":\"$a\",\"pinned\":false,\"created\":\"2026-11-18T11:06:40Z\",\"sum\":\"%016x\"}",
				$i > 1 ? ",\n" : "", $h ^ shifted($h);
		}' "$1"
	printf '] }'
}
