#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# Wrong arguments and damaged traces: one clear line, the right status, and nothing half-written.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

small_trace() {
	record_script trace <<-'END'
		group_register 2 parser ,group=parser,
		alloc 0x1000 100 2 ,group=parser,
	END
	files=$(trace_of trace)
}

# expect_refusal PATTERN [PATH]: status 1, one line, nothing on stdout.
expect_refusal() {
	expect_status 1 timeout 60 "$ALLOCSPAN" report "${2:-trace}"
	expect_error "$1"
	[ ! -s "$work/out" ] || fail "something on stdout"
}

wrong_arguments_are_usage() {
	for arguments in '' '--format=xml x' '--by=colour x' '--color=pink x' '--nonsense x' '--output= x'; do
		# shellcheck disable=SC2086
		expect_status 2 report $arguments
		grep -q '^allocspan report: ' "$work/err" || fail "$arguments: no message"
	done
}

a_path_that_is_not_there() {
	expect_refusal 'cannot read nowhere: No such file or directory' nowhere
}

a_file_is_no_trace() {
	echo hello >file
	expect_refusal 'file is no directory: name the directory of a trace' file
}

an_empty_directory_is_no_trace() {
	mkdir empty
	expect_refusal "empty holds no trace: nothing there is called 'metadata'" empty
}

a_session_without_a_program_is_empty() {
	start_session trace
	end_session
	expect_refusal 'trace holds no trace'
}

metadata_of_something_else() {
	mkdir trace
	echo 'title: holiday' >trace/metadata
	expect_refusal 'trace/metadata is no CTF metadata'
}

empty_metadata() {
	mkdir trace
	: >trace/metadata
	expect_refusal 'trace/metadata is empty'
}

metadata_cut_short() {
	small_trace
	for size in 10 5000 8000; do
		cp "$files/metadata" "$work/whole"
		truncate -s $size "$files/metadata"
		expect_refusal 'metadata is damaged or cut short'
		cp "$work/whole" "$files/metadata"
	done
}

metadata_overwritten() {
	small_trace
	# The text in the packets, not their headers.
	dd if=/dev/zero of="$files/metadata" bs=1 seek=60 count=400 conv=notrunc status=none
	expect_refusal "cannot read $files/metadata: it is damaged"
}

a_stream_overwritten() {
	small_trace
	for stream in "$files"/channel_*; do
		dd if=/dev/urandom of="$stream" bs=1 count=64 conv=notrunc status=none
	done
	expect_status 1 timeout 60 "$ALLOCSPAN" report trace
	expect_note 'it is damaged (--verbose says more)'
	expect_status 1 timeout 60 "$ALLOCSPAN" report --verbose trace
	[ "$(wc -l <"$work/err")" -gt 2 ] || fail "--verbose says no more"
}

# A stream file of some whole packets, and the number of its alloc events.
big_trace() {
	echo 'churn 5000 5000 1 64' >script
	record_script trace --subbuf-size=64k --num-subbuf=64 <script
	files=$(trace_of trace)
	stream=$(find "$files" -maxdepth 1 -name 'channel_*' -size +64k | head -n 1)
	report_json trace
	whole=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["events"]["alloc"])' <"$work/json")
}

what_is_whole_of_a_stream_cut_short_is_reported() {
	big_trace
	truncate -s -1 "$stream"
	expect_status 1 report --format=json trace
	cp "$work/out" "$work/json"
	expect_error "${stream##*/} is cut short: .* the report is of what is whole"
	expect_json 'd["complete"] is False' "0 < d['events']['alloc'] < $whole" \
		'g("churn")["certain"] is False' 'g("churn")["live_count"] == d["events"]["alloc"]' \
		'"a part of the trace could not be read" in d["notes"][0]'
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left in TMPDIR: $(ls -A "$TMPDIR")"
}

a_stream_that_became_empty_is_missed() {
	big_trace
	: >"$stream"
	expect_status 1 report trace
	expect_note "${stream##*/} is cut short: 0 of "
}

