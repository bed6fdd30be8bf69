# Bindings of a program that has tracepoints of its own: live and replayed.
if(TARGET allocspan-cli AND TARGET allocspan-preload AND TARGET allocspan-bind)
	# Nothing of ours is in it, and its symbols are taken away.
	add_executable(bind-loop bind-loop.c)
	target_include_directories(bind-loop PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
	target_link_libraries(bind-loop PRIVATE PkgConfig::LTTNG_UST Threads::Threads ${CMAKE_DL_LIBS})
	target_compile_options(bind-loop PRIVATE -fno-builtin)
	target_link_options(bind-loop PRIVATE -s)

	add_executable(bind-stock bind-stock.c)
	target_include_directories(bind-stock PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
	target_link_libraries(bind-stock PRIVATE PkgConfig::LTTNG_UST ${CMAKE_DL_LIBS})
	target_compile_options(bind-stock PRIVATE -fno-builtin -Wno-alloc-size-larger-than)

	if(NOT TARGET example-message-loop)
		add_subdirectory(${PROJECT_SOURCE_DIR}/examples/message-loop
			${PROJECT_BINARY_DIR}/examples/message-loop)
	endif()

	set(script ${CMAKE_CURRENT_SOURCE_DIR}/bind-recorded.sh)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
	file(STRINGS ${script} claims REGEX "^[a-z_0-9]+\\(\\) {$")
	list(TRANSFORM claims REPLACE "\\(\\) {$" "")
	list(FILTER claims EXCLUDE REGEX "^(expect_.*|run_bound|bound_report|start_session|end_session|make_.*)$")
	foreach(claim IN LISTS claims)
		add_test(NAME integration/bind_recorded/${claim} COMMAND ${script} ${claim})
		set_tests_properties(integration/bind_recorded/${claim} PROPERTIES
			LABELS integration TIMEOUT 600 SKIP_RETURN_CODE 77
			ENVIRONMENT "ALLOCSPAN=$<TARGET_FILE:allocspan-cli>;RECORD_TARGET=;RECORD_TICKER=;BIND_LOOP=$<TARGET_FILE:bind-loop>;BIND_STOCK=$<TARGET_FILE:bind-stock>;MESSAGE_LOOP=$<TARGET_FILE:example-message-loop>;PRELOAD=$<TARGET_FILE:allocspan-preload>;BIND=$<TARGET_FILE:allocspan-bind>")
	endforeach()
endif()
