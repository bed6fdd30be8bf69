# The analyses for Trace Compass: each claim of tracecompass.sh is a test.

if(TARGET allocspan-cli AND TARGET babeltrace-plugin-allocspan)
	string(JOIN ";" environment
		"ALLOCSPAN=$<TARGET_FILE:allocspan-cli>"
		"TRACE_MAKER=$<TARGET_FILE:trace-maker>"
		"TP_LIBRARY=$<TARGET_FILE:allocspan-tp>"
		"PLUGIN_DIRECTORY=$<TARGET_FILE_DIR:babeltrace-plugin-allocspan>"
		"REPORT_SCHEMA=${PROJECT_SOURCE_DIR}/lib/bt2-plugin/report.schema.json"
		"TRACECOMPASS=${PROJECT_SOURCE_DIR}/lib/tracecompass")

	foreach(claim the_analyses_say_what_the_report_says a_mistake_in_an_analysis_is_found
			the_files_keep_the_published_schema)
		add_test(NAME integration/tracecompass/${claim}
			COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/tracecompass.sh ${claim})
		set_tests_properties(integration/tracecompass/${claim} PROPERTIES
			LABELS integration TIMEOUT 600 SKIP_RETURN_CODE 77 ENVIRONMENT "${environment}")
	endforeach()
endif()
