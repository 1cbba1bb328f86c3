# What the tests with a real Podman share, to be sourced after watch.sh.
#
# Podman is told to do without systemd, and keeps all that it has in $lab_run.
# shellcheck shell=bash disable=SC2034,SC2154

podman_socket=/run/podman/podman.sock

# podman_configure RUNTIME: a Podman with storage, networks and events of its own, and that OCI runtime
podman_configure() {
	local dir=$lab_run/podman

	mkdir -p $dir/networks ${podman_socket%/*}
	export CONTAINERS_CONF=$dir/containers.conf CONTAINERS_STORAGE_CONF=$dir/storage.conf
	# no limit of processes: where the host has no cgroup controller for it, that alone would keep containers from running
	cat >$CONTAINERS_CONF <<-END
		[containers]
		pids_limit = 0
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		runtime = "$1"
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

# podman_lacks [RUNTIME]: whether Podman cannot run a container on its bridge here, by that runtime or by any;
# $why says why, $podman_runtime by which it can
podman_lacks() {
	why='there is no podman'
	type -P podman >/dev/null || return 0
	why="there is no ${1-OCI runtime}"
	for podman_runtime in ${1-crun runc}; do
		type -P "$podman_runtime" >/dev/null || continue
		podman_configure "$podman_runtime"
		if ! podman image exists lab/busybox && ! podman_image 2>$lab_run/podman.err; then
			why="podman cannot import an image here: $(tail -n 1 $lab_run/podman.err)"
			return 0
		fi
		podman run --rm --network bridge lab/busybox ip link show eth0 >/dev/null 2>$lab_run/podman.err && return 1
		why="podman cannot run a container on its bridge here, by $podman_runtime: $(tail -n 1 $lab_run/podman.err)"
	done
	return 0
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
