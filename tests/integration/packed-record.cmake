# Programs recorded in the packed form, alone or together with the full one, and read by a decoder of the tests' own.
if(TARGET allocspan AND TARGET allocspan-preload)
	foreach(program recorded-mix recorded-handover recorded-new recorded-fork)
		add_test(NAME integration/packed-record/${program}
			COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/packed-record.sh
			$<TARGET_FILE:allocspan-preload> $<TARGET_FILE:${program}>)
		set_tests_properties(integration/packed-record/${program} PROPERTIES LABELS integration TIMEOUT 300)
	endforeach()
endif()
