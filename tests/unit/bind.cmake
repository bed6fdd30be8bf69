# Tests of liballocspan-bind; no interposer, no session daemon.
# The parts that know nothing of the core.
foreach(module spec signature)
	add_executable(test-bind-${module} test-bind-${module}.c)
	target_link_libraries(test-bind-${module} PRIVATE
		allocspan-bind-spec allocspan_warnings PkgConfig::CMOCKA)
	add_test(NAME unit/test-bind-${module} COMMAND test-bind-${module})
	set_tests_properties(unit/test-bind-${module} PROPERTIES LABELS unit TIMEOUT 300)
endforeach()

# Needs no library of ours that a program loads.
add_executable(test-bind-replay test-bind-replay.c)
target_link_libraries(test-bind-replay PRIVATE allocspan-analysis allocspan_warnings PkgConfig::CMOCKA)
# An object whose first segment is not wanted at address 0; libraries and test-bind-groups are of the other sort.
# A thread sanitizer wants it elsewhere.
if(NOT CMAKE_C_FLAGS MATCHES "-fsanitize=")
	target_compile_options(test-bind-replay PRIVATE -fno-pie)
	target_link_options(test-bind-replay PRIVATE -no-pie)
endif()
add_test(NAME unit/test-bind-replay COMMAND test-bind-replay)
set_tests_properties(unit/test-bind-replay PROPERTIES LABELS unit TIMEOUT 300)

add_executable(test-bind-entry test-bind-entry.c ${PROJECT_SOURCE_DIR}/lib/bind/probe-entry.c)
target_include_directories(test-bind-entry PRIVATE
	${PROJECT_SOURCE_DIR}/lib/bind ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(test-bind-entry PRIVATE allocspan_warnings)
add_test(NAME unit/test-bind-entry COMMAND test-bind-entry)
add_test(NAME unit/test-bind-entry-aarch64
	COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/bind-entry-aarch64.sh)
set_tests_properties(unit/test-bind-entry unit/test-bind-entry-aarch64 PROPERTIES
	LABELS unit TIMEOUT 300 SKIP_RETURN_CODE 77
	ENVIRONMENT "SOURCE_DIR=${PROJECT_SOURCE_DIR}")

# The library stands before dlsym(), which a sanitizer calls before it is ready to run our code.
if(CMAKE_C_FLAGS MATCHES "-fsanitize=")
	return()
endif()

add_library(bind-provider OBJECT bind-provider.c)
target_include_directories(bind-provider PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(bind-provider PUBLIC PkgConfig::LTTNG_UST)

# Objects that the tests open: two versions of one, and a copy.
function(allocspan_add_bind_plugin name version)
	add_library(${name} MODULE bind-plugin.c)
	target_compile_definitions(${name} PRIVATE PLUGIN_VERSION=${version})
	target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
	target_link_libraries(${name} PRIVATE PkgConfig::LTTNG_UST ${CMAKE_DL_LIBS})
endfunction()
allocspan_add_bind_plugin(bind-plugin-1 1)
allocspan_add_bind_plugin(bind-plugin-1-copy 1)
allocspan_add_bind_plugin(bind-plugin-2 2)

# The tests link the library, so that they see other objects come and go.
# Its dlsym() stands before the C library's, which no sanitizer survives: hence the label.
function(allocspan_add_bind_test name source)
	add_executable(${name} ${source} $<TARGET_OBJECTS:bind-provider>)
	target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
	target_link_libraries(${name} PRIVATE allocspan::bind allocspan::allocspan allocspan_warnings
		PkgConfig::LTTNG_UST PkgConfig::CMOCKA Threads::Threads ${CMAKE_DL_LIBS})
	set_target_properties(${name} PROPERTIES ENABLE_EXPORTS ON)
	target_compile_definitions(${name} PRIVATE
		PLUGIN_1="$<TARGET_FILE:bind-plugin-1>"
		PLUGIN_1_COPY="$<TARGET_FILE:bind-plugin-1-copy>"
		PLUGIN_2="$<TARGET_FILE:bind-plugin-2>")
	add_test(NAME unit/${name} COMMAND ${name})
	set_tests_properties(unit/${name} PROPERTIES LABELS "unit;preload" TIMEOUT 600
		ENVIRONMENT LTTNG_UST_REGISTER_TIMEOUT=0)
endfunction()

foreach(module arguments groups pairs objects)
	allocspan_add_bind_test(test-bind-${module} test-bind-${module}.c)
endforeach()
allocspan_add_bind_test(test-bind-exceptions test-bind-exceptions.cpp)

# Both sides of a binding.
allocspan_add_bind_test(test-bind-twin test-bind-twin.c)
target_link_libraries(test-bind-twin PRIVATE allocspan-analysis)

# The library as somebody opens it who was not linked with it.
add_executable(test-bind-opened test-bind-opened.c)
target_link_libraries(test-bind-opened PRIVATE allocspan_warnings PkgConfig::CMOCKA ${CMAKE_DL_LIBS})
target_include_directories(test-bind-opened PRIVATE ${PROJECT_SOURCE_DIR}/include)
target_compile_definitions(test-bind-opened PRIVATE
	PLUGIN_1="$<TARGET_FILE:bind-plugin-1>" PLUGIN_2="$<TARGET_FILE:bind-plugin-2>"
	BIND_LIBRARY="$<TARGET_FILE:allocspan-bind>")
set_target_properties(test-bind-opened PROPERTIES ENABLE_EXPORTS ON)
add_dependencies(test-bind-opened bind-plugin-1 bind-plugin-2 allocspan-bind)
add_test(NAME unit/test-bind-opened COMMAND test-bind-opened)
set_tests_properties(unit/test-bind-opened PROPERTIES LABELS unit TIMEOUT 300
	ENVIRONMENT LTTNG_UST_REGISTER_TIMEOUT=0)
