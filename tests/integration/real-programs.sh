#!/bin/bash
# SPDX-License-Identifier: MIT
#
# real-programs.sh PROGRAM PRELOAD REPOSITORY [ROUNDS]: a program of the machine does the same, to the byte, on its own and with everything
# tracked and recorded by a session. A program that is not there is skipped aloud.
set -euo pipefail
. "$(dirname "$0")/lttng-fixture.sh"
program=$1
preload=$2
repository=$3
rounds=${4:-1}
export LC_ALL=C TZ=UTC
SKIPPED=77

dir=$(mktemp -d /tmp/allocspan-real.XXXXXX)
trap 'lttng_fixture_stop || true; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

skip() {
	echo "SKIP $program: $1"
	exit $SKIPPED
}

needs() {
	for command; do
		command -v "$command" >/dev/null || skip "$command is not installed"
	done
}

# first_that QUALITY NAME: the first program of this name that has it, Debian's before what else is in the PATH.
first_that() {
	for path in "/usr/bin/$2" $(type -ap "$2"); do
		if [ -x "$path" ] && "$1" "$path" 2>/dev/null; then
			echo "$path"
			return
		fi
	done
	return 1
}

has_test_suite() {
	"$1" -c 'import test.test_list, test.test_json'
}

is_imagemagick() {
	"$1" --version | grep -q 'Version: ImageMagick'
}

# wait_until COMMAND...: polls until it succeeds, for a minute.
wait_until() {
	for _ in {1..600}; do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	echo "$program: in vain was waited for: $*" >&2
	return 1
}

# Each prints the same whenever it is run. They run in an empty directory.

run_git() {
	git clone -q --no-local "file://$repository" copy
	cd copy
	git log --stat -p -n "$((40 * rounds))" | cksum
	git repack -q -a -d -f --threads=2
	git fsck --full
	git grep -c malloc -- lib | sort
	git checkout -q -b other HEAD~5
	git merge -q -m merged "$(git rev-parse origin/HEAD)"
	git blame README.md | cksum
	git status --short
	git rev-list --all --objects | wc -l
}

write_cpp() {
	cat >"$dir/many.cpp" <<-END
		#include <algorithm>
		#include <chrono>
		#include <functional>
		#include <future>
		#include <iostream>
		#include <map>
		#include <memory>
		#include <random>
		#include <regex>
		#include <sstream>
		#include <string>
		#include <thread>
		#include <unordered_map>
		#include <variant>
		#include <vector>
		template <int N> struct deep { std::map<std::string, std::vector<int>> m; deep<N - 1> next; };
		template <> struct deep<0> {};
		deep<$((40 * rounds))> value;
		int main()
		{
		    std::vector<std::string> v{ "b", "a" };
		    std::sort(v.begin(), v.end());
		    std::cout << std::regex_replace(v[0], std::regex("a|b"), "c") << std::endl;
		}
	END
}

run_gcc() {
	g++ -std=c++17 -O1 -S -o - "$dir/many.cpp"
}

run_clang() {
	clang++ -std=c++17 -O1 -S -o - "$dir/many.cpp"
}

# Objects, memory, threads, children, and signals that interrupt. One of its tests measures time; what its threads say while it is
# verbose comes in any order.
run_python3() {
	"$python3" -c 'import unittest, test.support, test.test_re
test.support.verbose = 0
name = "test_search_anchor_at_beginning"
hasattr(test.test_re.ReTests, name) and delattr(test.test_re.ReTests, name)
unittest.main(module=None)' test.test_list test.test_dict test.test_json test.test_struct test.test_gc \
		test.test_re test.test_zlib test.test_thread test.test_fork1 \
		test.test_mmap test.test_array 2>&1 | sed -E 's/ in [0-9.]+s//' | grep -v Warning
}

# shellcheck disable=SC2016
run_perl() {
	perl -e 'my (%h, @l);
		for my $i (1 .. 100000 * shift) { push @{$h{$i % 997}}, "item $i"; }
		for my $k (sort { $a <=> $b } keys %h) { my $s = join ",", @{$h{$k}}; $s =~ s/(\d+)/<$1>/g; push @l, length $s; }
		print join("\n", @l), "\n"; print scalar(`echo from a shell`);' "$rounds"
}

