#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# preload-program.sh NAME: programs of the machine, for preload-behaviour.sh. Each prints more than a little, from
# more than one thread or process where it has them.
case $1 in
sort)
	find /usr/include -name '*.h' | sort -r --parallel=4 | awk '{ n[length]++ } END { for (l in n) print l, n[l] }' |
		sort -n
	;;
python)
	python3 - <<-END
		import json, re, threading
		results = [None] * 8
		def work(index):
		    text = json.dumps({str(i): [i] * 50 for i in range(2000)})
		    results[index] = len(re.findall("1+", text))
		threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
		for thread in threads: thread.start()
		for thread in threads: thread.join()
		print(results)
	END
	;;
compiler)
	printf '#include <stdio.h>\nint main(void) { return printf("%%d", 42); }\n' | gcc -O2 -S -x c -o - -
	;;
perl)
	perl -e 'my %h; $h{$_ % 1000} .= chr(65 + $_ % 26) for 1 .. 200000; print join("\n", map { "$_ $h{$_}" } sort keys %h)'
	;;
*)
	exit 2
	;;
esac
