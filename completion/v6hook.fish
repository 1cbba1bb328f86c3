# fish completion for v6hook(8): verbs, options and their values are what --help says

# __v6hook_names VERB: prints whom v6hook knows, those of users as USER/lxc:NAME, and, unless only a lease will do, whom
# the engines know
function __v6hook_names
	set -l v6hook (commandline -opc)[1]

	$v6hook list 2>/dev/null | awk 'NR > 1 && $1 != "?" { sub("/", "/" $2 ":", $1); print $1 }'
	contains -- $argv[1] detach unpin; and return
	lxc-ls -1 2>/dev/null
	docker ps -a --format '{{.Names}}' 2>/dev/null
	podman ps -a --format '{{.Names}}' 2>/dev/null
	incus list --all-projects -f csv -c en 2>/dev/null | sed 's/^default,//; s/,/_/'
end

# __v6hook: prints what can stand at the cursor
function __v6hook
	set -l before (commandline -opc)
	set -l current (commandline -ct)
	set -l verb $before[2]
	set -l help ($before[1] $verb --help 2>/dev/null)
	set -l last $before[-1]
	set -l value
	set -l count 0

	if test -z "$verb"
		printf '%s\n' $help | sed -n 's/^  \([a-z]*\) [][A-Z ]*\([A-Z][a-z ].*\)/\1\t\2/p'
		return
	end
	# an option that takes a value, and operands before the cursor
	for i in (seq 3 (count $before))
		if string match -q -- '--*' $before[$i]
			set value (printf '%s\n' $help | sed -n "s/^  $before[$i] \([^ ]*\) .*/\1/p")
		else if test -n "$value"
			set value
		else
			set count (math $count + 1)
		end
	end
	string match -q -- '--*' $last; or set value
	switch "$value"
		case FILE
			__fish_complete_path $current
		case DIR
			__fish_complete_directories $current ''
		case DEV
			ls /sys/class/net
		case 'lxc*' 'on-link*'
			string split '|' $value
		case ''
			if string match -q -- '-*' $current
				printf '%s\n' $help | sed -n 's/^  \(--[a-z-]*\)[ [][^ ]* *\(.*\)/\1\t\2/p'
			else if test $count = 0; and string match -q '*CONTAINER*' "$help"
				__v6hook_names $verb
			end
	end
end

complete -c v6hook -f -a '(__v6hook)'
complete -c v6hook -n __fish_use_subcommand -l version -d 'print the version'
complete -c v6hook -n __fish_use_subcommand -l help -d 'print the verbs'
