# Turns the results of a part into tables for people: jq -r -f table.jq RESULTS

def left($width): . + " " * ([$width - length, 0] | max);
def right($width): " " * ([$width - length, 0] | max) + .;

# a number with so many digits after its point
def fixed($digits):
	if . == null then "-" else
		(if . < 0 then "-" else "" end) as $sign
		| (fabs * pow(10; $digits) | round) as $all
		| ($all / pow(10; $digits) | floor | tostring) as $whole
		| ($all % pow(10; $digits) | tostring) as $rest
		| $sign + $whole + if $digits == 0 then "" else "." + "0" * ($digits - ($rest | length)) + $rest end
	end;

# in the unit that people read: ms for us, MiB for KiB
def shown($metric):
	if . == null then "-"
	elif $metric | endswith("_us") then . / 1000 | fixed(2)
	elif $metric | endswith("_kib") then . / 1024 | fixed(1)
	else fixed(0) end;

def head: sub("_us$"; " ms") | sub("_kib$"; " MiB") | gsub("_"; " ");

("\(.part), \(.date), \(.commit), \(.machine), load \(.load)", "",
(.series[] | .metric as $main
	| ([.methods[].metrics | keys_unsorted[]] | unique | map(select(. != $main))) as $others
	| "\(.title).",
	(("" | left(46)) + ([($main | head), "p10", "p90", "lost", "more", "times"] | map(right(10)) | add)
		+ if $others | index("cpu_us") then "cpu times" | right(11) else "" end
		+ ($others | map(head | right(12 + (length - 11 | if . > 0 then . else 0 end))) | add // "")),
	(.methods[] | .metrics[$main] as $m
		| (.text | left(46))
		+ ([($m.median | shown($main)), ($m.p10 | shown($main)), ($m.p90 | shown($main)), ($m.lost // 0 | fixed(0)),
			($m.difference.median | shown($main)), ($m.ratio.median | fixed(2))] | map(right(10)) | add)
		+ if $others | index("cpu_us") then .metrics.cpu_us.ratio.median | fixed(2) | right(11) else "" end
		+ ([$others[] as $o | .metrics[$o].median | shown($o) | right(12 + ($o | head | length - 11 | if . > 0 then . else 0 end))] | add // "")),
	"")) | sub(" +$"; "")
