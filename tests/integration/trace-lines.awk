# SPDX-License-Identifier: MIT
#
# Turns what `babeltrace2 TRACE` prints into one line an event, as journal.h writes it:
#
#	<vtid> <event> <field>=<value> <field>=<value>...
#
# with all payload fields in the order of the schema, strings without quotes and enumerations by their label.
# babeltrace2 2.0.4 shows an empty string with what an earlier event had (efficios/babeltrace pull request
# 116), so the tags of no group are written as nothing, whatever it says.
#
# With -v ip=1 there is nothing but the event and the ip context, in 20 decimal digits:
#
#	<vtid> <event> <ip>

# The value of a context field in the braces before the payload.
function context(name,    at) {
	at = index($0, " " name " = ")
	return at ? substr($0, at + length(name) + 4) + 0 : "-"
}

# Takes the next `name = value` off the front of `rest`; sets `name` and `value`.
function take_field(    end) {
	name = substr(rest, 1, index(rest, " = ") - 1)
	rest = substr(rest, length(name) + 4)
	if (substr(rest, 1, 1) == "\"") {
		take_string()
	} else if (substr(rest, 1, 1) == "(") {
		# An enumeration: ( "label" : container = 0 )
		end = index(rest, " )")
		value = substr(rest, 4, index(rest, "\" :") - 4)
		rest = substr(rest, end + 2)
	} else {
		match(rest, /^[^ ,]*/)
		value = substr(rest, 1, RLENGTH)
		rest = substr(rest, RLENGTH + 1)
	}
	sub(/^, /, "", rest)
}

# babeltrace2 writes a string as a C program would: `\` and `"` have a `\` before them.
function take_string(    i, c) {
	value = ""
	for (i = 2; (c = substr(rest, i, 1)) != "\""; i++) {
		if (c == "\\") {
			c = substr(rest, ++i, 1)
			c = c == "n" ? "\n" : c == "t" ? "\t" : c
		}
		value = value c
	}
	rest = substr(rest, i + 1)
}

/ allocspan:[a-z_]+: / {
	match($0, / allocspan:[a-z_]+: /)
	event = substr($0, RSTART + 11, RLENGTH - 13)
	if (ip) {
		# As a string: awk calculates in doubles.
		match($0, / ip = [0-9]+/)
		address = substr($0, RSTART + 6, RLENGTH - 6)
		print context("vtid"), event, substr("00000000000000000000", length(address) + 1) address
		next
	}
	# The payload is the last pair of braces; no string before it holds one.
	rest = $0
	sub(/^.*\}, \{ /, "", rest)
	sub(/ \}$/, "", rest)
	line = context("vtid") " " event
	while (rest != "") {
		take_field()
		if (name == "group_id") {
			group_id = value
		} else if (name == "tags" && event == "span_enter" && group_id == 0) {
			value = ""
		}
		line = line " " name "=" value
	}
	print line
}
