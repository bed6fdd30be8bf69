# Traces damaged at random, in short: tests/stress/traces.sh is the long form.

if(TARGET allocspan-cli AND TARGET babeltrace-plugin-allocspan)
	string(JOIN ";" environment
		"ALLOCSPAN=$<TARGET_FILE:allocspan-cli>"
		"RECORD_TARGET="
		"REPORT_SCHEMA=${PROJECT_SOURCE_DIR}/lib/bt2-plugin/report.schema.json")

	foreach(claim a_full_trace a_packed_trace a_trace_with_call_stacks a_stock_trace_that_is_bound)
		add_test(NAME integration/damaged_traces/${claim}
			COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/damaged-traces.sh ${claim})
		set_tests_properties(integration/damaged_traces/${claim} PROPERTIES
			LABELS integration TIMEOUT 600 ENVIRONMENT "${environment}")
	endforeach()
endif()
