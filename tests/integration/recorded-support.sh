# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What the scripts that record share: a session, a program under the interposer, its journal, and comparing that
# with its trace. Source it after lttng-fixture.sh; $preload is the interposer.

here=$(dirname "$0")
trap lttng_fixture_stop EXIT
trap 'exit 1' HUP INT TERM

fail() {
	echo "$*" >&2
	exit 1
}

# session_create NAME [enable-event OPTION]...: with room for everything, and all contexts.
session_create() {
	session=$1
	shift
	trace=$LTTNG_FIXTURE_DIR/$session
	lttng --quiet create "$session" --output="$trace"
	lttng --quiet enable-channel -u --subbuf-size=8M --num-subbuf=16 channel
	if [ $# -gt 0 ]; then
		lttng --quiet enable-event -u -c channel "$@"
	else
		lttng --quiet enable-event -u -c channel 'allocspan:*'
	fi
	lttng --quiet add-context -u -c channel -t vpid -t vtid -t ip
}

session_end() {
	lttng --quiet stop
	lttng --quiet destroy "$session"
}

# Runs a program to its end under the interposer, with $journal.
run_traced() {
	journal=$LTTNG_FIXTURE_DIR/journal
	# shellcheck disable=SC2154 # $preload is the script's
	ALLOCSPAN_TEST_JOURNAL=$journal LD_PRELOAD=$preload "$@" || fail "$1: exit status $?"
	[ -s "$journal" ] || fail "$1 wrote no journal"
}

# Writes the events of $trace to $lines, in order of time; nothing may have been lost on the way.
read_trace() {
	lines=$LTTNG_FIXTURE_DIR/lines
	babeltrace2 "$trace" >"$LTTNG_FIXTURE_DIR/text" 2>"$LTTNG_FIXTURE_DIR/warnings" ||
		fail "babeltrace2: $(cat "$LTTNG_FIXTURE_DIR/warnings")"
	if grep -i discarded "$LTTNG_FIXTURE_DIR/warnings" >&2; then
		fail "the tracer lost events"
	fi
	awk "$@" -f "$here/trace-lines.awk" "$LTTNG_FIXTURE_DIR/text" >"$lines"
}

# Fails with the first differences, unless both files are the same.
must_equal() {
	if ! cmp -s "$1" "$2"; then
		diff "$1" "$2" | head -n 20 >&2 || true
		fail "$3 ($(wc -l <"$1") lines against $(wc -l <"$2"))"
	fi
}

# by_thread FILE [EVENT]...: the lines of these events, threads one after the other, each in its own order.
by_thread() {
	file=$1
	shift
	awk -v events=" $* " 'index(events, " " $2 " ")' "$file" | LC_ALL=C sort -s -k1,1n
}

# same_events EVENT...: the program's account and its trace agree.
same_events() {
	by_thread "$journal" "$@" >"$LTTNG_FIXTURE_DIR/expected"
	by_thread "$lines" "$@" >"$LTTNG_FIXTURE_DIR/actual"
	[ -s "$LTTNG_FIXTURE_DIR/expected" ] || fail "the program did nothing of $*"
	must_equal "$LTTNG_FIXTURE_DIR/expected" "$LTTNG_FIXTURE_DIR/actual" \
		"the trace (>) is not what the program did (<): $*"
}

# In order of time, no address is allocated that is allocated already, nor freed that is not.
addresses_alternate() {
	awk '
		$2 == "alloc" && live[$3]++ { print NR ": allocated twice: " $0; exit 1 }
		$2 == "free" && live[$3]-- != 1 { print NR ": freed and not allocated: " $0; exit 1 }
	' "$lines" >&2 || fail "a reader sees an address allocated twice"
}

# The last checkpoint of each group that the program tells of is what allocspan_token_stats() said.
last_stats_equal() {
	by_thread "$journal" group_stats | cut -d ' ' -f 2- | sort >"$LTTNG_FIXTURE_DIR/expected"
	awk 'NR == FNR { if ($2 == "group_stats") { told[$3] = 1 } next }
		$2 == "group_stats" && told[$3] { $1 = ""; last[$3] = $0 }
		END { for (i in last) print substr(last[i], 2) }' "$journal" "$lines" |
		sort >"$LTTNG_FIXTURE_DIR/actual"
	[ -s "$LTTNG_FIXTURE_DIR/expected" ] || fail "the program told no counters"
	must_equal "$LTTNG_FIXTURE_DIR/expected" "$LTTNG_FIXTURE_DIR/actual" \
		"the last group_stats (>) are not the program's counters (<)"
}
