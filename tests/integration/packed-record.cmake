# Programs recorded in the packed form, alone or together with the full one, and read by a decoder of the tests' own.
if(TARGET allocspan AND TARGET allocspan-preload)
	foreach(program recorded-mix recorded-handover recorded-new recorded-fork)
		add_test(NAME integration/packed-record/${program}
			COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/packed-record.sh
			$<TARGET_FILE:allocspan-preload> $<TARGET_FILE:${program}>)
		set_tests_properties(integration/packed-record/${program} PROPERTIES LABELS integration TIMEOUT 600)
	endforeach()

	foreach(program preload-counts preload-new life-threads life-jumps life-children)
		set(what compare)
		if(program STREQUAL life-children)
			set(what facts)
		endif()
		add_test(NAME integration/packed-record-claims/${program}
			COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/packed-record-claims.sh ${what}
			$<TARGET_FILE:allocspan-preload> $<TARGET_FILE:${program}>)
		set_tests_properties(integration/packed-record-claims/${program} PROPERTIES LABELS integration
			TIMEOUT 600 ENVIRONMENT "LIFE_MODULE=$<TARGET_FILE:preload-module>")
	endforeach()

	add_test(NAME integration/packed-record-running
		COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/packed-record-running.sh
		$<TARGET_FILE:allocspan-preload> $<TARGET_FILE:tracing-life>)
	set_tests_properties(integration/packed-record-running PROPERTIES LABELS integration TIMEOUT 600)

	add_executable(packed-record-churn packed-record-churn.c)
	target_link_libraries(packed-record-churn PRIVATE allocspan::allocspan allocspan_warnings Threads::Threads)
	target_compile_options(packed-record-churn PRIVATE -fno-builtin)
	add_test(NAME integration/packed-record-churn
		COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/packed-record-churn.sh
		$<TARGET_FILE:allocspan-preload> $<TARGET_FILE:packed-record-churn>)
	set_tests_properties(integration/packed-record-churn PROPERTIES LABELS integration TIMEOUT 600)
endif()
