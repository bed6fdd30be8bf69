# Programs recorded in the packed form, alone or together with the full one, and read by a decoder of the tests' own.
if(TARGET allocspan AND TARGET allocspan-preload)
	foreach(program recorded-mix recorded-handover recorded-new recorded-fork)
		add_test(NAME integration/packed-record/${program}
			COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/packed-record.sh
			$<TARGET_FILE:allocspan-preload> $<TARGET_FILE:${program}>)
		set_tests_properties(integration/packed-record/${program} PROPERTIES LABELS integration TIMEOUT 300)
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
endif()
