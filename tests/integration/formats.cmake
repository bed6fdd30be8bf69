# `allocspan report --format`, and `allocspan diff` and `check`: each claim of these scripts is a test.

if(TARGET allocspan-cli AND TARGET babeltrace-plugin-allocspan)
	string(JOIN ";" environment
		"ALLOCSPAN=$<TARGET_FILE:allocspan-cli>"
		"TRACE_MAKER=$<TARGET_FILE:trace-maker>"
		"PRELOAD=$<TARGET_FILE:allocspan-preload>"
		"RECORD_TARGET=${CMAKE_CURRENT_BINARY_DIR}/record-target"
		"TP_LIBRARY=$<TARGET_FILE:allocspan-tp>"
		"PLUGIN_DIRECTORY=$<TARGET_FILE_DIR:babeltrace-plugin-allocspan>"
		"REPORT_SCHEMA=${PROJECT_SOURCE_DIR}/lib/bt2-plugin/report.schema.json")

	foreach(suite formats diff check)
		set(script ${CMAKE_CURRENT_SOURCE_DIR}/${suite}.sh)
		if(NOT EXISTS ${script})
			continue()
		endif()
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
		# A claim is a function; helpers begin with what they do for one.
		file(STRINGS ${script} claims REGEX "^[a-z_0-9]+\\(\\) {$")
		list(TRANSFORM claims REPLACE "\\(\\) {$" "")
		list(FILTER claims EXCLUDE REGEX "^(record_.*|expect_.*|check|diff_of)$")
		foreach(claim IN LISTS claims)
			add_test(NAME integration/${suite}/${claim} COMMAND ${script} ${claim})
			set_tests_properties(integration/${suite}/${claim} PROPERTIES
				LABELS integration TIMEOUT 600 SKIP_RETURN_CODE 77
				ENVIRONMENT "${environment}")
		endforeach()
	endforeach()
endif()
