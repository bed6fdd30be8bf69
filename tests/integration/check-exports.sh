#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# check-exports.sh LIBALLOCSPAN PRELOAD TP BIND INCLUDE_DIR
#
# The libraries export the names that they are meant to, and no other: a name too many can clash with the
# program's, a name too few breaks it.
library=$1
preload=$2
tp=$3
bind=$4
include=$5

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 1' HUP INT TERM

fail() {
	echo "$1" >&2
	cat "$out/difference" >&2
	exit 1
}

# Names with their versions, without the version's own symbols.
exported() {
	nm -D --defined-only --with-symbol-versions "$1" | awk '$2 != "A" { print $3 }' | LC_ALL=C sort
}

# exports_what_is_declared LIBRARY ALSO HEADER...: the name ALSO, if it is not empty; what the headers declare, as `ALLOCSPAN_API type name(`, the name perhaps on
# the next line; and under ALLOCSPAN_PRIVATE what our own libraries need of each other.
exports_what_is_declared() {
	part=$1
	also=$2
	shift 2
	{
		cat "$@" | tr '\n\t' '  ' | grep -o 'ALLOCSPAN_API [^(]*(' | grep -v __attribute__ |
			grep -o 'allocspan_[a-z_]*(' | tr -d '('
		echo "$also"
	} | sed '/^$/d' | LC_ALL=C sort >"$out/declared"
	exported "$part" | grep -v '^aspan_.*@@ALLOCSPAN_PRIVATE$' | sed 's/@@ALLOCSPAN_[0-9]*$//' >"$out/public"
	test -s "$out/declared"
	diff "$out/declared" "$out/public" >"$out/difference" ||
		fail "$part exports other names (>) than its headers declare (<):"
}

headers=$(find "$include/allocspan" -name '*.h' ! -name bind.h)
# And what a debugger finds the ledger by.
# shellcheck disable=SC2086
exports_what_is_declared "$library" allocspan_ledger $headers
# It stands in front of the real dlsym(), to see what a program opens.
exports_what_is_declared "$bind" dlsym "$include/allocspan/bind.h"

LC_ALL=C sort >"$out/allowed" <<-END
	clone
	fork
	_Fork
	daemon
	forkpty
	_exit
	_Exit
	execl
	execle
	execlp
	execv
	execve
	execveat
	execvp
	execvpe
	fexecve
	malloc
	calloc
	realloc
	reallocarray
	free
	free_sized
	free_aligned_sized
	posix_memalign
	aligned_alloc
	memalign
	valloc
	pvalloc
	malloc_usable_size
	lttng_ust_after_fork_child
	lttng_ust_libc_wrapper_malloc_ctor
	pthread_create
	_Znwm
	_Znam
	_ZnwmRKSt9nothrow_t
	_ZnamRKSt9nothrow_t
	_ZnwmSt11align_val_t
	_ZnamSt11align_val_t
	_ZnwmSt11align_val_tRKSt9nothrow_t
	_ZnamSt11align_val_tRKSt9nothrow_t
	_ZdlPv
	_ZdaPv
	_ZdlPvm
	_ZdaPvm
	_ZdlPvRKSt9nothrow_t
	_ZdaPvRKSt9nothrow_t
	_ZdlPvSt11align_val_t
	_ZdaPvSt11align_val_t
	_ZdlPvmSt11align_val_t
	_ZdaPvmSt11align_val_t
	_ZdlPvSt11align_val_tRKSt9nothrow_t
	_ZdaPvSt11align_val_tRKSt9nothrow_t
END
exported "$preload" | sed 's/@.*//' >"$out/interposed"
diff "$out/allowed" "$out/interposed" >"$out/difference" ||
	fail "liballocspan-preload.so exports other names than the malloc family, operator new/delete, what ends or forks a process and what makes threads:"

exported "$tp" | sed 's/@.*//' >"$out/table"
echo aspan_trace_events | diff - "$out/table" >"$out/difference" ||
	fail "liballocspan-tp.so exports other names than its table:"

# liballocspan and the interposer run where liblttng-ust is absent.
for part in "$library" "$preload"; do
	if readelf -d "$part" | grep NEEDED | grep lttng >"$out/difference"; then
		fail "$part needs LTTng:"
	fi
done
