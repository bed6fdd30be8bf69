# The recorder of the packed form, by its parts: they are the library's own, so each test is built with those it needs.
if(TARGET allocspan)
	function(allocspan_add_packed_test name)
		list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/lib/core/)
		add_executable(${name} ${name}.c ${ARGN})
		target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/include
			${PROJECT_SOURCE_DIR}/lib/core ${PROJECT_SOURCE_DIR}/lib/ledger ${PROJECT_SOURCE_DIR}/tp)
		target_link_libraries(${name} PRIVATE allocspan_warnings PkgConfig::CMOCKA Threads::Threads)
		add_test(NAME unit/${name} COMMAND ${name})
		set_tests_properties(unit/${name} PROPERTIES LABELS unit TIMEOUT 600)
	endfunction()

	allocspan_add_packed_test(test-packed-clock packed-clock.c)
	add_test(NAME unit/test-packed-clock-monotonic COMMAND test-packed-clock monotonic)
	set_tests_properties(unit/test-packed-clock-monotonic PROPERTIES LABELS unit TIMEOUT 600)
	allocspan_add_packed_test(test-packed-encode packed-encode.c)
	allocspan_add_packed_test(test-packed-ring packed-ring.c packed-clock.c)
	# What is bound lazily would be stepped through in the dynamic linker.
	target_link_options(test-packed-ring PRIVATE -Wl,-z,now)
	set_tests_properties(unit/test-packed-ring PROPERTIES TIMEOUT 600)

	# It stands in for the tracer, whose table is not public: so with a library that hides nothing. Not with the sources:
	# the linker makes of `add` a `lea` where thread-local storage is the program's own, and UBSan's checks of GCC 12
	# look at the flags that only the first one sets.
	get_target_property(sources allocspan SOURCES)
	list(FILTER sources INCLUDE REGEX "\\.c$")
	list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/lib/core/)
	add_library(allocspan-unhidden SHARED ${sources})
	target_include_directories(allocspan-unhidden PUBLIC ${PROJECT_SOURCE_DIR}/include
		${PROJECT_SOURCE_DIR}/lib/core ${PROJECT_SOURCE_DIR}/lib/ledger ${PROJECT_SOURCE_DIR}/tp)
	# Without allocspan_warnings, which hides.
	target_link_libraries(allocspan-unhidden PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
	target_compile_definitions(allocspan-unhidden PRIVATE _GNU_SOURCE PUBLIC ASPAN_UNHIDDEN)
	target_compile_options(allocspan-unhidden PRIVATE -fexceptions)
	allocspan_add_packed_test(test-packed-record)
	target_link_libraries(test-packed-record PRIVATE allocspan-unhidden ${CMAKE_DL_LIBS})
	allocspan_add_packed_test(test-free-not-seen)
	target_link_libraries(test-free-not-seen PRIVATE allocspan-unhidden)
endif()
