#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Functions as groups: a program built with -finstrument-functions, under Debian's liblttng-ust-cyg-profile-fast.
# bind-functions.sh CLAIM
#
# Set by ctest, besides what record-lib.sh says: FUNCTION_GROUPS, the example.
set -eu

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

LIBRARY=liblttng-ust-cyg-profile-fast.so.1
PROVIDER=lttng_ust_cyg_profile_fast
SPEC="$PROVIDER:func_entry..func_exit,by=func_addr|addr,symbol,nested"

# What each function allocates: how often, how much, and how much of it stays.
expect_functions() {
	"$ALLOCSPAN" report --format json "$@" >report.json 2>"$work/err" || fail "report failed"
	python3 - >"$work/out" <<-'END'
		import json
		report = json.load(open("report.json"))
		assert report["complete"]
		for group in report["groups"]:
		    if group["name"] != "root":
		        name = group["tags"].get("symbol")
		        size = "-" if name == "main" else group["alloc_bytes"]
		        print(name, group["alloc_count"], size, group["live_count"])
	END
	sort "$work/out" >found
	cmp -s found expected || fail "the functions are: $(cat found)"
}

make_expected() {
	# 13 words of 53 letters, with a struct word and a zero each; lines of 43, 14 and 27 letters; printf()'s buffer, in main,
	# which is as large as the C library likes.
	sort >expected <<-END
		add_word 13 $((13 * 17 + 53)) 13
		count_line 3 $((44 + 15 + 28)) 0
		count_word 0 0 0
		find_word 0 0 0
		main 1 - 1
	END
}

record_functions() {
	expect_status 0 env LD_PRELOAD=$LIBRARY "$ALLOCSPAN" record -o trace \
		--event "$PROVIDER:*" --event 'lttng_ust_statedump:*' "$@" -- "$FUNCTION_GROUPS"
	grep -qx "13 words, 'the' 4 times" "$work/out" || fail "the program said something else"
}

each_function_is_a_group_with_its_name() {
	make_expected
	record_functions --bind "$SPEC"
	! grep -q bind: "$work/err" || fail "functions were unbalanced"
	expect_functions trace
}

a_trace_of_the_functions_gives_the_same_groups() {
	make_expected
	record_functions --root
	expect_functions --bind "$SPEC" trace
}

the_binding_of_functions_is_suggested() {
	expect_status 0 "$ALLOCSPAN" tracepoints "$(ldconfig -p | sed -n "s|.*$LIBRARY .*=> ||p" | head -n 1)"
	grep -qx "  --bind '$PROVIDER:func_entry..func_exit,by=func_addr,symbol,nested'" "$work/out" ||
		fail "it is not suggested"
}

command -v ldconfig >/dev/null || PATH=$PATH:/sbin:/usr/sbin
ldconfig -p | grep -q "$LIBRARY" || skip "$LIBRARY is not installed (Debian: liblttng-ust1)"
run_claim "$@"
