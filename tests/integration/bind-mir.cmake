# Bindings of a real program, where Debian's packages of it are installed.
if(TARGET allocspan-cli AND TARGET allocspan-preload AND TARGET allocspan-bind)
	foreach(claim the_pairs_of_the_server_are_listed
			each_output_of_the_server_has_a_group_with_what_its_frames_allocate
			a_stock_trace_of_the_server_has_the_same_groups)
		add_test(NAME integration/bind_mir/${claim} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/bind-mir.sh ${claim})
		set_tests_properties(integration/bind_mir/${claim} PROPERTIES
			LABELS integration TIMEOUT 600 SKIP_RETURN_CODE 77
			ENVIRONMENT "ALLOCSPAN=$<TARGET_FILE:allocspan-cli>;RECORD_TARGET=;RECORD_TICKER=")
	endforeach()
endif()
