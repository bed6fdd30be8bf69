#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Bindings of a real program as Debian packages it: Mir's server, which composes the frames of each output on a thread of
# its own and has tracepoints around them. bind-mir.sh CLAIM
#
# It shows its outputs in windows of an X server without a screen. What it allocates is its own business and differs each
# time; bind-mir.py reads the trace anew, and the report must have the same figures.
set -eu

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

SPEC='mir_server_compositor:began_frame..finished_frame,by=id,label=added_display(id,width)'
CLIENT=mir_demo_client_wayland

require_mir() {
	for command in mir_demo_server $CLIENT Xvfb; do
		command -v "$command" >/dev/null || skip "$command is not installed (Debian: mir-demos, xvfb)"
	done
	for file in mir/tools/libmirserverlttng.so mir/server-platform/server-x11.so.20 dri/swrast_dri.so; do
		ls /usr/lib/*/$file >/dev/null 2>&1 ||
			skip "$file is not installed (Debian: mir-test-tools, mir-platform-graphics-x20, libgl1-mesa-dri)"
	done
}

# An X server on a display that nobody has; it ends with this script.
start_x() {
	setpriv --pdeathsig TERM Xvfb -displayfd 3 -screen 0 1024x768x24 -nolisten tcp \
		</dev/null >"$work/xvfb.log" 2>&1 3>"$work/display" 9>&- &
	x_server=$!
	until [ -s "$work/display" ]; do
		kill -0 $x_server 2>/dev/null || fail "Xvfb did not start: $(cat "$work/xvfb.log")"
		sleep 0.05
	done
	DISPLAY=:$(cat "$work/display")
	XDG_RUNTIME_DIR=$work/run
	export DISPLAY XDG_RUNTIME_DIR LIBGL_ALWAYS_SOFTWARE=1
	mkdir -m 700 "$XDG_RUNTIME_DIR"
}

start_mir() {
	require_mir
	start_x
	# Two outputs, which are drawn in any case; a client draws for a second.
	cat >"$work/serve" <<-END
		#!/bin/sh
		mir_demo_server --platform-display-libs=mir:x11 --x11-output=320x200:640x400 --compositor-report=lttng &
		until [ -S "$XDG_RUNTIME_DIR/wayland-0" ]; do
			kill -0 \$! || exit 1
			sleep 0.1
		done
		WAYLAND_DISPLAY=wayland-0 timeout 1 $CLIENT || true
		kill \$!
		wait \$!
	END
	chmod +x "$work/serve"
	"$run_mir" "$work/serve"
	kill $x_server
	wait $x_server || true
}

record_bound() {
	expect_status 0 record --event 'mir_server_compositor:*' -o trace --bind "$SPEC" -- "$@"
}

record_stock() {
	lttng_fixture_start
	lttng --quiet create stock --output="$PWD/trace"
	lttng --quiet enable-channel -u --subbuf-size=8M --num-subbuf=16 channel
	lttng --quiet enable-event -u -c channel 'mir_server_compositor:*,lttng_ust_libc:*'
	lttng --quiet add-context -u -c channel -t vpid -t vtid -t procname
	lttng --quiet start
	LD_PRELOAD=liblttng-ust-libc-wrapper.so.1 expect_status 0 "$@"
	lttng --quiet stop
	lttng --quiet destroy stock
}

# expect_two_outputs REPORT: and prints nothing; $work/outputs has what the trace says.
expect_two_outputs() {
	babeltrace2 trace | "$here/bind-mir.py" "$1" >"$work/outputs" || fail "the counts differ"
	expect_equal "its outputs" "$(cut -d ' ' -f 1 "$work/outputs" | sort | tr '\n' ' ')" "320 640 outside "
	# A number of frames and of allocations, not none.
	! grep -qE '^[0-9]+ 0 |^[0-9]+ [0-9]+ 0 ' "$work/outputs" || fail "an output was never drawn: $(cat "$work/outputs")"
}

the_pairs_of_the_server_are_listed() {
	require_mir
	expect_status 0 "$ALLOCSPAN" tracepoints mir_demo_server
	grep -qx "  --bind 'mir_server_compositor:began_frame..finished_frame,by=id'" "$work/out" ||
		fail "the pair is not found"
	grep -qx '  mir_server_compositor:added_display(int width, int height, int x, int y, void const\*id)' \
		"$work/out" || fail "the arguments are not shown"
}

each_output_of_the_server_has_a_group_with_what_its_frames_allocate() {
	run_mir=record_bound
	start_mir
	! grep -q 'bind:' "$work/err" || fail "something was unbalanced or missing"
	expect_status 0 "$ALLOCSPAN" report --format json -o report.json trace
	expect_two_outputs report.json
	grep -qx 'outside 0' "$work/outputs" || fail "blocks of no frame have a group"
	expect_equal "spans" "$(count allocspan:span_enter trace)" \
		"$(awk '/^[0-9]/ { sum += $2 } END { print sum }' "$work/outputs")"
}

a_stock_trace_of_the_server_has_the_same_groups() {
	run_mir=record_stock
	start_mir
	expect_status 0 "$ALLOCSPAN" report --bind "$SPEC" --format json -o report.json trace
	expect_two_outputs report.json
	! grep -qx 'outside 0' "$work/outputs" || fail "the server allocates nothing outside of its frames"
}

run_claim "$@"
