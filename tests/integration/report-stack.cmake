# Call stacks in `allocspan report`: each claim of report-stack.sh is a test.

if(TARGET allocspan-cli AND TARGET babeltrace-plugin-allocspan AND TARGET allocspan-preload)
	# The calls must stay calls.
	set(calls -g -O1 -fno-optimize-sibling-calls)
	add_executable(report-stack report-stack.c)
	target_link_libraries(report-stack PRIVATE allocspan::allocspan allocspan_warnings ${CMAKE_DL_LIBS})
	target_compile_options(report-stack PRIVATE ${calls})

	foreach(library first second)
		add_library(report-stack-${library} MODULE report-stack-library.c)
		target_link_libraries(report-stack-${library} PRIVATE allocspan_warnings)
		target_compile_definitions(report-stack-${library} PRIVATE INNER=${library}_inner)
		target_compile_options(report-stack-${library} PRIVATE ${calls})
	endforeach()

	add_executable(report-stack-names report-stack-names.cpp)
	target_link_libraries(report-stack-names PRIVATE allocspan::allocspan)
	target_compile_options(report-stack-names PRIVATE ${calls})

	string(JOIN ";" environment
		"ALLOCSPAN=$<TARGET_FILE:allocspan-cli>"
		"TRACE_MAKER=$<TARGET_FILE:trace-maker>"
		"TP_LIBRARY=$<TARGET_FILE:allocspan-tp>"
		"PLUGIN_DIRECTORY=$<TARGET_FILE_DIR:babeltrace-plugin-allocspan>"
		"REPORT_SCHEMA=${PROJECT_SOURCE_DIR}/lib/bt2-plugin/report.schema.json"
		"REPORT_STACK=$<TARGET_FILE:report-stack>"
		"REPORT_STACK_FIRST=$<TARGET_FILE:report-stack-first>"
		"REPORT_STACK_SECOND=$<TARGET_FILE:report-stack-second>"
		"REPORT_STACK_NAMES=$<TARGET_FILE:report-stack-names>")

	set(script ${CMAKE_CURRENT_SOURCE_DIR}/report-stack.sh)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
	# A claim is a function; helpers begin with what they do for one.
	file(STRINGS ${script} claims REGEX "^[a-z_0-9]+\\(\\) {$")
	list(TRANSFORM claims REPLACE "\\(\\) {$" "")
	list(FILTER claims EXCLUDE REGEX "^(expect_.*|folded_.*|line_of)$")
	foreach(claim IN LISTS claims)
		add_test(NAME integration/report_stack/${claim} COMMAND ${script} ${claim})
		set_tests_properties(integration/report_stack/${claim} PROPERTIES
			LABELS integration TIMEOUT 600 SKIP_RETURN_CODE 77 ENVIRONMENT "${environment}")
	endforeach()
endif()
