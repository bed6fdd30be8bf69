# Every example is run, and what it prints and records is compared with what it promises.
if(ALLOCSPAN_BUILD_EXAMPLES AND TARGET allocspan-preload)
	set(scripts ${CMAKE_CURRENT_SOURCE_DIR})

	# Without a session daemon: the examples do not wait for one that somebody else runs.
	function(allocspan_add_example_test name)
		add_test(NAME integration/example-${name} COMMAND ${ARGN})
		set_tests_properties(integration/example-${name} PROPERTIES LABELS integration
			TIMEOUT 600 ENVIRONMENT LTTNG_UST_REGISTER_TIMEOUT=0)
	endfunction()

	function(allocspan_add_recorded_example_test name script)
		add_test(NAME integration/example-${name}
			COMMAND ${scripts}/${script} ${scripts}/lttng-fixture.sh ${ARGN})
		set_tests_properties(integration/example-${name} PROPERTIES LABELS integration TIMEOUT 600)
	endfunction()

	foreach(name hello tracker thread-pool cpp-scopes)
		allocspan_add_example_test(${name}
			${scripts}/examples-output.sh ${name} $<TARGET_FILE:example-${name}>)
	endforeach()
	foreach(name token guard span context fiber tracking tracker scope)
		allocspan_add_example_test(reference-${name} example-reference-${name})
	endforeach()

	if(TARGET example-reference-bind)
		allocspan_add_example_test(reference-bind example-reference-bind)
	endif()

	allocspan_add_example_test(of-each-public-function ${scripts}/examples-reference.sh
		${PROJECT_SOURCE_DIR}/include/allocspan ${PROJECT_SOURCE_DIR}/examples/reference)

	set(service $<TARGET_FILE:example-sqlite-service-sqlite-service>)
	foreach(claim same_work_in_each_run closing_gives_all_memory_back
			unbounded_statements_are_what_base_holds the_bug_changes_no_answer
			without_interposer_it_says_what_to_do bad_input_is_one_line)
		allocspan_add_example_test(sqlite-service-${claim} ${scripts}/examples-service.sh
			${claim} $<TARGET_FILE:allocspan-preload> ${service})
	endforeach()

	allocspan_add_recorded_example_test(hello-recorded examples-hello.sh
		$<TARGET_FILE:allocspan-preload> $<TARGET_FILE:example-hello>)
	allocspan_add_recorded_example_test(sqlite-service-recorded examples-service-trace.sh
		$<TARGET_FILE:allocspan-preload> ${service})
	if(TARGET allocspan-cli)
		allocspan_add_recorded_example_test(sqlite-service-reported examples-service-report.sh
			$<TARGET_FILE:allocspan-cli> ${service})
		allocspan_add_recorded_example_test(run.sh examples-run.sh ${PROJECT_SOURCE_DIR})
		set_tests_properties(integration/example-run.sh PROPERTIES TIMEOUT 1800 PROCESSORS 2)
	endif()
endif()
