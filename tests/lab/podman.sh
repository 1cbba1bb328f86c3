# What the tests with a real Podman share, to be sourced after watch.sh.
#
# Podman is told to do without systemd, and keeps all that it has in $lab_run.
# shellcheck shell=bash disable=SC2034,SC2154

podman_socket=/run/podman/podman.sock

# podman_configure: a Podman with storage, networks and events of its own
podman_configure() {
	local dir=$lab_run/podman

	mkdir -p $dir/networks ${podman_socket%/*}
	export CONTAINERS_CONF=$dir/containers.conf CONTAINERS_STORAGE_CONF=$dir/storage.conf
	cat >$CONTAINERS_CONF <<-END
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		[network]
		network_config_dir = "$dir/networks"
	END
	cat >$CONTAINERS_STORAGE_CONF <<-END
		[storage]
		driver = "vfs"
		graphroot = "$dir/storage"
		runroot = "$dir/run"
	END
}

# podman_lacks: whether Podman cannot run a container on its bridge here; $why says why
podman_lacks() {
	why='there is no podman'
	type -P podman >/dev/null || return 0
	podman_configure
	why="podman cannot import an image here: "
	podman_image 2>$lab_run/podman.err || return 0
	why="podman cannot run a container on its bridge here: "
	not podman run --rm --network bridge lab/busybox ip link show eth0 >/dev/null 2>$lab_run/podman.err
}

# podman_serves: starts Podman's service (again), whose socket is root's alone at first
podman_serves() {
	podman system service --time=0 unix://$podman_socket >>$lab_run/podman.log 2>&1 &
	podman_pid=$!
	wait_for 10 podman --url unix://$podman_socket version || {
		note "$(tail -n 30 $lab_run/podman.log)"
		lab_die "Podman's service does not answer"
	}
}

# podman_ends: ends Podman's service
podman_ends() {
	kill "$podman_pid" && wait "$podman_pid"
}

# podman_image: makes the image lab/busybox, for Podman
podman_image() (
	# shellcheck disable=SC2317
	docker() {
		podman "$@"
	}
	lab_image
)
