#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# The ledgers of `allocspan record`: the folder in which the processes keep them, and how they come to the trace.
# RECORD_LEDGER is a program that keeps one made by hand; with RECORD_REFUSE preloaded, no folder can be made in the directories that
# $REFUSED names.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

# The folders for ledgers that are there.
folders() {
	find /dev/shm -mindepth 1 -maxdepth 1 -name 'allocspan-ledger-*' -user "$(id -u)"
}

# That of the program.
expect_ledger() {
	find "$1/ledger" -name 'by-hand-*.ledger' -size +0 | grep -q . || fail "no ledger in $1"
}

# What the file has at this place, as jq would say it: facts trace 'command.status'.
facts() {
	python3 - "$1/allocspan.json" "$2" <<'END'
import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split('.'):
    value = value[int(key)] if key.isdigit() else value[key]
print(json.dumps(value))
END
}

# A recording in the background, when its command has said "ready".
start() {
	"$ALLOCSPAN" record -o "$1" -- "$RECORD_LEDGER" ready sleep >"$work/out" 2>"$work/err" &
	recorder=$!
	wait_for_ready
}

the_folder_is_in_memory_and_closed_to_others() {
	# shellcheck disable=SC2016
	ALLOCSPAN_LEDGER=/tmp expect_status 0 record -o trace -- sh -c \
		'echo "$ALLOCSPAN_LEDGER"; stat -c "%a %u" "$ALLOCSPAN_LEDGER"'
	sed -n 1p "$work/out" | grep -qx '/dev/shm/allocspan-ledger-......' || fail "another folder"
	expect_equal "mode and owner" "$(sed -n 2p "$work/out")" "700 $(id -u)"
	[ ! -e "$(sed -n 1p "$work/out")" ] || fail "left the folder"
	expect_nothing_left
}

a_daemon_of_roots_own_namespace_changes_nothing() {
	lttng_fixture_may_mount || skip "needs root that may mount"
	expect_status 0 record -o trace -- "$RECORD_LEDGER" close
	expect_ledger trace
}

keeps_the_ledgers_with_the_trace() {
	# shellcheck disable=SC2016
	expect_status 0 record -o trace -- sh -c '"$0" close; "$0" close' "$RECORD_LEDGER"
	expect_equal "ledgers" "$(find trace/ledger -name 'by-hand-*' | wc -l)" 2
	expect_equal "modes" "$(stat -c %a trace/ledger trace/ledger/by-hand-* | sort -u | tr '\n' ' ')" \
		"600 700 "
	expect_equal "size" "$(stat -c %s trace/ledger/by-hand-* | sort -u)" 131072
	# What was never written takes no room.
	for file in trace/ledger/by-hand-*; do
		[ "$(stat -c %b "$file")" -lt 64 ] || fail "copied what was only reserved"
	done
	expect_equal "count" "$(facts trace ledgers.directory)" '"ledger"'
	[ ! -s "$work/err" ] || ! grep -q "without saying so" "$work/err" || fail "tells of closed ledgers"
	expect_nothing_left
}

keeps_only_plain_files() {
	mkdir precious
	touch precious/file
	# shellcheck disable=SC2016
	expect_status 0 record -o trace -- sh -c '
		cd "$ALLOCSPAN_LEDGER"
		ln -s /etc/passwd link.ledger
		ln -s "$1/precious" directory.ledger
		mkfifo pipe.ledger
		mkdir folder.ledger
		echo text >folder.ledger/file
		echo text >.hidden.ledger
		echo text >"a b.ledger"
		echo text >other.txt
		echo text >no.ledger' sh "$PWD"
	expect_equal "kept" "$(find trace/ledger -mindepth 1 ! -name '*[0-9].ledger')" \
		"trace/ledger/no.ledger"
	expect_note "1 ledgers cannot be read; the first: no.ledger"
	[ -e precious/file ] || fail "followed a link"
	expect_nothing_left
}

without_ledgers_there_is_no_folder() {
	# shellcheck disable=SC2016
	ALLOCSPAN_LEDGER=/tmp expect_status 0 record --no-ledger -o trace -- sh -c \
		'echo "${ALLOCSPAN_LEDGER-unset}"; ls -d /dev/shm/allocspan-ledger-* 2>/dev/null || true; "$1" enter g alloc 1' \
		sh "$RECORD_TARGET"
	expect_equal "environment" "$(sed -n 1p "$work/out")" unset
	[ ! -e trace/ledger ] || fail "made a folder for ledgers"
	expect_equal "wanted" "$(facts trace ledgers.is_wanted)" false
}

without_ledgers_it_is_not_known_whether_the_libraries_were_there() {
	expect_status 0 record --no-ledger -o trace -- sh -c true
	expect_note "no allocation was recorded: no group was ever entered, or the libraries of allocspan were never active in "
	expect_note "without --no-ledger"
}

