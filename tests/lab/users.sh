# What the tests of ordinary users' containers share, to be sourced instead of start.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=SCRIPTDIR/start.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/start.sh"
users_count=0
users_include='lxc.include = /usr/local/share/lxc/config/v6hook.conf'

# user_make NAME BRIDGE...: makes a user who may start containers, each with a veth on one of the bridges
user_make() {
	local first=$((1000000 + 65536 * users_count++)) bridge

	useradd -m "$1" || lab_die "cannot make the user $1"
	# numbers that this test knows, instead of those that useradd may have given
	sed -i "/^$1:/d" /etc/subuid /etc/subgid
	echo "$1:$first:65536" >>/etc/subuid
	echo "$1:$first:65536" >>/etc/subgid
	for bridge in "${@:2}"; do
		echo "$1 veth $bridge 10" >>/etc/lxc/lxc-usernet
	done
	# LXC goes down this path as the user's mapped root
	chmod 755 "/home/$1"
	mkdir -p "$lab_run/user-$1"
	chown "$1:" "$lab_run/user-$1"
}

# as USER CMD...: runs CMD as that user, in their home directory, with no right of root's
as() {
	setpriv --reuid "$1" --regid "$1" --init-groups --inh-caps=-all \
		env -i HOME="/home/$1" USER="$1" LOGNAME="$1" PATH="$PATH" XDG_RUNTIME_DIR="$lab_run/user-$1" LAB_SLOW="$LAB_SLOW" \
		sh -c 'cd && exec "$@"' - "${@:2}"
}

# user_lxc_make USER NAME BRIDGE [CONFIG-LINE]...: makes a user's container, whose init writes down what it sees first
user_lxc_make() {
	local dir=/home/$1/.local/share/lxc/$2 range line

	lab_template
	range=$(sed -n "s/^$1:\([0-9]*\):\([0-9]*\)$/\1 \2/p" /etc/subuid)
	as "$1" mkdir -p "$dir"
	cp -a $lab_run/lxc/template/rootfs "$dir/rootfs"
	echo "$2" >"$dir/rootfs/www/index.html"
	has_first "$dir/rootfs"
	chown -hR "${range% *}:${range% *}" "$dir/rootfs"
	{
		sed -e '/^lxc\.rootfs\.path/d' -e '/^lxc\.uts\.name/d' $lab_run/lxc/template/config
		printf '%s\n' "lxc.rootfs.path = dir:$dir/rootfs" "lxc.uts.name = $2" "lxc.idmap = u 0 $range" "lxc.idmap = g 0 $range" \
			'lxc.apparmor.profile = unconfined' 'lxc.net.0.type = veth' "lxc.net.0.link = $3" 'lxc.net.0.flags = up' \
			'lxc.init.cmd = /first /sbin/init'
		for line in "${@:4}"; do
			echo "$line"
		done
	} >"$dir/config"
	chown "$1:" "$dir" "$dir/config"
}

# user_start USER NAME: has the user start their container and waits for its web server; its log is /tmp/USER-NAME.log
user_start() {
	user_launch "$@" || {
		note "$(tail -n 30 "/tmp/$1-$2.log")"
		return 1
	}
	wait_for 10 user_serving "$@"
}

# user_launch USER NAME: has the user start their container; its log is /tmp/USER-NAME.log
user_launch() {
	rm -f "/tmp/$1-$2.log" "/home/$1/.local/share/lxc/$2/rootfs/seen"
	as "$1" lxc-start -n "$2" -l DEBUG -o "/tmp/$1-$2.log"
}

# user_stop USER NAME: has the user stop their container, at once
user_stop() {
	as "$1" lxc-stop -n "$2" -k
}

# user_pid USER NAME: prints the PID of the init of a user's running container
user_pid() {
	local pid

	pid=$(as "$1" lxc-info -n "$2" -p -H)
	[ "${pid:-0}" -gt 0 ] && echo "$pid"
}

# user_serving USER NAME: whether the web server of a user's container listens
user_serving() {
	local pid

	pid=$(user_pid "$@") && grep -q ':0050 .* 0A ' "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6"
}

# user_inside USER NAME CMD...: runs the host's CMD in the network of a user's container
user_inside() {
	nsenter -t "$(user_pid "$1" "$2")" -n "${@:3}"
}

# user_inner USER NAME: prints the global addresses in a user's container, but lo's
user_inner() {
	user_inside "$1" "$2" ip -6 -o addr show scope global | sed '/^1: lo /d; s,.* inet6 \([^ ]*\)/.*,\1,'
}

# user_address USER NAME: prints the address that list shows for a user's container
user_address() {
	v6hook list | awk -v name="$1/$2" '$1 == name && $2 == "lxc" { print $3 }'
}

# user_serves USER NAME ADDR: checks that the internet gets the page of a user's container, and sees it as ADDR
user_serves() {
	ok "$1's $2 is reached at $3" reaches "$3"
	is "$1's $2 is the one that answers there" "$(fetches "$3")" "$2"
	is "$1's $2 is seen as $3 by the internet" \
		"$(user_inside "$1" "$2" timeout "$(scaled 5)" bash -c "$lab_http" - "$lab_internet" cgi-bin/me)" "$3"
}

# user_at_first USER NAME: checks that the init of a user's container found the address that it has when it began
user_at_first() {
	local seen

	seen=$(saw "/home/$1/.local/share/lxc/$2/rootfs")
	like "$1's $2: init's first instruction finds one address, permanent and not tentative" "$seen" \
		'^2001[0-9a-f]{28} [0-9a-f]+ 80 00 82 +eth0$'
	is "$1's $2: the one that it has" "$seen" "$(user_inside "$1" "$2" grep '^2001.* eth0$' /proc/net/if_inet6)"
}
