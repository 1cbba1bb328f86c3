# What the tests of many commands at once share, to be sourced instead of attach.sh.
# shellcheck shell=bash disable=SC2034

# shellcheck source=SCRIPTDIR/attach.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/attach.sh"

# at_once COMMAND...: runs all the commands at the same time; leaves what they print in $outs and $errs, their statuses in
# $statuses, and after how many milliseconds each was over in $ends
at_once() {
	local command gate end pids=() i=0 start over result

	statuses=() ends=() outs='' errs=''
	rm -f /run/once.* /run/gate
	mkfifo /run/gate
	exec {gate}<>/run/gate
	exec {end}</run/gate
	for command; do
		# each waits for the end of the FIFO, which comes for all of them together
		{
			read -r <&"$end"
			# shellcheck disable=SC2086
			$command
			echo "$? ${EPOCHREALTIME/[.,]/}" >"/run/once.$i.end"
		} {gate}>&- >"/run/once.$i.out" 2>"/run/once.$i.err" &
		pids+=($!)
		i=$((i + 1))
	done
	start=${EPOCHREALTIME/[.,]/}
	exec {gate}>&-
	wait "${pids[@]}"
	for i in "${!pids[@]}"; do
		read -r result over <"/run/once.$i.end"
		statuses+=("$result")
		ends+=($(((over - start) / 1000)))
		outs+=$(<"/run/once.$i.out")$'\n'
		errs+=$(<"/run/once.$i.err")$'\n'
	done
	exec {end}<&-
	outs=$(sed '/^$/d' <<<"$outs") errs=$(sed '/^$/d' <<<"$errs")
}

# times N COMMAND: runs a command N times at once
times() {
	local commands=() i

	for ((i = 0; i < $1; i++)); do
		commands+=("${*:2}")
	done
	at_once "${commands[@]}"
}

# of_plain N: prints the command that attaches the N-th plain namespace
of_plain() {
	echo "v6hook attach lxc:n$1 --netns /run/netns/n$1"
}
