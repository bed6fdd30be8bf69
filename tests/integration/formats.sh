#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# The formats for tools say what the report says. Readers that Debian packages read them: flamegraph.pl
# (libdevel-nytprof-perl), go tool pprof (golang-go). SPEEDSCOPE_SCHEMA is speedscope's published
# file-format-schema.json, where that is at hand.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

FLAMEGRAPH=${FLAMEGRAPH:-/usr/share/perl5/Devel/NYTProf/flamegraph.pl}

# Two processes, threads, spans inside each other, exited out of order and not at all, hostile names, blocks that
# live and that do not, one that is freed by another group, one that nobody saw allocated.
record_everything() {
	contexts='vpid vtid procname ip' record_script trace <<-'END'
		@0 thread_name server
		@0 group_register 2 parser ,group=parser,tenant=42,
		@0 group_register 3 c%3b"a,%20b ,group=c%3b"a%5c%2c%20b,x=%3c/script%3e,
		@0 span_enter 1 0 request 2 ,group=parser,tenant=42,
		@0 alloc 0x1000 100 2 ,group=parser,tenant=42, 1
		@0 span_enter 2 1 parse 2 ,group=parser,tenant=42,
		@0 alloc 0x2000 2048 2 ,group=parser,tenant=42, 2
		@0 alloc 0x2800 30 2 ,group=parser,tenant=42, 2
		@0 free 0x2800 30 2 2 ,group=parser,tenant=42,
		@0.1 thread_name worker
		@0.1 span_enter 3 0 job;%0a"x" 3 ,group=c%3b"a%5c%2c%20b,x=%3c/script%3e,
		@0.1 alloc 0x3000 10 3 ,group=c%3b"a%5c%2c%20b,x=%3c/script%3e, 3
		@0.1 free 0x1000 100 2 3 ,group=parser,tenant=42,
		@0.1 span_exit 3 job;%0a"x" 3 1 10 1 100
		@0 span_exit 2 parse 2 2 2078 1 30
		@0 span_exit 1 request 2 3 2178 1 30
		@0 span_enter 4 0 first 2 ,group=parser,tenant=42,
		@0 span_enter 5 4 second 2 ,group=parser,tenant=42,
		@0 span_exit 4 first 2 0 0 0 0
		@0 alloc 0x4000 99 2 ,group=parser,tenant=42, 5
		@0 span_exit 5 second 2 1 99 0 0
		@1 thread_name other
		@1 group_register 2 parser ,group=parser,tenant=42,
		@1 span_enter 1 0 request 2 ,group=parser,tenant=42,
		@1 alloc 0x1000 7 2 ,group=parser,tenant=42, 1
		@1 free 0x9000 70 3 2 ,group=older,
		@0 misuse exit-twice 2 5
		@0 alloc 0x5000 1 3 ,group=c%3b"a%5c%2c%20b,x=%3c/script%3e,
	END
	report_json trace
}

check() {
	format=$1
	shift
	"$here/formats.py" "$format" "$@" >"$work/why" 2>&1 || fail "$(cat "$work/why")"
}

csv_has_the_numbers_of_the_json() {
	record_everything
	for by in group tag:tenant span tag:tenant,span process thread callsite; do
		expect_status 0 report --format=csv --by="$by" -o table.csv trace
		expect_status 0 report --format=json --by="$by" --show=all -o asked.json trace
		check csv table.csv asked.json "$by"
	done
}

folded_stacks_sum_to_the_report() {
	record_everything
	for value in bytes count live live-count peak; do
		expect_status 0 report --format=folded --value=$value -o stacks trace
		check folded stacks "$work/json" $value
	done
	expect_status 2 report --format=folded --value=weight trace
}

