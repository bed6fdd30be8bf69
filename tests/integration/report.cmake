# `allocspan report` and the babeltrace2 plugin: each claim of report-*.sh is a test.

if(TARGET allocspan-cli AND TARGET babeltrace-plugin-allocspan)
	add_executable(trace-maker trace-maker.c)
	target_include_directories(trace-maker PRIVATE ${PROJECT_SOURCE_DIR}/tp)
	target_link_libraries(trace-maker PRIVATE allocspan_warnings Threads::Threads ${CMAKE_DL_LIBS})

	add_executable(report-target report-target.c)
	target_link_libraries(report-target PRIVATE allocspan allocspan_warnings Threads::Threads)
	# By function and line: with debug information, whatever the build, and no function inside another.
	target_compile_options(report-target PRIVATE -g -O1 -fno-inline)

	add_executable(report-windows report-windows.c)
	target_link_libraries(report-windows PRIVATE allocspan allocspan_warnings Threads::Threads)

	string(JOIN ";" environment
		"WINDOWS_TARGET=$<TARGET_FILE:report-windows>"
		"PRELOAD=$<TARGET_FILE:allocspan-preload>"
		"REPORT_TARGET=$<TARGET_FILE:report-target>"
		"ALLOCSPAN=$<TARGET_FILE:allocspan-cli>"
		"TRACE_MAKER=$<TARGET_FILE:trace-maker>"
		"TP_LIBRARY=$<TARGET_FILE:allocspan-tp>"
		"PLUGIN_DIRECTORY=$<TARGET_FILE_DIR:babeltrace-plugin-allocspan>"
		"REPORT_SCHEMA=${PROJECT_SOURCE_DIR}/lib/bt2-plugin/report.schema.json")

	foreach(suite content answers gaps damage terminal windows)
		set(script ${CMAKE_CURRENT_SOURCE_DIR}/report-${suite}.sh)
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
		# A claim is a function; helpers begin with what they do for one, or are called as what they make.
		file(STRINGS ${script} claims REGEX "^[a-z_0-9]+\\(\\) {$")
		list(TRANSFORM claims REPLACE "\\(\\) {$" "")
		list(FILTER claims EXCLUDE REGEX "^(expect_.*|small_.*|big_.*|discarded_in|check|start_ring|enable_events|run_target|skew)$")
		foreach(claim IN LISTS claims)
			add_test(NAME integration/report_${suite}/${claim} COMMAND ${script} ${claim})
			set_tests_properties(integration/report_${suite}/${claim} PROPERTIES
				LABELS integration TIMEOUT 600 SKIP_RETURN_CODE 77
				ENVIRONMENT "${environment}")
		endforeach()
	endforeach()
endif()
