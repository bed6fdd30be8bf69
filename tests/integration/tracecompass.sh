#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# The analyses for Trace Compass say of a recorded trace what the report says. Set by ctest besides what report-lib.sh
# wants: TRACECOMPASS, the folder of the analyses. TRACECOMPASS_XSD is the folder of Trace Compass's published schema,
# where that is at hand.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

# Two processes with the same ids; spans inside each other, on two threads, one of them without a group.
record_spans() {
	record_script trace <<-'END'
		@0 group_register 2 parser ,group=parser,tenant=42,
		@0 group_register 3 cache ,group=cache,
		@1 group_register 2 other ,group=other,
		@0 span_enter 1 0 request 2 ,group=parser,tenant=42,
		@0.1 span_enter 2 0 work 0 -
		@0 alloc 0x1000 100 2 ,group=parser,tenant=42,
		@0 span_enter 3 1 parse 2 ,group=parser,tenant=42,
		@0 alloc 0x2000 2048 2 ,group=parser,tenant=42,
		@1 alloc 0x1000 7 2 ,group=other,
		@0 alloc 0x3000 10 3 ,group=cache,
		@0.1 free 0x1000 100 2 3 ,group=parser,tenant=42,
		@0 span_exit 3 parse 2 1 2048 0 0
		@0.1 span_exit 2 work 0 0 0 1 100
		@0 alloc 0x4000 99 2 ,group=parser,tenant=42,
		@0 free 0x4000 99 2 2 ,group=parser,tenant=42,
		@0 span_exit 1 request 2 3 2247 1 99
		@0 group_stats 2 parser ,group=parser,tenant=42, 1 2048 3 2247 2 199
		@1 free 0x1000 7 2 0 ,group=other,
	END
}

# check_analyses MEMORY SPANS: prints what is wrong.
check_analyses() {
	babeltrace2 --output-format=ctf-metadata "$(trace_of trace)" >metadata
	babeltrace2 --no-delta --clock-seconds trace >events
	"$here/tracecompass.py" metadata events "$work/json" "$1" "$2"
}

the_analyses_say_what_the_report_says() {
	record_spans
	report_json trace
	check_analyses "$TRACECOMPASS/allocspan-memory.xml" "$TRACECOMPASS/allocspan-spans.xml" \
		>"$work/out" || fail "the analyses are wrong"
}

# A space is written as an underscore between words, where read would end the word.
words() {
	printf '%s' "$1" | sed 's/"_value/" value/; s/condition_operator/condition operator/'
}

# Each of these is a mistake that Trace Compass would not mention.
a_mistake_in_an_analysis_is_found() {
	record_spans
	report_json trace
	while read -r from to; do
		sed "s|$(words "$from")|$(words "$to")|" "$TRACECOMPASS/allocspan-memory.xml" >memory.xml
		if cmp -s "$TRACECOMPASS/allocspan-memory.xml" memory.xml; then
			fail "nothing to break: $from"
		fi
		if check_analyses memory.xml "$TRACECOMPASS/allocspan-spans.xml" >"$work/out"; then
			fail "not found: $from becomes $to"
		fi
	done <<-'END'
		value="delta" value="gone"
		value="delta" value="size"
		value="live_bytes" value="tags"
		type="long"_value="1" type="int"_value="1"
		allocspan:free" allocspan:freed"
		context._vpid context._pid
		operator="gt" operator="ne"
		value="Live"/> value="Alive"/>
		<condition_operator="ne"> <condition>
		increment="true"/> increments="true"/>
		value="span_id"/> value="group_id"/>
	END
}

the_files_keep_the_published_schema() {
	[ -d "${TRACECOMPASS_XSD:-}" ] || skip "TRACECOMPASS_XSD names no folder with xmlDefinition.xsd"
	command -v xmllint >/dev/null || skip "no xmllint (libxml2-utils)"
	for file in "$TRACECOMPASS"/*.xml; do
		expect_status 0 xmllint --noout --schema "$TRACECOMPASS_XSD/xmlDefinition.xsd" "$file"
	done
}

run_claim "$@"
