#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# `allocspan report --format html` of recorded traces: the page has the numbers of the JSON, and nothing in a trace
# can become a part of it. report-html/main.py opens the page in a browser.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

# Puts the report of these traces in report.html, and as JSON in $work/json.
report_page() {
	report_json "$@"
	expect_status 0 report --format=html --output=report.html "$@"
	[ ! -s "$work/out" ] || fail "something on stdout"
}

# Claims of report-html/main.py about that page, a comma between them.
expect_seen() {
	status=0
	"$here/report-html/main.py" "$1" report.html "$work/json" >"$work/out" 2>&1 || status=$?
	[ "$status" -ne "$SKIPPED" ] || skip "$(cat "$work/out")"
	[ "$status" -eq 0 ] || fail "the page shows something else"
}

# The JSON of the page is that of --format=json, and only the page ends its elements.
expect_whole_page() {
	python3 - report.html "$work/json" <<-'END' || fail "the page does not hold the report"
		import re, sys
		page, report = (open(path, encoding="utf-8", newline="").read() for path in sys.argv[1:])
		embedded = re.search(r'<script type="application/json" id="report">(.*?)</script>', page, re.S).group(1)
		assert "<" not in embedded, "the report could end its element"
		assert embedded.replace("\\u003c", "<") == report, "it is not the JSON"
		assert page.count("</script>") == 2 and page.endswith("</html>\n"), "the page is not whole"
	END
}

small_trace() {
	record_script trace <<-'END'
		begin 0
		group_register 2 parser ,group=parser,tenant=42,
		group_register 3 cache ,group=cache,
		span_enter 1 0 request 2 ,group=parser,tenant=42,
		alloc 0x1000 100 2 ,group=parser,tenant=42,
		alloc 0x2000 2048 2 ,group=parser,tenant=42,
		@0.1 alloc 0x3000 10 3 ,group=cache,
		@0.1 free 0x1000 100 2 3 ,group=parser,tenant=42,
		alloc 0x4000 99 2 ,group=parser,tenant=42,
		free 0x4000 99 2 2 ,group=parser,tenant=42,
		span_exit 1 request 2 3 2247 1 99
		end 0
	END
}

a_page_shows_the_numbers_of_a_recorded_trace() {
	small_trace
	report_page trace
	expect_whole_page
	seen=a_complete_report_says_so_too,key_figures_are_the_totals
	seen=$seen,breakdowns_have_the_numbers_of_the_json,the_last_line_is_the_total
	seen=$seen,the_peak_is_marked_where_it_was,the_legend_says_who_made_up_the_peak
	expect_seen "$seen,the_matrix_has_each_handover,histograms_are_those_of_the_total"
}

small_hostile_trace() {
	tags=',group=%3C/script%3E%3Cscript%3Edocument.title=1//%3C!--%20broken,tenant=%22%27%E2%80%A8%E2%80%AE%07%5C%5C@REPORT@%3C/SCRIPT,'
	name='%3C/script%3E%3Cscript%3Edocument.title=1//%3C!--%20broken'
	record_script trace <<-END
		group_register 2 $name $tags
		span_enter 1 0 $name 2 $tags
		alloc 0x1000 100 2 $tags
		span_exit 1 $name 2 1 100 0 0
	END
}

names_of_a_trace_cannot_leave_their_element() {
	small_hostile_trace
	report_page trace
	expect_whole_page
	expect_seen hostile_names_are_text,opens_without_an_error_and_asks_no_network
}

a_trace_with_losses_has_a_page_that_says_so() {
	record_script trace --subbuf-size=4k --num-subbuf=2 <<-'END'
		group_register 2 parser ,group=parser,
		churn 200000 10 1 64
	END
	report_page trace
	expect_seen a_lossy_report_says_so_before_any_number
}

a_page_tells_what_proves_it_as_the_text_does() {
	small_trace
	report_page trace
	expect_status 0 report trace
	PROOF_LINE=$(sed -n 's/^complete   //p' "$work/out")
	expect_equal "the text's line" "$PROOF_LINE" "proved by process_end (1 process)"
	export PROOF_LINE
	expect_seen the_completeness_line_is_that_of_the_text_report,each_process_says_what_proves_it
	# One that tells no end.
	record_script killed <<-'END'
		begin 0
		group_register 2 parser ,group=parser,
		alloc 0x1000 100 2 ,group=parser,
	END
	report_page trace killed
	expect_status 0 report trace killed
	PROOF_LINE=$(sed -n 's/^complete   //p' "$work/out")
	expect_equal "the text's line" "$PROOF_LINE" "proved for 1 of 2 processes, by process_end (1 process)"
	expect_seen the_completeness_line_is_that_of_the_text_report,each_process_says_what_proves_it,marks_are_those_of_the_text_report
}

a_page_that_cannot_be_written_is_an_error() {
	small_trace
	expect_status 1 report --format=html --output=/dev/full trace
	expect_error 'cannot write the report to /dev/full: No space left on device'
}

a_terminal_gets_no_page() {
	expect_status 2 script -qec "'$ALLOCSPAN' report --format=html trace" /dev/null
	grep -q 'format=html is not for a terminal: add --output=FILE' "$work/out" || fail "another reason"
}

the_plugin_writes_the_same_page() {
	small_trace
	report_page trace
	babeltrace2 --plugin-path="$PLUGIN_DIRECTORY" trace -c sink.allocspan.report \
		-p 'format="html",output="other.html"'
	cmp report.html other.html || fail "the pages differ"
}

run_claim "$@"
