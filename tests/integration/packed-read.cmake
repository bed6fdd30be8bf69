# Readers of the packed form: each claim of packed-read-*.sh is a test.

if(TARGET allocspan-cli AND TARGET babeltrace-plugin-allocspan)
	add_executable(packed-maker packed-maker.c)
	target_include_directories(packed-maker PRIVATE
		${PROJECT_SOURCE_DIR}/tp ${CMAKE_CURRENT_SOURCE_DIR})
	# What LTTng's macros expand to is not ours to mend, so without allocspan_warnings.
	target_link_libraries(packed-maker PRIVATE PkgConfig::LTTNG_UST ${CMAKE_DL_LIBS})
	target_compile_definitions(packed-maker PRIVATE _GNU_SOURCE)

	# What the report's JSON is like, other tests check.
	set(any_schema ${CMAKE_CURRENT_BINARY_DIR}/any-schema.json)
	file(WRITE ${any_schema} "{}")
	string(JOIN ";" environment
		"ALLOCSPAN=$<TARGET_FILE:allocspan-cli>"
		"TRACE_MAKER=$<TARGET_FILE:packed-maker>"
		"RECORD_TARGET=${CMAKE_CURRENT_BINARY_DIR}/record-target"
		"REPORT_STACK=${CMAKE_CURRENT_BINARY_DIR}/report-stack"
		"PRELOAD=$<TARGET_FILE:allocspan-preload>"
		"TP_LIBRARY=$<TARGET_FILE:allocspan-tp>"
		"PLUGIN_DIRECTORY=$<TARGET_FILE_DIR:babeltrace-plugin-allocspan>"
		"REPORT_SCHEMA=${any_schema}")

	foreach(suite report unpack record)
		set(script ${CMAKE_CURRENT_SOURCE_DIR}/packed-read-${suite}.sh)
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
		# A claim is a function; helpers begin with what they do for one, or are called as what they make.
		file(STRINGS ${script} claims REGEX "^[a-z_0-9]+\\(\\) {$")
		list(TRANSFORM claims REPLACE "\\(\\) {$" "")
		list(FILTER claims EXCLUDE REGEX "^(expect_.*|small_.*|record_.*|unpack|.*_of)$")
		foreach(claim IN LISTS claims)
			add_test(NAME integration/packed_read_${suite}/${claim} COMMAND ${script} ${claim})
			set_tests_properties(integration/packed_read_${suite}/${claim} PROPERTIES
				LABELS integration TIMEOUT 600 SKIP_RETURN_CODE 77
				ENVIRONMENT "${environment}")
		endforeach()
	endforeach()
endif()
