#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# Call stacks in `allocspan report`: a program with a known tree of calls (report-stack.c), recorded with --stack.
#
# Set by ctest: REPORT_STACK, its libraries REPORT_STACK_FIRST and _SECOND, and REPORT_STACK_NAMES, a program in C++.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

# The line of a source that ends with this comment.
line_of() {
	grep -n "/[*/] $2" "$here/$1" | cut -d: -f1
}

# Folded stacks without the process and what calls main, in order.
folded_of() {
	"$ALLOCSPAN" report --format=folded "$@" trace | sed 's/^[^;]*;//; s/\];.*;main;/];main;/' | sort
}

expect_folded() {
	sort >expected
	folded_of >stacks
	diff expected stacks >"$work/why" || fail "$(cat "$work/why")"
}

frames_come_under_spans_and_functions_that_were_inlined_are_frames() {
	record -o trace --stack 16 -- "$REPORT_STACK"
	leaf="leaf at report-stack.c:$(line_of report-stack.c leaf)"
	expect_folded <<-END
		request;[tree];main;$leaf 2
		request;parse;[tree];main;parse;left;$leaf 100
		request;parse;[tree];main;parse;right;$leaf 30
		request;parse;[tree];main;parse;right;inlined at report-stack.c:$(line_of report-stack.c inlined) 7
		[tree];main;$leaf 1
	END
}

stacks_sum_to_what_call_sites_do() {
	record -o trace --stack 16 -- "$REPORT_STACK"
	for value in bytes count live live-count peak; do
		report --format=folded --value=$value trace | awk '{ sum += $NF } END { print sum + 0 }' >sum
		case $value in
		bytes) expect_equal "$value" "$(cat sum)" 140 ;;
		count) expect_equal "$value" "$(cat sum)" 5 ;;
		peak) expect_equal "$value" "$(cat sum)" 140 ;;
		*) expect_equal "$value" "$(cat sum)" 0 ;;
		esac
	done
	report_json trace
	expect_json 'sum(p["alloc_bytes"] for p in d["places"]) == d["total"]["alloc_bytes"] == 140' \
		'all(p["callsite"] == d["stacks"][p["stack"]]["callsite"] for p in d["places"] if p["stack"])' \
		'all(n["parent"] < i for i, n in enumerate(d["stacks"]) if i)'
}

a_trace_without_stacks_has_call_sites_alone() {
	record -o trace --callsite -- "$REPORT_STACK"
	report_json trace
	expect_json 'd["stacks"] == []' 'all(p["stack"] is None for p in d["places"])'
	folded_of | grep -q 'request;parse;\[tree\];right;inlined at report-stack.c:[0-9]* 7$' || fail "$(folded_of)"
	expect_status 0 report --show=stacks trace
	grep -q "none: record them with 'allocspan record --stack 16'" "$work/out" || fail "no word of how"
}

a_stripped_program_has_places_in_its_file() {
	strip -o stripped "$REPORT_STACK"
	record -o trace --stack 16 -- ./stripped
	# Of main and all above it.
	report --format=folded trace | grep ' 100$' | tr ';' '\n' | tail -n 5 >frames
	expect_equal "frames" "$(grep -cE '^stripped\+0x[0-9a-f]+( 100)?$' frames)" 4
}

a_file_of_debug_information_beside_a_stripped_program_is_found() {
	objcopy --only-keep-debug "$REPORT_STACK" tree.debug
	strip -o tree "$REPORT_STACK"
	objcopy --add-gnu-debuglink=tree.debug tree
	record -o trace --stack 16 -- ./tree
	folded_of | grep -q "main;parse;left;leaf at report-stack.c:[0-9]* 100$" || fail "$(folded_of)"
}

# Its build id is another one.
a_program_that_was_built_anew_gives_no_wrong_name() {
	cp "$REPORT_STACK" program
	record -o trace --stack 16 -- ./program
	cp "$REPORT_STACK_NAMES" program
	report --format=folded trace | grep ' 100$' | tr ';' '\n' | tail -n 4 >frames
	expect_equal "frames" "$(grep -cE '^program\+0x[0-9a-f]+( 100)?$' frames)" 4
}

