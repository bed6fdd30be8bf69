# SPDX-License-Identifier: MIT
#
# Joins the page: cmake -D TEMPLATE=page.html -D SCRIPT=page.js -D STYLE=page.css -D NOTICE=notice.txt
#	-D VERSION=1.2.3 -D OUTPUT=report-page.html -P join.cmake
#
# The page's policy names the hash of its only script and of its only style, so that nothing else runs in it,
# whatever a trace contains. @REPORT@ stays: the report takes its place when one is written.

# The base64 that the policy wants, of the hex that CMake gives. Three bytes, six digits, become four characters.
function(base64_of hex result)
	set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
	string(LENGTH ${hex} left)
	set(text "")
	while(left GREATER 0)
		string(SUBSTRING ${hex}000000 0 6 digits)
		math(EXPR bits "0x${digits}")
		set(shifts 18 12 6 0)
		if(left LESS 6)
			math(EXPR count "${left} / 2 + 1")
			list(SUBLIST shifts 0 ${count} shifts)
		endif()
		foreach(shift IN LISTS shifts)
			math(EXPR index "(${bits} >> ${shift}) & 63")
			string(SUBSTRING ${alphabet} ${index} 1 character)
			string(APPEND text ${character})
		endforeach()
		math(EXPR left "${left} - 6")
		if(left GREATER 0)
			string(SUBSTRING ${hex} 6 -1 hex)
		endif()
	endwhile()
	string(LENGTH ${text} length)
	math(EXPR padding "(4 - ${length} % 4) % 4")
	string(REPEAT "=" ${padding} equals)
	set(${result} ${text}${equals} PARENT_SCOPE)
endfunction()

# The text of an element, and the word by which the policy allows it.
macro(read_part name file)
	file(READ ${file} ${name})
	string(SHA256 hex "${${name}}")
	base64_of(${hex} hash)
	set(${name}_HASH "sha256-${hash}")
endmacro()

read_part(SCRIPT ${SCRIPT})
read_part(STYLE ${STYLE})
file(READ ${NOTICE} NOTICE)
file(READ ${TEMPLATE} page)
# The script and the style come last, as nothing in them is ours to replace.
foreach(name VERSION NOTICE STYLE_HASH SCRIPT_HASH STYLE SCRIPT)
	string(REPLACE "@${name}@" "${${name}}" page "${page}")
endforeach()
file(WRITE ${OUTPUT} "${page}")
