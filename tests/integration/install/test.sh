#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What is installed can be used by somebody else, also after it was moved: test.sh BUILD VERSION
#
# Installs BUILD into a folder of its own, then builds and runs a consumer in C and in C++ by the CMake
# package and by pkg-config, with the interposer preloaded and linked; moves the folder, and does it again.
set -euo pipefail

build=$1
version=$2
consumer=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/consumer
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset DESTDIR LD_PRELOAD LD_LIBRARY_PATH PKG_CONFIG_PATH CMAKE_PREFIX_PATH

fail() {
	echo "install test: $*" >&2
	exit 1
}

# The library folder depends on the system: lib, lib64, lib/x86_64-linux-gnu.
folder_of() {
	local found
	found=$(find "$prefix" -name "$1" -print -quit)
	[ -n "$found" ] || fail "$1 is not installed"
	dirname "$found"
}

check_files() {
	local header
	for header in "$consumer"/../../../../include/allocspan/*.h*; do
		[ -f "$prefix/include/allocspan/${header##*/}" ] || fail "${header##*/} is not installed"
	done
	local name
	for name in liballocspan.so liballocspan.so.0 liballocspan-preload.so liballocspan-bind.so \
		liballocspan-tp.so allocspan.pc allocspan-preload.pc allocspan-bind.pc \
		allocspan-config.cmake allocspan.1 allocspan.7; do
		folder_of "$name" >/dev/null
	done
	! grep -rlF "$build" "$prefix/lib" --include='*.pc' --include='*.cmake' ||
		fail "the files above name the build folder"
}

# What the README shows and points to is beside it.
check_readme() {
	local folder link
	folder=$(folder_of README.md)
	while read -r link; do
		[ -f "$folder/$link" ] || fail "the installed README points to $link, which is not there"
	done < <(grep -oE '\]\([^)]+\)' "$folder/README.md" | sed 's/^](//; s/)$//; s/#.*//' | grep -vE '^(https?:.*|)$')
}

check_command() {
	[ "$("$prefix/bin/allocspan" --version)" = "allocspan $version" ] || fail "allocspan --version"
	babeltrace2 --plugin-path "$(folder_of babeltrace-plugin-allocspan.so)" list-plugins |
		grep -q '^allocspan:' || fail "babeltrace2 does not find the plugin"
}

# CMake finds the folder of the libraries by itself. The linker of some distributions drops libraries
# that seem unused.
check_cmake_consumer() {
	local folder=$work/cmake-consumer language
	rm -rf "$folder"
	cmake -S "$consumer" -B "$folder" -DCMAKE_PREFIX_PATH="$prefix" \
		-DCMAKE_EXE_LINKER_FLAGS=-Wl,--as-needed >/dev/null
	cmake --build "$folder" >/dev/null
	for language in c cpp; do
		! "$folder/plain-$language" >/dev/null || fail "plain-$language is tracked by nobody"
		LD_PRELOAD=$libraries/liballocspan-preload.so "$folder/plain-$language"
		"$folder/linked-$language"
	done
	! cmake -S "$consumer" -B "$work/newer" -DCMAKE_PREFIX_PATH="$prefix" -DWANTED_VERSION=99 \
		>/dev/null 2>&1 || fail "find_package finds a version that is not there"
}

check_pkg_config_consumer() {
	local flags
	export PKG_CONFIG_PATH=$libraries/pkgconfig
	[ "$(pkg-config --modversion allocspan)" = "$version" ] || fail "pkg-config --modversion"

	read -ra flags <<<"$(pkg-config --cflags --libs allocspan)"
	cc "$consumer/consumer.c" -o "$work/plain-c" "${flags[@]}"
	c++ -std=c++17 "$consumer/consumer.cpp" -o "$work/plain-cpp" "${flags[@]}"
	LD_LIBRARY_PATH=$libraries LD_PRELOAD=liballocspan-preload.so "$work/plain-c"
	LD_LIBRARY_PATH=$libraries LD_PRELOAD=liballocspan-preload.so "$work/plain-cpp"

	read -ra flags <<<"$(pkg-config --cflags --libs allocspan-preload)"
	cc -Wl,--as-needed "$consumer/consumer.c" -o "$work/linked-c" "${flags[@]}"
	c++ -Wl,--as-needed -std=c++17 "$consumer/consumer.cpp" -o "$work/linked-cpp" "${flags[@]}"
	LD_LIBRARY_PATH=$libraries "$work/linked-c"
	LD_LIBRARY_PATH=$libraries "$work/linked-cpp"
	unset PKG_CONFIG_PATH
}

check_all() {
	libraries=$(folder_of liballocspan.so)
	check_files
	check_readme
	check_command
	check_cmake_consumer
	check_pkg_config_consumer
}

prefix=$work/first
cmake --install "$build" --prefix "$prefix" >/dev/null
check_all

mkdir "$work/elsewhere"
mv "$prefix" "$work/elsewhere/second"
prefix=$work/elsewhere/second
check_all
