# What the tests share that ask which ports of a container others reach, to be sourced after watch.sh.
# shellcheck shell=bash disable=SC2154

# page FROM ADDR PORT SECONDS: prints what the container at ADDR serves at PORT, to the internet or another container
page() {
	local within=(lab_in internet)

	[ "$1" = internet ] || within=(lab_inside "$1")
	"${within[@]}" timeout "$4" busybox nc "$2" "$3" </dev/null 2>/dev/null
}

# serve NAME PORT: has the container answer by its name at another TCP port
serve() {
	lab_inside "$1" busybox nc -ll -p "$2" -e echo "$1" >/dev/null 2>&1 &
	wait_for 5 listens "$1" "$2" || lab_die "nobody listens in $1 at $2"
}

# listens NAME PORT: whether somebody does
listens() {
	lab_inside "$1" ss -tlnH "sport = :$2" | grep -q .
}

# opened NAME FROM ADDR PORT
opened() {
	is "$1" "$(page "$2" "$3" "$4" "$(scaled 5)")" "$name"
}

# closed NAME FROM ADDR PORT
closed() {
	is "$1" "$(page "$2" "$3" "$4" 1)" ''
}

# exposed NAME: prints what list says of a container's ports
exposed() {
	v6hook list --json | jq -r '.[] | select(.container == "'"$1"'") | .expose'
}
