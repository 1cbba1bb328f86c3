# What the tests with a real Incus share, to be sourced after watch.sh.
# shellcheck shell=bash disable=SC2034,SC2154

incus_dir=/var/lib/incus
incus_socket=$incus_dir/unix.socket
incus_program=/usr/libexec/incus/incusd

# incus_lacks: whether Incus cannot run a container here; $why says why
incus_lacks() {
	why='there is no Incus'
	type -P incus >/dev/null && [ -x $incus_program ] || return 0
	# what is left of the machine's own is covered
	mkdir -p $incus_dir && mount -t tmpfs -o mode=711 lab $incus_dir || return 0
	grep -qs ^root: /etc/subuid || echo root:1000000:65536000 | tee -a /etc/subuid >>/etc/subgid
	incus_serves
	why="it runs no container here: $(incus_prepare 2>&1 | tail -n 1)"
	[ "$(incus list -f csv -c s probe)" != RUNNING ]
}

# incus_answers: whether it does
incus_answers() {
	incus query /1.0
}

# incus_serves: starts Incus (again); its log is $lab_run/incus.log
incus_serves() {
	$incus_program --group root >>$lab_run/incus.log 2>&1 &
	incus_pid=$!
	wait_for 30 incus_answers || {
		note "$(tail -n 20 $lab_run/incus.log)"
		lab_die 'Incus does not answer'
	}
}

# incus_ends: ends it; its containers live on
incus_ends() {
	kill "$incus_pid" && wait "$incus_pid"
}

# incus_prepare: makes storage, the bridge br0 for whom nothing else is said, an image lab, and one to see that it runs
incus_prepare() {
	incus storage create default dir &&
		incus profile device add default root disk path=/ pool=default &&
		incus_image && incus launch lab probe
}

# incus_image: makes the image lab, whose containers serve their name as web page
incus_image() {
	local root=$lab_run/incus-image

	mkdir -p $root/rootfs/{bin,sbin,usr,tmp,etc,www,dev,proc,sys,run,var,root}
	cp "$(type -P busybox)" $root/rootfs/bin/busybox
	chroot $root/rootfs /bin/busybox --install -s /bin
	ln -sf /bin/busybox $root/rootfs/sbin/init
	printf '%s\n' '::sysinit:/bin/sh -c "hostname >/www/index.html; httpd -h /www"' '::restart:/sbin/init' \
		'::shutdown:/bin/true' >$root/rootfs/etc/inittab
	echo root:x:0:0:root:/root:/bin/sh >$root/rootfs/etc/passwd
	printf '%s\n' "architecture: $(uname -m)" 'creation_date: 1' 'properties:' '  description: lab' >$root/metadata.yaml
	tar -C $root -czf $lab_run/incus-image.tar.gz metadata.yaml rootfs && incus image import $lab_run/incus-image.tar.gz --alias lab
}

# incus_run NAME [ARG]...: launches a container, and waits until it serves
incus_run() {
	incus launch -q lab "$@" </dev/null && wait_for 10 lab_serving "$1"
}
