# What the tracer goes through, and the program with it: each function of tracing-life.sh that is a claim is a test.
if(TARGET allocspan AND TARGET allocspan-preload)
	add_executable(tracing-life tracing-life.c)
	target_link_libraries(tracing-life PRIVATE allocspan::allocspan allocspan_warnings)
	target_compile_options(tracing-life PRIVATE -fno-builtin)
	set(script ${CMAKE_CURRENT_SOURCE_DIR}/tracing-life.sh)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
	file(STRINGS ${script} claims REGEX "^[a-z_]+_[a-z_]+_[a-z_]+_[a-z_]+\\(\\) {$")
	list(TRANSFORM claims REPLACE "\\(\\) {$" "")
	foreach(claim IN LISTS claims)
		add_test(NAME integration/tracing-life/${claim} COMMAND ${script} ${claim}
			$<TARGET_FILE:allocspan-preload> $<TARGET_FILE:tracing-life>)
		set_tests_properties(integration/tracing-life/${claim} PROPERTIES LABELS integration
			TIMEOUT 600 SKIP_RETURN_CODE 77)
	endforeach()
endif()