# The second lies where the first was, and the first lies there again.
libraries_that_were_closed_are_known() {
	LD_PRELOAD=liblttng-ust-dl.so.1 record -o trace --stack 16 -- "$REPORT_STACK" "$REPORT_STACK_FIRST" "$REPORT_STACK_SECOND" \
		"$REPORT_STACK_FIRST"
	inner="_inner at report-stack-library.c:$(line_of report-stack-library.c library)"
	folded_of | grep library >stacks
	expect_equal "stacks" "$(cat stacks)" "[tree];main;call_library;make;first$inner 2002
[tree];main;call_library;make;second$inner 1001"
}

names_of_cpp_are_readable() {
	record -o trace --stack 16 -- "$REPORT_STACK_NAMES"
	method="geometry::shape::grow(int) at report-stack-names.cpp:$(line_of report-stack-names.cpp method)"
	expect_equal "stack" "$(folded_of)" \
		"[names];main;void geometry::repeat<geometry::shape>(geometry::shape&, int);$method 50"
}

no_file_is_opened_with_no_symbols() {
	record -o trace --stack 16 -- "$REPORT_STACK"
	expect_status 0 strace -f -e trace=open,openat -o calls "$ALLOCSPAN" report --no-symbols \
		--format=folded trace
	! grep -q "\"$REPORT_STACK\"" calls || fail "$(grep "$REPORT_STACK" calls)"
	grep -qE 'report-stack\+0x[0-9a-f]+ 100$' "$work/out" || fail "no place in the file"
	expect_status 0 strace -f -e trace=open,openat -o calls "$ALLOCSPAN" report --format=folded trace
	grep -q "\"$REPORT_STACK\"" calls || fail "strace sees nothing"
}

# Opening a pipe would wait for a writer; babeltrace2's own filter debug-info does.
a_path_that_became_a_pipe_is_not_opened() {
	cp "$REPORT_STACK" program
	record -o trace --stack 16 -- ./program
	rm program
	mkfifo program
	expect_status 0 timeout 60 babeltrace2 --plugin-path="$PLUGIN_DIRECTORY" trace \
		-c sink.allocspan.report -p 'format="folded"'
	grep -qE ';program\+0x[0-9a-f]+ 100$' "$work/out" || fail "no place in the file"
}

pprof_adds_up_what_functions_called() {
	command -v go >/dev/null || skip "no go tool pprof (golang-go)"
	record -o trace --stack 16 -- "$REPORT_STACK"
	expect_status 0 report --format=pprof -o heap.pb.gz trace
	expect_status 0 go tool pprof -traces heap.pb.gz
	grep -A 3 '30B .* leaf$' "$work/out" | awk '{ print $NF }' | tr '\n' ' ' >frames
	expect_equal "frames" "$(cat frames)" "leaf right parse main "
}

the_flame_graph_of_the_page_has_the_stacks() {
	record -o trace --stack 16 -- "$REPORT_STACK"
	report_json trace
	expect_status 0 report --format=html -o report.html trace
	status=0
	"$here/report-stack-page.py" report.html "$work/json" >"$work/out" 2>&1 || status=$?
	[ "$status" -ne "$SKIPPED" ] || skip "$(cat "$work/out")"
	[ "$status" -eq 0 ] || fail "the page shows something else"
}

a_sequence_of_another_type_is_an_error() {
	record -o trace --stack 16 -- "$REPORT_STACK"
	# Of the same length, as packets of metadata say theirs.
	sed -i 's/_frames\[/_framez[/' "$(trace_of trace)/metadata"
	expect_status 1 report --show=stacks trace
	expect_error "event 'allocspan:alloc_stack' has no field 'frames' of the expected type"
	expect_status 0 report trace
}

show_stacks_lists_frames_below_their_numbers() {
	record -o trace --stack 16 -- "$REPORT_STACK"
	expect_status 0 report --show=stacks --top=1 trace
	grep -A 4 '^Call stacks' "$work/out" >shown
	expect_equal "first" "$(sed -n 2p shown)" "100 B in 1 block; live 0 B in 0; at the peak 100 B"
	expect_equal "frame" "$(sed -n 3p shown)" "    leaf at report-stack.c:$(line_of report-stack.c leaf)"
	expect_equal "caller" "$(sed -n '4s/:[0-9]*$//p' shown)" "    left at report-stack.c"
	grep -qF "(4 more; --top shows more)" "$work/out" || fail "no word of the others"
}

run_claim "$@"