run_sqlite3() {
	sqlite3 data.db <<-END
		create table t (id integer primary key, name text, value real);
		with recursive n (i) as (select 1 union all select i + 1 from n where i < $((50000 * rounds)))
			insert into t select i, 'name ' || (i * 7919 % 1000), i * 0.5 from n;
		create index by_name on t (name);
		select name, count(*), sum(value) from t group by name order by 2, 1 limit 50;
		update t set name = upper(name) where id % 3 = 0;
		select count(distinct name), group_concat(name) from (select name from t order by name limit 1000);
		delete from t where id % 2;
		vacuum;
		pragma integrity_check;
	END
}

run_node() {
	node -e '
		const { Worker, isMainThread } = require("worker_threads");
		const zlib = require("zlib"), crypto = require("crypto");
		const objects = [];
		for (let i = 0; i < 100000 * process.argv[1]; i++) { objects.push({ i, text: "text " + i }); }
		const text = JSON.stringify(objects);
		console.log(crypto.createHash("sha256").update(text).digest("hex"));
		console.log(zlib.gunzipSync(zlib.gzipSync(text)).length);
		const worker = new Worker("require(\"worker_threads\").parentPort.postMessage([..." +
			"Array(1000).keys()].map(String).join())", { eval: true });
		worker.on("message", m => console.log(m.length));' "$rounds"
}

# It brings jemalloc. All traffic is over a socket in the directory.
run_redis() {
	redis-server --port 0 --unixsocket "$PWD/redis" --save '' --appendonly no --daemonize no >/dev/null &
	server=$!
	wait_until redis-cli -s "$PWD/redis" ping
	redis-benchmark -s "$PWD/redis" -q -n "$((5000 * rounds))" -c 20 -r 1000 \
		-t set,get,incr,lpush,rpop,sadd,hset,zadd,lrange_100,mset >benchmark
	tr '\r' '\n' <benchmark | grep -oE '^[A-Z_]+.*: ' | sed 's/: .*//' | sort -u
	redis-cli -s "$PWD/redis" <<-END
		flushall
		set a 1
		append a 2345
		eval "local t = {} for i = 1, 1000 do redis.call('rpush', 'l', i) t[i] = i end return #t" 0
		lrange l 990 -1
		zadd z 1 one 2 two
		zrange z 0 -1 withscores
		debug digest
		dbsize
	END
	redis-cli -s "$PWD/redis" shutdown nosave
	wait "$server"
}

# It has opened its logs again and has new workers only.
nginx_has_other_workers() {
	local workers
	workers=$(pgrep -P "$server") && ! grep -qxF "$old_workers" <<<"$workers"
}

run_nginx() {
	mkdir -p html logs
	seq 1 100000 >html/numbers
	cat >nginx.conf <<-END
		pid $PWD/nginx.pid;
		error_log $PWD/logs/error.log;
		worker_processes 2;
		daemon off;
		events {}
		http {
		    access_log $PWD/logs/access.log;
		    client_body_temp_path $PWD; proxy_temp_path $PWD; fastcgi_temp_path $PWD;
		    uwsgi_temp_path $PWD; scgi_temp_path $PWD;
		    gzip on; gzip_types *;
		    server { listen unix:$PWD/nginx; root $PWD/html; autoindex on; autoindex_localtime off; }
		}
	END
	# Its workers are another user.
	chmod -R a+rX "$dir" .
	nginx -p "$PWD" -c "$PWD/nginx.conf" &
	server=$!
	wait_until curl -sS --unix-socket nginx http://localhost/
	for ((i = 0; i < 30 * rounds; i++)); do
		curl -sS --compressed --unix-socket nginx http://localhost/numbers | cksum
	done | sort | uniq -c
	curl -sS --unix-socket nginx http://localhost/nothing
	old_workers=$(pgrep -P "$server")
	kill -HUP "$server"
	wait_until nginx_has_other_workers
	curl -sS --unix-socket nginx http://localhost/numbers | cksum
	kill -QUIT "$server"
	wait "$server"
}

run_java() {
	java -Xmx256m -XX:+UseG1GC --list-modules
	if [ -e "$dir/Work.class" ]; then
		java -Xmx256m -cp "$dir" Work "$rounds"
	fi
}

