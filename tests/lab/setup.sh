# What the tests of setup share, to be sourced instead of attach.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=SCRIPTDIR/attach.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/attach.sh"
config=/etc/v6hook/config.json

# files: prints all that setup may leave on the disk: names, kinds, modes, owners, what is in them, and where they lead
files() {
	find /etc/v6hook /etc/sysctl.d /etc/systemd /etc/network /etc/netplan /var/lib/v6hook \
		-printf '%p %y %m %U:%G %l\n' 2>/dev/null | sort
	find /etc/v6hook /etc/sysctl.d /etc/systemd /etc/network /etc/netplan /var/lib/v6hook -type f \
		-exec stat -c '%n %i %y' {} + -exec md5sum {} + 2>/dev/null | sort
}

# settings: prints the settings that setup may change
settings() {
	grep . /proc/sys/net/ipv6/conf/*/{forwarding,accept_ra,proxy_ndp} /proc/sys/net/ipv6/neigh/*/proxy_{delay,qlen}
}

# all: prints all that setup may change
all() {
	files
	settings
	ip -6 route show table all | sed -E 's/ expires [0-9]+sec//'
}

# host ADDR/LEN...: the host with these addresses and no others on eth0, and a default route
host() {
	local one

	ip -6 addr flush dev eth0 scope global
	ip -6 neigh flush dev eth0
	for one; do
		ip addr add "$one" dev eth0
	done
	wait_for 5 settled
	ip -6 route replace default via fe80::1 dev eth0
}

# settled: whether every address of eth0 is usable
settled() {
	[ -z "$(ip -6 addr show dev eth0 tentative)" ]
}

# plainly: the plan as one line, without the marks of its comments
plainly() {
	sed 's/^# *//' <<<"$out" | xargs -d '\n'
}

# refuses NAME STATUS REGEX OPTION...: checks that setup says in one line why it does nothing, and does nothing
refuses() {
	local before

	before=$(all)
	status "$1: refused" "$2" v6hook setup "${@:4}"
	like "$1: it says why, in one line" "$err" "^v6hook: setup: [^"$'\n'"]*$3[^"$'\n'"]*\$"
	is "$1: nothing has changed" "$(all)" "$before"
}

# undone NAME [OPTION]...: checks that --undo leaves what there was: $before
undone() {
	ok "$1: --undo" v6hook setup --undo "${@:2}"
	is "$1: it leaves what there was" "$(all)" "$before"
}

# setup_host: a router, and a host on its segment that has neither an address nor anything of setup's
setup_host() {
	lab_router 2001:db8:1::/64
	lab_plug '' eth0
	ip -6 route del default 2>/dev/null
	umount /etc/v6hook && rmdir /etc/v6hook
	rm -rf /etc/systemd/network
}
