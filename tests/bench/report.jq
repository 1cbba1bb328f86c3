# Turns the samples of a part into its results: jq -R -n -f report.jq --argjson meta {...} SAMPLES
#
# Within each round a method is compared with the series' reference, and of these differences and
# ratios the medians are told, too: what the machine did meanwhile met both. Round 0 is not counted.

def quantile($share): if length == 0 then null else sort | .[((length - 1) * $share) | round] end;

def spread: {
	n: length, median: quantile(0.5), p10: quantile(0.1), p90: quantile(0.9), least: min, most: max
};

def rounded: if . == null then null else . * 1000 | round / 1000 end;

# of {round, value}..., with those of the reference
def metric($reference):
	map(select(.value != null)) as $good
	| ($reference | map(select(.value != null)) | group_by(.round)
		| map({ key: .[0].round, value: (map(.value) | quantile(0.5)) }) | from_entries) as $other
	| [$good[] | select($other[.round] != null) | [.value, $other[.round]]] as $pairs
	| ($good | map(.value) | spread) + { lost: (length - ($good | length)) }
	+ if $pairs == [] then {} else {
		difference: ($pairs | map(.[0] - .[1]) | { median: quantile(0.5), p10: quantile(0.1), p90: quantile(0.9) }),
		ratio: ($pairs | map(select(.[1] != 0) | .[0] / .[1])
			| { median: (quantile(0.5) | rounded), p10: (quantile(0.1) | rounded), p90: (quantile(0.9) | rounded) })
	} end;

[inputs / "\t"] as $lines
| $meta + {
	series: [
		$lines[] | select(.[0] == "series") | { name: .[1], metric: .[2], reference: .[3], title: .[4] }
		| .name as $series | .reference as $reference | .metric as $main
		| [$lines[] | select(.[0] == "sample" and .[1] == $series)
			| { method: .[2], round: .[3], metric: .[4], value: (.[5] | if . == "lost" then null else tonumber end) }]
		| (group_by(.method + "\t" + .metric) | map({ key: (.[0].method + "\t" + .[0].metric), value: . })
			| from_entries) as $samples
		| $lines[] | select(.[0] == "series" and .[1] == $series)
		| { name: $series, metric: $main, reference: $reference, title: .[4], methods: [
			$lines[] | select(.[0] == "method" and .[1] == $series) | .[2] as $method
			| { name: $method, text: .[3], metrics: (
				[$samples | to_entries[] | select(.key | startswith($method + "\t"))
					| (.key / "\t")[1] as $metric
					| (.value | map(select(.round != "0")) | if . == [] then null else . end) as $counted
					| select($counted)
					| { key: $metric, value: ($counted | metric($samples[$reference + "\t" + $metric] // [])) }]
				| from_entries)
			}
		] }
	]
}
