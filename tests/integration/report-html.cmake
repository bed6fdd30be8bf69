# The page of `allocspan report --format html`: what a browser shows of made-up reports (report-html/main.py), and of
# recorded traces (report-html.sh).

if(TARGET allocspan-cli AND TARGET babeltrace-plugin-allocspan)
	get_target_property(page allocspan-report-page PAGE)
	set(main ${CMAKE_CURRENT_SOURCE_DIR}/report-html/main.py)
	set(modules pages charts flame proofs tables)
	list(TRANSFORM modules PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/report-html/ OUTPUT_VARIABLE files)
	list(TRANSFORM files APPEND .py)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})
	foreach(file IN LISTS files)
		# Helpers begin with an underscore.
		file(STRINGS ${file} claims REGEX "^def [a-z][a-z_0-9]*\\(")
		list(TRANSFORM claims REPLACE "^def ([a-z_0-9]+).*" "\\1")
		foreach(claim IN LISTS claims)
			add_test(NAME integration/report_html_page/${claim} COMMAND ${main} ${claim})
			set_tests_properties(integration/report_html_page/${claim} PROPERTIES
				LABELS integration TIMEOUT 600 SKIP_RETURN_CODE 77 ENVIRONMENT "REPORT_PAGE=${page}")
		endforeach()
	endforeach()

	# Else the page would be tested with a fiction.
	add_test(NAME integration/report_html_page/made_up_reports_are_as_the_schema_says
		COMMAND sh -euc "for words in '30 hostile lossy' '30 hostile unproved' 0 300; do python3 report-html/example.py $words >$1; python3 report-json.py $2 $1; done"
			sh ${CMAKE_CURRENT_BINARY_DIR}/report-html-example.json
			${PROJECT_SOURCE_DIR}/lib/bt2-plugin/report.schema.json
		WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
	set_tests_properties(integration/report_html_page/made_up_reports_are_as_the_schema_says PROPERTIES
		LABELS integration TIMEOUT 600)

	set(script ${CMAKE_CURRENT_SOURCE_DIR}/report-html.sh)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
	file(STRINGS ${script} claims REGEX "^[a-z_0-9]+\\(\\) {$")
	list(TRANSFORM claims REPLACE "\\(\\) {$" "")
	list(FILTER claims EXCLUDE REGEX "^(expect_.*|small_.*|report_.*)$")
	foreach(claim IN LISTS claims)
		add_test(NAME integration/report_html/${claim} COMMAND ${script} ${claim})
		set_tests_properties(integration/report_html/${claim} PROPERTIES
			LABELS integration TIMEOUT 600 SKIP_RETURN_CODE 77
			ENVIRONMENT "ALLOCSPAN=$<TARGET_FILE:allocspan-cli>;TRACE_MAKER=$<TARGET_FILE:trace-maker>;TP_LIBRARY=$<TARGET_FILE:allocspan-tp>;PLUGIN_DIRECTORY=$<TARGET_FILE_DIR:babeltrace-plugin-allocspan>;REPORT_SCHEMA=${PROJECT_SOURCE_DIR}/lib/bt2-plugin/report.schema.json;REPORT_PAGE=${page}")
	endforeach()
endif()
