# Tests of liballocspan through its public headers; no interposer, no session daemon.
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

function(allocspan_add_unit_test name source)
	add_executable(${name} ${source})
	target_link_libraries(${name} PRIVATE allocspan::allocspan allocspan_warnings
		PkgConfig::CMOCKA Threads::Threads)
	add_test(NAME unit/${name} COMMAND ${name})
	set_tests_properties(unit/${name} PROPERTIES LABELS unit TIMEOUT 600)
endfunction()

if(TARGET allocspan)
	foreach(module group group-input group-reclaim guard misuse unwind span context fiber tracking
			tracker stats scope no-memory)
		allocspan_add_unit_test(test-${module} test-${module}.c)
	endforeach()
	allocspan_add_unit_test(test-call-exception test-call-exception.cpp)

	add_library(scope-disabled OBJECT scope-disabled.c)
	target_include_directories(scope-disabled PRIVATE ${PROJECT_SOURCE_DIR}/include)
	target_link_libraries(scope-disabled PRIVATE allocspan_warnings)
	add_test(NAME unit/disabled_macros_compile_to_nothing
		COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/check-scope-disabled.sh $<TARGET_OBJECTS:scope-disabled>)
	set_tests_properties(unit/disabled_macros_compile_to_nothing PROPERTIES LABELS unit TIMEOUT 300)
endif()
