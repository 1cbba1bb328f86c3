# What the tests of the address before the first instruction share, to be sourced after watch.sh.
# shellcheck shell=bash disable=SC2034,SC2154

early_prefix=20010db800010000000000000005 # 2001:db8:1::5:0/112, as the program wants it
early_cdi=/etc/cdi/v6hook.json

# early_install: puts in place what make install does for the engines
early_install() {
	local from to

	mkdir -p /usr/local/libexec /etc/cdi /usr/share/containers/oci/hooks.d
	cp "$lab/../../v6hook-start" /usr/local/libexec/v6hook-start
	while read -r from to; do
		sed 's,@LIBEXECDIR@,/usr/local/libexec,' "$lab/../../docker/$from" >"$to"
	done <<-END
		cdi.json $early_cdi
		oci-hook.json /usr/share/containers/oci/hooks.d/v6hook.json
	END
}

# early_image: makes the image lab/early, of the static program and nothing else
early_image() {
	mkdir -p $lab_run/early
	"$(type -P musl-gcc || echo cc)" -static -Os -o $lab_run/early/early "$lab/early.c" || lab_die 'cannot build the program'
	tar -C $lab_run/early -c early | docker import - lab/early >/dev/null
}

# early_args [PEER [PORT]]: prints the command line of the program, for docker run
early_args() {
	echo "/early $early_prefix ${1-$lab_internet} ${2-80}"
}

# early_said NAME [TIMES]: prints what the program in the container said of its latest start, the first or that many:
# ADDRESS BOUND CONNECTED
early_said() {
	wait_for 8 eval "[ \"\$(docker logs $1 2>&1 | grep -c '^early: ')\" -ge ${2-1} ]"
	docker logs "$1" 2>&1 | sed -n 's/^early: [0-9]* [0-9]* //p' | tail -n 1
}

# was_early NAME [TIMES]: checks that the first instruction, of its first start or that many, found the address that the
# container has
was_early() {
	local said

	said=$(early_said "$@")
	is "$1: the first instruction had its address and reached out" "$said" "$(address_of "${early_engine-docker}:$1") bound connected"
}
