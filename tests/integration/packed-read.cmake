# Readers of the packed form: each claim of packed-read-*.sh is a test.

if(TARGET allocspan-cli AND TARGET babeltrace-plugin-allocspan)
	add_executable(packed-maker packed-maker.c)
	target_include_directories(packed-maker PRIVATE ${PROJECT_SOURCE_DIR}/tp)
	target_link_libraries(packed-maker PRIVATE allocspan_warnings ${CMAKE_DL_LIBS})

	# What the report's JSON is like, other tests check.
	set(any_schema ${CMAKE_CURRENT_BINARY_DIR}/any-schema.json)
	file(WRITE ${any_schema} "{}")
	string(JOIN ";" environment
		"ALLOCSPAN=$<TARGET_FILE:allocspan-cli>"
		"TRACE_MAKER=$<TARGET_FILE:packed-maker>"
		"TP_LIBRARY=$<TARGET_FILE:allocspan-tp>"
		"PLUGIN_DIRECTORY=$<TARGET_FILE_DIR:babeltrace-plugin-allocspan>"
		"REPORT_SCHEMA=${any_schema}")

	foreach(suite report)
		set(script ${CMAKE_CURRENT_SOURCE_DIR}/packed-read-${suite}.sh)
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
		# A claim is a function; helpers begin with what they do for one, or are called as what they make.
		file(STRINGS ${script} claims REGEX "^[a-z_0-9]+\\(\\) {$")
		list(TRANSFORM claims REPLACE "\\(\\) {$" "")
		list(FILTER claims EXCLUDE REGEX "^(expect_.*|small_.*|record_.*|unpack|fields_of)$")
		foreach(claim IN LISTS claims)
			add_test(NAME integration/packed_read_${suite}/${claim} COMMAND ${script} ${claim})
			set_tests_properties(integration/packed_read_${suite}/${claim} PROPERTIES
				LABELS integration TIMEOUT 120 SKIP_RETURN_CODE 77
				ENVIRONMENT "${environment}")
		endforeach()
	endforeach()
endif()