goes_to_a_disk_where_memory_cannot_be_written_and_says_so() {
	expect_status 0 env LD_PRELOAD="$RECORD_REFUSE" REFUSED=/dev/shm "$ALLOCSPAN" record -o trace -- \
		"$RECORD_LEDGER" close
	expect_ledger trace
	[ "$(stat -f -c %T "$TMPDIR")" = tmpfs ] ||
		expect_note "the ledgers are in $TMPDIR/allocspan-ledger-.*, on a disk, .*(/dev/shm: Permission denied)"
	expect_nothing_left
}

records_without_ledgers_where_there_is_no_place() {
	expect_status 0 env LD_PRELOAD="$RECORD_REFUSE" REFUSED="/dev/shm:$TMPDIR" "$ALLOCSPAN" record -o trace -- \
		"$RECORD_TARGET" enter g alloc 3
	expect_note "no place for ledgers in /dev/shm (Permission denied) nor in $TMPDIR (Permission denied)"
	expect_equal "allocations" "$(count allocspan:alloc trace)" 3
	[ ! -e trace/ledger ] || fail "made a folder for ledgers"
	expect_nothing_left
}

leaves_nothing_where_the_command_cannot_run() {
	printf '#!/no/such/interpreter\n' >script
	chmod +x script
	before=$(folders)
	expect_status 126 record -o trace -- ./script
	expect_equal "folders" "$(folders)" "$before"
	[ ! -e trace ] || fail "left a directory"
}

leaves_nothing_when_it_is_told_to_end() {
	start trace
	kill -s TERM "$recorder"
	status=0
	wait "$recorder" || status=$?
	expect_equal "status" "$status" 143
	expect_ledger trace
	expect_nothing_left
}

the_next_recording_cleans_up_after_one_that_was_killed() {
	[ "$(id -u)" -ne 0 ] || [ -n "${LTTNG_FIXTURE_ISOLATED:-}" ] || skip "needs a daemon that is not shared"
	start killed
	command=$(pgrep -P "$recorder" -f "$RECORD_LEDGER")
	folder=$(tr '\0' '\n' <"/proc/$command/environ" | sed -n 's/^ALLOCSPAN_LEDGER=//p')
	kill -KILL "$recorder"
	wait "$recorder" || true
	kill -TERM "$command"
	[ -d "$folder" ] || fail "nothing to clean up"
	expect_status 0 record -o trace -- true
	[ ! -e "$folder" ] || fail "left the folder of a dead recording"
}

a_recording_leaves_the_folders_of_living_ones() {
	start living
	expect_status 0 record -o other -- true
	kill -s TERM "$recorder"
	wait "$recorder" || true
	expect_ledger living
}

touches_nothing_of_others_in_the_shared_folder() {
	lttng_fixture_may_mount || skip "needs a /dev/shm of its own, and may not mount one here"
	mkdir precious
	touch precious/file
	ln -s "$PWD/precious" /dev/shm/allocspan-ledger-link
	touch /dev/shm/allocspan-ledger-file
	mkdir /dev/shm/allocspan-ledger-theirs
	touch /dev/shm/allocspan-ledger-theirs/file
	chown 65534 /dev/shm/allocspan-ledger-theirs
	mkdir /dev/shm/allocspan-ledger-ours
	ln -s "$PWD/precious/file" /dev/shm/allocspan-ledger-ours/link
	mkdir /dev/shm/allocspan-ledger-ours/folder
	ln -s "$PWD/precious" /dev/shm/allocspan-ledger-ours/folder/link
	expect_status 0 record -o trace -- true
	[ -e precious/file ] || fail "followed a link"
	[ -L /dev/shm/allocspan-ledger-link ] || fail "removed a link"
	[ -e /dev/shm/allocspan-ledger-file ] || fail "removed a file"
	[ -e /dev/shm/allocspan-ledger-theirs/file ] || fail "removed what is another user's"
	[ ! -e /dev/shm/allocspan-ledger-ours ] || fail "left what nobody uses"
}

copies_the_ledgers_of_processes_that_still_run() {
	# shellcheck disable=SC2016
	expect_status 0 record --no-wait -o trace -- sh -c '
		setsid "$0" ready sleep >"$1" 2>/dev/null &
		until grep -qs ready "$1"; do sleep 0.05; done
		echo $!' "$RECORD_LEDGER" "$work/ready"
	left=$(cat "$work/out")
	kill -0 "$left" || fail "it does not run"
	kill "$left"
	[ -e "trace/ledger/by-hand-$left.ledger" ] || fail "no ledger"
	facts trace ledgers.running | grep -q "\"by-hand-$left.ledger\"" || fail "not listed as running"
	! grep -q "without saying so" "$work/err" || fail "tells that it was killed"
	[ -z "$(folders)" ] || ! lttng_fixture_may_mount || fail "left a folder"
}

