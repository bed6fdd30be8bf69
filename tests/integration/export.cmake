# `allocspan export`: each claim of export.sh is a test. Its traces are made by packed-maker and by record-target.

if(TARGET allocspan-cli AND TARGET babeltrace-plugin-allocspan AND TARGET allocspan-preload)
	find_library(libc_wrapper NAMES liblttng-ust-libc-wrapper.so.1)
	if(NOT libc_wrapper)
		set(libc_wrapper "")
	endif()
	set(any_schema ${CMAKE_CURRENT_BINARY_DIR}/any-schema.json)
	file(WRITE ${any_schema} "{}")
	string(JOIN ";" environment
		"ALLOCSPAN=$<TARGET_FILE:allocspan-cli>"
		"TRACE_MAKER=${CMAKE_CURRENT_BINARY_DIR}/packed-maker"
		"TP_LIBRARY=$<TARGET_FILE:allocspan-tp>"
		"PRELOAD_LIBRARY=$<TARGET_FILE:allocspan-preload>"
		"RECORD_TARGET=${CMAKE_CURRENT_BINARY_DIR}/record-target"
		"LIBC_WRAPPER=${libc_wrapper}"
		"REPORT_SCHEMA=${any_schema}")

	set(script ${CMAKE_CURRENT_SOURCE_DIR}/export.sh)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
	# A claim is a function; helpers begin with what they do for one, or end with what they are of.
	file(STRINGS ${script} claims REGEX "^[a-z_0-9]+\\(\\) {$")
	list(TRANSFORM claims REPLACE "\\(\\) {$" "")
	list(FILTER claims EXCLUDE REGEX "^(expect_.*|record_.*|export_trace|.*_of)$")
	foreach(claim IN LISTS claims)
		add_test(NAME integration/export/${claim} COMMAND ${script} ${claim})
		set_tests_properties(integration/export/${claim} PROPERTIES
			LABELS integration TIMEOUT 600 SKIP_RETURN_CODE 77
			ENVIRONMENT "${environment}")
	endforeach()
endif()
