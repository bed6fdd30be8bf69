# Functions as groups: -finstrument-functions and LTTng's library for it.
if(TARGET allocspan-cli AND TARGET allocspan-preload AND TARGET allocspan-bind)
	if(NOT TARGET example-function-groups)
		add_subdirectory(${PROJECT_SOURCE_DIR}/examples/function-groups
			${PROJECT_BINARY_DIR}/examples/function-groups)
	endif()
	foreach(claim each_function_is_a_group_with_its_name a_trace_of_the_functions_gives_the_same_groups
			the_binding_of_functions_is_suggested)
		add_test(NAME integration/bind_functions/${claim}
			COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/bind-functions.sh ${claim})
		set_tests_properties(integration/bind_functions/${claim} PROPERTIES
			LABELS integration TIMEOUT 600 SKIP_RETURN_CODE 77
			ENVIRONMENT "ALLOCSPAN=$<TARGET_FILE:allocspan-cli>;RECORD_TARGET=;RECORD_TICKER=;FUNCTION_GROUPS=$<TARGET_FILE:example-function-groups>")
	endforeach()
endif()
