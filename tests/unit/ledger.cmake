# Tests of lib/ledger.
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

foreach(module file refusals process motion waiting)
	set(name test-ledger-${module})
	add_executable(${name} ${name}.c)
	target_link_libraries(${name} PRIVATE allocspan-ledger allocspan_warnings PkgConfig::CMOCKA)
	target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tp)
	add_test(NAME unit/${name} COMMAND ${name})
	set_tests_properties(unit/${name} PROPERTIES LABELS unit TIMEOUT 120)
endforeach()
# A file that shrinks between two reads.
target_link_options(test-ledger-refusals PRIVATE -Wl,--wrap=pread)

# What a living process has loaded: a library with the name and the symbol alone. Reads are numbered.
add_library(ledger-library SHARED ledger-library.c)
target_link_libraries(ledger-library PRIVATE allocspan_warnings)
target_include_directories(ledger-library PRIVATE ${PROJECT_SOURCE_DIR}/lib/ledger)
set_target_properties(ledger-library PROPERTIES OUTPUT_NAME allocspan SUFFIX .so.0
	LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/ledger-library)
foreach(name test-ledger-process test-ledger-motion)
	target_compile_definitions(${name} PRIVATE TEST_LEDGER_LIBRARY="$<TARGET_FILE:ledger-library>")
	target_link_libraries(${name} PRIVATE ${CMAKE_DL_LIBS})
	target_link_options(${name} PRIVATE -Wl,--wrap=process_vm_readv)
	add_dependencies(${name} ledger-library)
endforeach()

# The fuzzer's seeds are made by the build; tests/stress/fuzz.sh finds them by their name.
add_executable(make-ledger-seeds make-ledger-seeds.c)
target_link_libraries(make-ledger-seeds PRIVATE allocspan-ledger allocspan_warnings)
target_include_directories(make-ledger-seeds PRIVATE ${PROJECT_SOURCE_DIR}/tp)
set(seeds ${CMAKE_CURRENT_BINARY_DIR}/seeds-ledger)
file(MAKE_DIRECTORY ${seeds})
add_custom_command(TARGET make-ledger-seeds POST_BUILD COMMAND make-ledger-seeds ${seeds} VERBATIM)
if(CLANG)
	set(sources account.c extents.c image.c image-claims.c ledger-error.c reader-file.c sections.c
		open-file.c tags.c waiting.c waiting-groups.c waiting-layout.c waiting-time.c walk.c walk-threads.c)
	list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/lib/ledger/)
	allocspan_add_fuzz_test(ledger ${sources})
	add_test(NAME unit/fuzz-ledger-seeds
		COMMAND ${CMAKE_CURRENT_BINARY_DIR}/fuzz-ledger -runs=0 ${seeds})
	set_tests_properties(unit/fuzz-ledger-seeds PROPERTIES LABELS unit TIMEOUT 120)
endif()
