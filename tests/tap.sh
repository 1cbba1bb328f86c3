# The Test Anything Protocol for bash: source it, call the checks below, end with done_testing.
# shellcheck shell=bash disable=SC2034

# shellcheck source=SCRIPTDIR/slow.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/slow.sh"
tap_count=0
tap_failed=0
out=
err=
tap_files=$(mktemp -d)
slow_never=$tap_files/never
mkfifo "$slow_never"

# tap_say RESULT NAME [DIRECTIVE]: prints one line of the protocol, numbered
tap_say() {
	printf '%s %d - %s%s\n' "$1" $((++tap_count)) "$2" "${3:+ # $3}"
	if [ "$1" = 'not ok' ]; then
		tap_failed=$((tap_failed + 1))
	fi
}

# note TEXT: prints the text as comment lines
note() {
	local line

	while IFS= read -r line; do
		printf '# %s\n' "$line"
	done <<<"$1"
}

# tap_read VARIABLE FILE: sets the variable to what the file holds, as $(<FILE) would, but without a process and with no word
# on zero bytes
tap_read() {
	local -n tap_into=$1
	local tap_parts

	mapfile -d '' -t tap_parts <"$2"
	printf -v tap_into %s "${tap_parts[@]}"
	while [[ $tap_into == *$'\n' ]]; do
		tap_into=${tap_into%$'\n'}
	done
}

# tap_run CMD...: runs CMD in this shell, leaving its output in $out, $err; returns its status
tap_run() {
	local result

	"$@" >"$tap_files/out" 2>"$tap_files/err" </dev/null
	result=$?
	tap_read out "$tap_files/out"
	tap_read err "$tap_files/err"
	return $result
}

# tap_verdict GOOD NAME TEXT: passes if GOOD is 0, else fails with TEXT as comment; returns GOOD
tap_verdict() {
	if [ "$1" = 0 ]; then
		tap_say ok "$2"
		return 0
	fi
	tap_say 'not ok' "$2"
	note "$3"
	[ "$tap_failed" != 1 ] || tap_look
	return 1
}

# tap_look: after the first failure, says what there is to look at; a test that knows that says it by a function of this name
tap_look() {
	:
}

# tap_ran STATUS CMD...: prints what a failure report says about a command that was run
tap_ran() {
	printf 'exit status %s of: %s\n' "$1" "${*:2}"
	[ -z "$out" ] || printf 'stdout: %s\n' "$out"
	[ -z "$err" ] || printf 'stderr: %s\n' "$err"
}

# status NAME EXPECTED CMD...: passes if CMD exits with EXPECTED; $out and $err hold its output
status() {
	local result

	tap_run "${@:3}"
	result=$?
	if [ "$result" = "$2" ]; then
		tap_say ok "$1"
		return 0
	fi
	tap_verdict 1 "$1" "$(tap_ran "$result, not $2," "${@:3}")"
}

# ok NAME CMD...: passes if CMD succeeds; $out and $err hold its output
ok() {
	status "$1" 0 "${@:2}"
}

# not_ok NAME CMD...: passes if CMD fails; $out and $err hold its output
not_ok() {
	local result

	tap_run "${@:2}"
	result=$?
	if [ $result != 0 ]; then
		tap_say ok "$1"
		return 0
	fi
	tap_verdict 1 "$1" "$(tap_ran $result "${@:2}")"
}

# is NAME GOT WANT: passes if the two texts are equal; a failure shows how they differ
is() {
	if [ "$2" = "$3" ]; then
		tap_say ok "$1"
		return 0
	fi
	tap_verdict 1 "$1" "$(diff -U 3 --label got --label want <(printf '%s\n' "$2") <(printf '%s\n' "$3"))"
}

# like NAME GOT REGEX: passes if the extended regular expression matches somewhere in the text
like() {
	local good=0

	[[ $2 =~ $3 ]] || good=1
	tap_verdict $good "$1" "no match for: $3"$'\n'"in: $2"
}

# unlike NAME GOT REGEX: passes if the extended regular expression matches nowhere in the text
unlike() {
	local good=1

	[[ $2 =~ $3 ]] || good=0
	tap_verdict $good "$1" "a match for: $3"$'\n'"in: $2"
}

# skip NAME WHY: counts a check as left out, and says why
skip() {
	tap_say ok "$1" "SKIP $2"
}

# done_testing: prints the plan, without which the file counts as failed, and exits 1 on any failure
done_testing() {
	rm -rf "$tap_files"
	echo "1..$tap_count"
	[ "$tap_failed" = 0 ]
	exit
}