write_java() {
	command -v javac >/dev/null || return 0
	cat >"$dir/Work.java" <<-END
		import java.util.*;
		import java.util.stream.*;
		public class Work {
		    public static void main(String[] a) throws Exception {
		        int n = 200000 * Integer.parseInt(a[0]);
		        System.out.println(IntStream.range(0, n).parallel().mapToObj(i -> "text " + i)
		            .collect(Collectors.groupingBy(s -> s.length())).values().stream().mapToInt(List::size).sum());
		        var d = new java.util.zip.Deflater();
		        d.setInput(new byte[1 << 20]); d.finish();
		        System.out.println(d.deflate(new byte[1 << 16]));
		        Thread[] t = new Thread[20];
		        for (int i = 0; i < t.length; i++) { t[i] = new Thread(() -> java.nio.ByteBuffer.allocateDirect(100000)); t[i].start(); }
		        for (Thread x : t) { x.join(); }
		    }
		}
	END
	javac -d "$dir" "$dir/Work.java"
}

run_ffmpeg() {
	ffmpeg -hide_banner -loglevel error -nostdin -f lavfi -i "testsrc=duration=$((2 * rounds)):size=320x240" \
		-f lavfi -i "sine=duration=2" -c:v mpeg4 -c:a aac -flags +bitexact -fflags +bitexact -f matroska out.mkv
	ffmpeg -hide_banner -loglevel error -nostdin -i out.mkv -f framemd5 -
}

run_imagemagick() {
	"$convert" -size 400x400 plasma:fractal -seed 1 -blur 0x2 -resize 50% -colorspace gray -threshold 50% txt:- | wc -l
	"$convert" -size 200x200 gradient:red-blue -rotate 30 -swirl 60 ppm:- | cksum
}

case $program in
git)
	needs git
	git -C "$repository" rev-parse -q --verify HEAD~5 >/dev/null 2>&1 ||
		skip "$repository is no git repository with a history"
	;;
gcc)
	needs g++
	write_cpp
	;;
clang)
	needs clang++
	write_cpp
	;;
python3)
	needs python3
	python3=$(first_that has_test_suite python3) || skip "python3 is there without its test suite"
	;;
perl | sqlite3 | node | ffmpeg) needs "$program" ;;
redis) needs redis-server redis-benchmark redis-cli ;;
nginx) needs nginx curl ;;
java)
	needs java
	write_java
	;;
imagemagick)
	needs convert
	convert=$(first_that is_imagemagick convert) || skip "convert is not ImageMagick's"
	;;
*)
	echo "real-programs.sh: no such program: $program" >&2
	exit 2
	;;
esac

# once NAME: in a directory of its own, that looks the same from within.
once() {
	mkdir "$dir/here"
	status=0
	(
		cd "$dir/here"
		"run_$program"
	) >"$dir/$1" 2>"$dir/$1.errors" || status=$?
	rm -rf "$dir/here"
	echo "exit status $status" >>"$dir/$1"
	if [ "$status" -ne 0 ]; then
		echo "$program $1: exit status $status; the end of what it said:" >&2
		tail -n 20 "$dir/$1.errors" >&2
		exit 1
	fi
}

umask 022
chmod 755 "$dir"
once alone
lttng_fixture_start
lttng --quiet create real --output="$dir/trace"
# As much as fits is kept: what the program does matters here, not that each event is there.
lttng --quiet enable-channel -u --subbuf-size=1M --num-subbuf=8 --tracefile-size=16M --tracefile-count=4 channel
lttng --quiet enable-event -u -c channel 'allocspan:*'
lttng --quiet start
export ALLOCSPAN_ROOT=1
export LD_PRELOAD="$preload liblttng-ust-fork.so.1 liblttng-ust-fd.so.1"
once recorded
unset LD_PRELOAD ALLOCSPAN_ROOT
lttng --quiet stop
lttng --quiet destroy real

if ! diff "$dir/alone" "$dir/recorded" >"$dir/diff"; then
	echo "$program: while everything is tracked and recorded, it behaves differently:" >&2
	head -n 40 "$dir/diff" >&2
	exit 1
fi
[ -s "$dir/alone" ]
# That it was recorded at all. What the ring of files still has, and in which order, is the program's own business.
recorded=$( (babeltrace2 "$dir/trace" 2>/dev/null || true) | grep -c -m 100 'allocspan:alloc: .*group=root,') || true
if [ "$recorded" -lt 100 ]; then
	echo "$program: only $recorded allocations in the trace" >&2
	exit 1
fi
echo "$program: $(wc -l <"$dir/alone") lines of output are the same"