# A quarter of 16 MiB is what makes it gather before the end.
takes_out_the_ledgers_of_ended_processes_early() {
	lttng_fixture_may_mount || skip "needs a /dev/shm of its own, and may not mount one here"
	mount -t tmpfs -o size=64m small /dev/shm
	# shellcheck disable=SC2016
	expect_status 0 record -o trace -- sh -c '
		"$0" grow 6 close
		until ! ls "$ALLOCSPAN_LEDGER" | grep -q by-hand; do sleep 0.1; done' "$RECORD_LEDGER"
	expect_ledger trace
	! grep -q "took more than" "$work/err" || fail "tells of a cap that was kept"
	expect_nothing_left
}

says_when_the_ledgers_need_more_than_the_cap() {
	lttng_fixture_may_mount || skip "needs a /dev/shm of its own, and may not mount one here"
	mount -t tmpfs -o size=64m small /dev/shm
	# shellcheck disable=SC2016
	expect_status 0 record -o trace -- sh -c '
		"$0" grow 20 ready sleep >"$1" &
		until [ ! -e "$ALLOCSPAN_LEDGER" ]; do sleep 0.1; done
		kill $!
		wait $! || true
		until [ -e "$ALLOCSPAN_LEDGER" ]; do sleep 0.1; done' "$RECORD_LEDGER" "$work/ready"
	expect_note "the ledgers took more than .* MiB"
	expect_equal "fact" "$(facts trace ledgers.was_full)" true
	expect_nothing_left
}

says_how_the_command_was_killed() {
	# shellcheck disable=SC2016
	expect_status 137 record -o trace -- sh -c 'kill -KILL $$'
	expect_note "(pid [0-9]*) was killed by signal 9; its final figures come from its ledger"
	! grep -q "without saying so" "$work/err" || fail "tells of it twice"
	expect_equal "end" "$(facts trace command.end)" '"signal"'
	expect_equal "status" "$(facts trace command.status)" 9
	expect_equal "pid" "$(facts trace ended_silently.0.vpid)" "$(facts trace command.pid)"
	expect_equal "signal" "$(facts trace ended_silently.0.signal)" 9
}

says_that_a_killed_command_has_no_ledger() {
	# shellcheck disable=SC2016
	expect_status 139 record --no-ledger -o trace -- sh -c 'kill -SEGV $$'
	expect_note "(pid [0-9]*) was killed by signal 11; it left no ledger"
}

says_that_the_command_left_without_a_word() {
	expect_status 5 record -o trace -- "$RECORD_LEDGER" leave
	expect_note "record-ledger (pid [0-9]*) ended with status 5 past the C library; its final"
}

says_that_others_were_killed() {
	# shellcheck disable=SC2016
	expect_status 0 record -o trace -- sh -c '
		for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sh -c "kill -KILL \$\$"; done; true'
	expect_note "(pid [0-9]*) ended without saying so (killed, or crashed); its final"
	expect_equal "lines" "$(grep -c "(pid [0-9]*) ended without saying so" "$work/err")" 10
	expect_note "\.\.\. and 2 more ended without saying so"
}

# Whatever its end: what the library sees is no death.
says_nothing_of_those_that_ended() {
	# shellcheck disable=SC2016
	expect_status 3 record -o trace -- sh -c '
		"$0" enter g alloc 3; (exit 2); (exec true); exec "$0" enter g alloc 3 status 3' "$RECORD_TARGET"
	! grep -qE "without saying so|was killed|past the C library" "$work/err" || fail "tells of a death"
	expect_equal "ended silently" "$(facts trace ended_silently)" "[]"
	expect_equal "running" "$(facts trace ledgers.running)" "[]"
}

tells_what_the_processes_lost() {
	expect_status 0 record -o trace -- "$RECORD_LEDGER" lose 5 close
	expect_note "recorded .*, lost 5, in trace"
	expect_note "5 allocations and frees were counted in the program and made no event"
}

# What a filter leaves out is not missing: nobody asked for it.
a_filter_is_no_loss() {
	expect_status 0 record --filter 'tags == "*,group=g,*"' -o trace -- \
		"$RECORD_TARGET" enter g alloc 10 exit enter h alloc 20
	"$ALLOCSPAN" report --format json trace >"$work/json"
	python3 - "$work/json" <<'END' || fail "the report says something else"
import json, sys
report = json.load(open(sys.argv[1]))
process, = report["processes"]
allocs = {row["name"]: (row["alloc_count"], row["from"]) for row in report["groups"]}
print(allocs, process["missing"])
sys.exit(allocs["g"] != (10, "events") or allocs.get("h", (0, ""))[0] not in (0, 20) or
         process["from"] != "events" or process["missing"]["allocs"] != {"least": 0, "most": 20})
END
}

run_claim "$@"
