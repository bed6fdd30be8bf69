# Tests of liballocspan-bind; no interposer, no session daemon.
if(NOT TARGET allocspan-bind)
	return()
endif()

# The parts that know nothing of the core.
foreach(module spec signature)
	add_executable(test-bind-${module} test-bind-${module}.c)
	target_link_libraries(test-bind-${module} PRIVATE
		allocspan-bind-spec allocspan_warnings PkgConfig::CMOCKA)
	add_test(NAME unit/test-bind-${module} COMMAND test-bind-${module})
	set_tests_properties(unit/test-bind-${module} PROPERTIES LABELS unit TIMEOUT 60)
endforeach()

add_library(bind-provider OBJECT bind-provider.c)
target_include_directories(bind-provider PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(bind-provider PUBLIC PkgConfig::LTTNG_UST)

# The tests link the library, so that they see other objects come and go.
function(allocspan_add_bind_test name source)
	add_executable(${name} ${source} $<TARGET_OBJECTS:bind-provider>)
	target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
	target_link_libraries(${name} PRIVATE allocspan::bind allocspan::allocspan allocspan_warnings
		PkgConfig::LTTNG_UST PkgConfig::CMOCKA Threads::Threads ${CMAKE_DL_LIBS})
	add_test(NAME unit/${name} COMMAND ${name})
	set_tests_properties(unit/${name} PROPERTIES LABELS unit TIMEOUT 120
		ENVIRONMENT LTTNG_UST_REGISTER_TIMEOUT=0)
endfunction()

foreach(module arguments groups pairs)
	allocspan_add_bind_test(test-bind-${module} test-bind-${module}.c)
endforeach()
