# The service's unit under a real systemd, to be sourced behind what makes the lab.
# shellcheck shell=bash disable=SC2034,SC2154
#
# The manager is a user manager, as only it can be other than PID 1; it is root's, so that mounts,
# system calls, capabilities and address filters are restricted as the system manager does.

tree=$(readlink -f "$lab/../..")
unit=$lab_run/unit/v6hook-watch.service
manager=/lib/systemd/systemd

# unit_install: the program where the unit has it, and the unit itself in $unit
unit_install() {
	mkdir -p "${unit%/*}"
	# where ProtectHome cannot hide it: the tree may lie in /root
	install -m 755 "$tree/v6hook" /usr/local/sbin/v6hook
	install -D -m 755 "$tree/v6hook-full" /usr/local/libexec/v6hook-full
	sed "s|@SBINDIR@|/usr/local/sbin|" "$tree/docker/v6hook-watch.service" >"$unit"
}

# manager_start: starts the manager
manager_start() {
	nodes
	XDG_RUNTIME_DIR=$lab_run/user $manager --user --unit=basic.target >$lab_run/manager.log 2>&1 &
	unit_manager=$!
	wait_for 10 sc is-active basic.target || lab_die "no user manager: $(<$lab_run/manager.log)"
}

# sc ARG...: systemctl of the manager in the lab
sc() {
	XDG_RUNTIME_DIR=$lab_run/user systemctl --user "$@"
}

# nodes: makes what the system manager makes at boot to cover files with
nodes() {
	local dir=/run/systemd/inaccessible

	mkdir -p $dir/dir /run/systemd/system $lab_run/user
	touch $dir/reg $dir/sock
	mkfifo $dir/fifo
	mknod $dir/chr c 0 0
	mknod $dir/blk b 0 0
	chmod 0 $dir/*
}

# place NAME LINE...: a unit as ours, by another name, with these lines after it
place() {
	mkdir -p /etc/systemd/user
	{
		sed -e '/^Wants=/d; /^After=/d; /^StateDirectory=/d' "$unit"
		# a user manager's StateDirectory is in the user's home
		printf '%s\n' '[Service]' 'ReadWritePaths=/var/lib/v6hook' "${@:2}"
	} >"/etc/systemd/user/$1.service"
}

# try NAME SCRIPT: whether a script succeeds under all the unit's restrictions
try() {
	place probe Type=oneshot Restart=no ExecStart= "ExecStart=$BASH -c '$2'"
	sc daemon-reload
	if sc start probe 2>/dev/null; then
		tap_say ok "$1"
		return
	fi
	tap_say 'not ok' "$1"
	sc status --no-pager probe | sed 's/^/# /'
}

# all_users: whether a unit of this manager's sees all users: systemd 257 puts what a user manager restricts, even root's,
# into a user namespace with nobody else in it and no right over this network
all_users() {
	local result

	place probe Type=oneshot Restart=no ExecStart= "ExecStart=$BASH -c 'cat /proc/self/uid_map >/var/lib/v6hook/uid_map'"
	sc daemon-reload
	sc start probe && grep -Eq '^ *0 +0 +4294967295$' /var/lib/v6hook/uid_map
	result=$?
	rm -f /var/lib/v6hook/uid_map
	return $result
}
