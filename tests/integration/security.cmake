# What somebody with bad intentions, or a bug in the program, cannot do through the library.
if(TARGET allocspan AND TARGET allocspan-preload)
	allocspan_add_preload_program(security-mappings security-mappings.c allocspan::allocspan)
	target_include_directories(security-mappings PRIVATE ${PROJECT_SOURCE_DIR}/lib/core ${PROJECT_SOURCE_DIR}/lib/ledger
		${PROJECT_SOURCE_DIR}/tp)
	allocspan_add_preload_test(security-mappings "LD_PRELOAD=$<TARGET_FILE:allocspan-preload>"
		security-mappings)

	add_test(NAME integration/security-setuid
		COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/security-setuid.sh ${CMAKE_C_COMPILER}
			${PROJECT_SOURCE_DIR}/include ${ALLOCSPAN_LIBRARY_DIR}
			${CMAKE_CURRENT_SOURCE_DIR}/security-target.c)
	set_tests_properties(integration/security-setuid PROPERTIES LABELS integration TIMEOUT 600
		SKIP_RETURN_CODE 77)
endif()
