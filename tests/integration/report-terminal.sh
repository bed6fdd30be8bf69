#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# What a person at a terminal sees, and what happens when they press Ctrl-C.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

small_trace() {
	record_script trace <<-'END'
		group_register 2 parser ,group=parser,tenant=a-very-long-name-that-does-not-fit-on-the-line,
		alloc 0x1000 100 2 ,group=parser,tenant=a-very-long-name-that-does-not-fit-on-the-line,
	END
}

# Enough to read that it takes a while on any machine.
big_trace() {
	start_session trace --subbuf-size=8M --num-subbuf=16
	echo "churn ${1:-1500000} 1000 20 64" | make_trace
	end_session
}

lines_end_where_the_terminal_does() {
	small_trace
	python3 "$here/report-terminal.py" 90 "$ALLOCSPAN" report trace >shown
	grep -q 'parser.* tenant=a-v.*\.\.\.' shown || fail "not cut: $(cat shown)"
	python3 "$here/report-terminal.py" 200 "$ALLOCSPAN" report trace >shown
	grep -q 'does-not-fit-on-the-line' shown || fail "cut: $(cat shown)"
}

colour_is_for_terminals_that_want_it() {
	small_trace
	TERM=xterm python3 "$here/report-terminal.py" 90 "$ALLOCSPAN" report trace >shown
	grep -q "$(printf '\033\[1mparser')" shown || fail "no colour"
	for setting in NO_COLOR=1 TERM=dumb; do
		env TERM=xterm "$setting" python3 "$here/report-terminal.py" 90 "$ALLOCSPAN" report trace >shown
		if grep -q "$(printf '\033')" shown; then
			fail "escape sequences with $setting"
		fi
	done
	TERM=xterm python3 "$here/report-terminal.py" 90 "$ALLOCSPAN" report --color=never trace >shown
	if grep -q "$(printf '\033')" shown; then
		fail "escape sequences with --color=never"
	fi
}

a_long_report_shows_its_progress_and_takes_it_away() {
	big_trace
	TERM=xterm python3 "$here/report-terminal.py" 90 "$ALLOCSPAN" report trace >shown
	grep -q 'reading: [0-9]*%, [0-9.]* million events' shown || fail "no progress"
	# After the last one the line is erased, and nothing of it stands in the report.
	tr '\r' '\n' <shown | grep -v '^.\[Kreading: ' >report
	[ "$(grep -c 'reading:' report)" -eq 0 ] || fail "progress in the report"
	expect_status 0 report trace
	[ ! -s "$work/err" ] || fail "progress in a pipe"
}

ctrl_c_ends_it_and_leaves_nothing() {
	big_trace
	# The shell must not have made the signal ignored, as it does for what runs in the background.
	python3 "$here/report-terminal.py" --interrupt 90 "$ALLOCSPAN" report --output=report trace >shown ||
		fail "$(cat shown)"
	[ "$(find . -name 'report*' | wc -l)" -eq 0 ] || fail "left: $(ls)"
}

run_claim "$@"
