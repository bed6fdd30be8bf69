#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# damaged-traces-record.sh record_all DIRECTORY: records the traces that damaged-traces.sh damages, one NAME.tar.xz each.
#
# A trace in the repository is damaged in the same way by the same seed, on each machine. Run this by hand when the trace schema has
# grown, with the variables that report-lib.sh, REPORT_TARGET and BIND_STOCK say, in a build whose path may be published: the traces
# name the host and the program's files.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

# Two processes, threads, spans, a checkpoint, and some packets of blocks.
record_full() {
	record_script full --subbuf-size=4k --num-subbuf=64 <<-'END'
		@0 thread_name first
		@0 group_register 2 request ,group=request,tenant=42,
		@0 span_enter 1 0 serve 2 ,group=request,tenant=42,
		@0 span_enter 2 1 parse 2 ,group=request,tenant=42,
		@0 alloc 0x1000 100 2 ,group=request,tenant=42, 2
		@0 alloc 0x2000 2000 2 ,group=request,tenant=42, 2
		@0.1 free 0x1000 100 2 0 ,group=request,tenant=42,
		@0 free 0x2000 2000 2 2 ,group=request,tenant=42, 2 2
		@0 alloc 0x3000 3000 2 ,group=request,tenant=42, 2 2
		@0 span_exit 2 parse 2 3 5100 1 2000
		@0 span_exit 1 serve 2 3 5100 1 2000
		@1 group_register 2 cache ,group=cache,tenant=7,
		@1 alloc 0x1000 500 2 ,group=cache,tenant=7,
		@1 churn 150 20 3 64
		@1 group_stats 2 cache ,group=cache,tenant=7, 1 500 1 500 0 0
		@1 budget_exceeded 2 cache ,group=cache,tenant=7, 500 400
		@1 misuse double_exit 2 1
		@1 group_release 2 cache ,group=cache,tenant=7,
	END
}

record_packed() {
	expect_status 0 record --packed --root -o packed -- "$REPORT_TARGET"
}

record_stacks() {
	expect_status 0 record --stack 16 -o stacks -- "$REPORT_TARGET"
}

record_stock() {
	events='lttng_ust_libc:*,stock:*'
	start_session stock
	LD_PRELOAD=liblttng-ust-libc-wrapper.so.1 "$BIND_STOCK"
	end_session
}

record_all() {
	for name in full packed stacks stock; do
		"record_$name"
		babeltrace2 "$name" >events 2>warnings || fail "$name cannot be read"
		[ ! -s warnings ] || fail "$name: $(cat warnings)"
		tar --create --xz --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime=@0 \
			--file="$archives/$name.tar.xz" "$name"
	done
}

archives=$(cd "$2" && pwd)
run_claim "$1"
