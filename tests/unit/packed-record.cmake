# The recorder of the packed form, by its parts: they are the library's own, so each test is built with those it needs.
if(TARGET allocspan)
	function(allocspan_add_packed_test name)
		list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/lib/core/)
		add_executable(${name} ${name}.c ${ARGN})
		target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/include
			${PROJECT_SOURCE_DIR}/lib/core ${PROJECT_SOURCE_DIR}/tp)
		target_link_libraries(${name} PRIVATE allocspan_warnings PkgConfig::CMOCKA Threads::Threads)
		add_test(NAME unit/${name} COMMAND ${name})
		set_tests_properties(unit/${name} PROPERTIES LABELS unit TIMEOUT 120)
	endfunction()

	allocspan_add_packed_test(test-packed-clock packed-clock.c)
	add_test(NAME unit/test-packed-clock-monotonic COMMAND test-packed-clock monotonic)
	set_tests_properties(unit/test-packed-clock-monotonic PROPERTIES LABELS unit TIMEOUT 120)
	allocspan_add_packed_test(test-packed-encode packed-encode.c)
	allocspan_add_packed_test(test-packed-ring packed-ring.c packed-clock.c)
	# What is bound lazily would be stepped through in the dynamic linker.
	target_link_options(test-packed-ring PRIVATE -Wl,-z,now)
	set_tests_properties(unit/test-packed-ring PROPERTIES TIMEOUT 600)

	# With all sources, since it stands in for the tracer: the table is not public.
	get_target_property(sources allocspan SOURCES)
	list(FILTER sources INCLUDE REGEX "\\.c$")
	allocspan_add_packed_test(test-packed-record ${sources})
	target_compile_options(test-packed-record PRIVATE -fexceptions)
	target_link_libraries(test-packed-record PRIVATE ${CMAKE_DL_LIBS})
endif()