# LTTng gives a packet that it could not write to its end an offset that is a packet too low.
a_packet_that_a_full_disk_cut_is_left_out() {
	big_trace
	python3 - "$stream" "$files/index/${stream##*/}.idx" <<-'END'
		import os, struct, sys
		stream, path = sys.argv[1:]
		index = bytearray(open(path, "rb").read())
		(entry_bytes,) = struct.unpack_from(">I", index, 12)
		at = 16 + entry_bytes * 2
		begin, bits = struct.unpack_from(">QQ", index, at)
		struct.pack_into(">Q", index, at, (begin - bits // 8) % 2**64)
		open(path, "wb").write(index[:at + entry_bytes])
		os.truncate(stream, begin + 4096)
	END
	expect_status 1 report --format=json trace
	cp "$work/out" "$work/json"
	expect_error "${stream##*/} is cut short: .* the report is of what is whole"
	expect_json 'd["complete"] is False' "0 < d['events']['alloc'] < $whole"
	: >"$stream"
	expect_status 1 report trace
	expect_note "no event of allocspan is in what is whole"
}

a_damaged_index_is_not_trusted() {
	big_trace
	cp "$work/json" expected
	# The place of the first packet, and the size of the second. babeltrace2 aborts where it believes the first.
	for offset in 20 92; do
		cp "$files/index/${stream##*/}.idx" idx
		printf '\200' | dd of="$files/index/${stream##*/}.idx" bs=1 seek=$offset conv=notrunc status=none
		expect_status 1 report --format=json trace
		cp "$work/out" "$work/json"
		expect_error "${stream##*/}.idx is damaged: whether ${stream##*/} is whole cannot be told"
		expect_json 'd["complete"] is False' "d['events']['alloc'] == $whole"
		cp idx "$files/index/${stream##*/}.idx"
	done
}

without_an_index_a_stream_cut_short_is_refused() {
	big_trace
	rm -r "$files/index"
	truncate -s -1 "$stream"
	expect_refusal "Failed to index CTF stream file '.*${stream##*/}'; it is damaged"
}

the_middle_of_a_stream_overwritten_is_never_a_whole_report() {
	big_trace
	dd if=/dev/urandom of="$stream" bs=1k seek=80 count=8 conv=notrunc status=none
	expect_status 1 timeout 60 "$ALLOCSPAN" report --format=json trace
	cp "$work/out" "$work/json"
	expect_error 'cannot read the trace to its end: .*; it is damaged'
	if [ -s "$work/json" ]; then
		expect_json 'd["complete"] is False'
	fi
}

# Where the size of the content of packets is not told, babeltrace2's reader hands over the events, and leaves its error with the thread, on which its
# library aborts at the next call.
what_was_read_before_the_reader_failed_is_reported() {
	lttng_fixture_start
	expect_status 0 record --packed --root -o trace -- "$REPORT_TARGET"
	LC_ALL=C sed -i 's/ content_size;/ content_what;/' "$(trace_of trace)/metadata"
	expect_status 1 timeout 60 "$ALLOCSPAN" report --format=json trace
	cp "$work/out" "$work/json"
	expect_error 'cannot read the trace to its end: .*; it is damaged'
	expect_json 'd["complete"] is False'
}

# The numbers of each group that has any, and whether they are exact.
small_table() {
	python3 -c '
import json, sys
for row in sorted(json.load(sys.stdin)["groups"], key=lambda row: (row["vpid"], row["id"])):
    row["alloc_count"] and print(*(row[key] for key in ("vpid", "text", "alloc_count", "alloc_bytes", "free_count", "free_bytes", "live_count",
                                 "live_bytes", "exact_counts", "exact_live")))' <"$work/json"
}

where_no_event_is_left_ledgers_tell_all() {
	lttng_fixture_start
	expect_status 0 record -o trace -- "$REPORT_TARGET"
	report_json trace
	small_table >expected
	[ -s expected ] || fail "no groups"
	find trace -path '*/index/*.idx' -exec truncate -s 16 {} +
	find trace/ust -type f ! -name metadata ! -name '*.idx' -exec truncate -s 0 {} +
	report_json trace
	expect_json 'd["complete"] is False' 'sum(d["events"].values()) == 0' 'all(g["from"] == "ledger" for g in d["groups"])'
	small_table | diff expected - || fail "other figures"
	expect_status 1 "$ALLOCSPAN" export --as ctf -o exported trace
	expect_error 'is empty: nothing was recorded'
}

# That the recording is older than its processes, its own file says, whatever happened to process_begin.
where_no_beginning_is_left_ledgers_tell_all() {
	lttng_fixture_start
	expect_status 0 record -o trace -- "$REPORT_TARGET"
	report_json trace
	small_table >expected
	LC_ALL=C sed -i 's/"allocspan:process_begin"/"allocspan:process_begun"/; s/"allocspan:free"/"allocspan:fred"/' \
		"$(trace_of trace)/metadata"
	report_json trace
	expect_json 'd["complete"] is False' 'd["events"]["process_begin"] == d["events"]["free"] == 0'
	small_table | diff expected - || fail "other figures"
	rm trace/allocspan.json
	report_json trace
	expect_json 'not any(g["exact_counts"] for g in d["groups"] if g["free_count"] == 0)'
}

perfetto_ends_as_json_after_an_error() {
	start_session trace
	lttng --quiet enable-event -u -c channel 'lttng_ust_lib:*,lttng_ust_statedump:*'
	make_trace <<-'END'
		thread_name nobody
	END
	end_session
	expect_status 1 report --format=perfetto trace
	expect_error 'holds no events of allocspan'
	expect_equal "what it says" "$(python3 -c '
import json, sys
print(json.load(sys.stdin)["otherData"]["complete"])' <"$work/out")" false
}

# The size of the first packet in its own header; babeltrace2 ends by an assertion.
a_packet_on_which_babeltrace2_aborts_is_said() {
	big_trace
	printf '\000\000\000\000\000\000\000\200' |
		dd of="$stream" bs=1 seek=48 conv=notrunc status=none
	expect_refusal 'babeltrace2 gave up on the trace (Aborted): it is damaged'
	expect_status 1 env ALLOCSPAN_DEBUG=1 timeout 60 "$ALLOCSPAN" report trace
	[ "$(wc -l <"$work/err")" -gt 1 ] || fail "whoever asks does not see what babeltrace2 says"
}

an_output_file_appears_whole_or_not_at_all() {
	small_trace
	expect_status 0 report --output=report trace
	[ ! -s "$work/out" ] || fail "something on stdout"
	grep -q parser report || fail "no report"
	echo old >report
	mkdir empty
	expect_status 1 report --output=report empty
	[ "$(cat report)" = old ] || fail "a failed report replaced the file"
	expect_status 1 report --output=nowhere/report trace
	expect_error 'cannot write the report to nowhere/report: No such file or directory'
	status=0
	report trace >/dev/full 2>"$work/err" || status=$?
	expect_equal status $status 1
	expect_error 'cannot write the report to standard output: No space left on device'
	[ "$(find . -name 'report*' | wc -l)" -eq 1 ] || fail "left: $(ls)"
}

a_missing_plugin_is_said() {
	small_trace
	mkdir -p moved/bin
	cp "$ALLOCSPAN" moved/bin/
	expect_status 1 moved/bin/allocspan report trace
	expect_error "cannot load .*babeltrace-plugin-allocspan.so: 'allocspan doctor' says more"
}

run_claim "$@"