flamegraph_draws_folded_stacks() {
	[ -r "$FLAMEGRAPH" ] || skip "no flamegraph.pl (libdevel-nytprof-perl)"
	record_everything
	expect_status 0 report --format=folded -o stacks trace
	expect_status 0 perl "$FLAMEGRAPH" --countname=bytes stacks
	# 100 + 2048 + 30 + 10 + 99 + 7 + 1
	grep -q '<title>all (2,295 bytes, 100%)</title>' "$work/out" || fail "another sum"
	grep -q '<title>parse (2,078 bytes, ' "$work/out" || fail "another span"
	[ ! -s "$work/err" ] || fail "flamegraph.pl complains"
}

pprof_reads_its_profile() {
	command -v go >/dev/null || skip "no go tool pprof (golang-go)"
	record_everything
	expect_status 0 report --format=pprof -o heap.pb.gz trace
	export HOME="$PWD" PPROF_TMPDIR="$PWD"
	expect_status 0 go tool pprof -raw heap.pb.gz
	cp "$work/out" raw
	check pprof raw "$work/json"
	expect_status 0 go tool pprof -top -nodefraction=0 -sample_index=alloc_space \
		-tagfocus=parser heap.pb.gz
	grep -q 'accounting for 2284B, 99.52% of 2295B total' "$work/out" || fail "another sum of a tag"
	expect_status 0 go tool pprof -top -cum -sample_index=alloc_objects heap.pb.gz
	grep -q ' 4 .* request$' "$work/out" || fail "another count in a span"
}

speedscope_keeps_its_schema() {
	record_everything
	expect_status 0 report --format=speedscope -o scope.json trace
	check speedscope scope.json "$work/json" ${SPEEDSCOPE_SCHEMA:+"$SPEEDSCOPE_SCHEMA"}
}

perfetto_has_every_slice_and_peak() {
	record_everything
	expect_status 0 report --format=perfetto -o slices.json trace
	check perfetto slices.json "$work/json"
	# A span that is not exited in order is no slice of its thread.
	grep -q '"ph":"b".*"name":"first"' slices.json || fail "first is a slice"
	grep -q '"ph":"X".*"name":"second"' slices.json || fail "second is no slice"
	grep -q '"ph":"i".*"name":"misuse"' slices.json || fail "no misuse"
	expect_status 0 report --format=perfetto trace
	cmp slices.json "$work/out" || fail "standard output gets something else"
}

perfetto_keeps_peaks_between_its_points() {
	{
		echo 'group_register 2 g ,group=g,'
		echo 'churn 20000 100 2 64'
		echo 'alloc 0x7000000 1000000 2 ,group=g,'
		echo 'free 0x7000000 1000000 2 2 ,group=g,'
		echo 'churn 20000 100 2 64'
	} >script
	record_script trace <script
	report_json trace
	expect_status 0 report --format=perfetto -o slices.json trace
	check perfetto slices.json "$work/json"
}

a_file_that_cannot_be_written_is_said_at_once() {
	record_everything
	for format in csv perfetto; do
		expect_status 1 report --format=$format -o nowhere/out trace
		expect_error "nowhere/out: No such file or directory"
	done
}

# What was there stays, whether or not writing had begun.
a_trace_that_cannot_be_read_leaves_no_file() {
	record_script trace <<-'END'
		group_register 2 g ,group=g,
		alloc 0x1000 100 2 ,group=g,
	END
	find trace -name 'channel_*' -exec sh -c 'head -c 4000 /dev/urandom >"$1"' sh {} \;
	echo before >out
	expect_status 1 report --format=perfetto -o out trace
	[ "$(cat out)" = before ] || fail "the file is another"
	[ "$(ls)" = "$(printf 'lttng.log\nout\ntrace')" ] || fail "something is left: $(ls)"
}

# Writing had begun, and comes to nothing.
a_window_after_the_trace_leaves_no_file() {
	record_everything
	echo before >out
	for format in csv perfetto; do
		expect_status 1 report --format=$format --from=1000s -o out trace
		expect_error "the trace ends before --from"
		[ "$(cat out)" = before ] || fail "the file is another"
		[ "$(ls)" = "$(printf 'lttng.log\nout\ntrace')" ] || fail "something is left: $(ls)"
	done
}

run_claim "$@"
