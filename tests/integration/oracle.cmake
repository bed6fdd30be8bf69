# The oracle (oracle.h): random work of every kind, and an account of it that everything must agree with. The
# seed is another one each time and printed; tests/stress/oracle.sh runs it for as long as one likes.
if(TARGET allocspan AND TARGET allocspan-preload)
	set(oracle_sources oracle.c oracle-account.c oracle-block.c oracle-new.cpp oracle-stack.c
		oracle-timer.c oracle-tracker.c oracle-worker.c)
	function(allocspan_add_oracle name)
		add_executable(${name} ${oracle_sources})
		target_link_libraries(${name} PRIVATE allocspan_warnings Threads::Threads ${CMAKE_DL_LIBS}
			${ARGN} allocspan::allocspan)
		target_compile_options(${name} PRIVATE -fno-builtin -Wno-alloc-size-larger-than)
	endfunction()
	allocspan_add_oracle(oracle)
	allocspan_add_oracle(oracle-linked allocspan::preload)

	function(allocspan_add_oracle_test name preload)
		add_test(NAME integration/oracle-${name} COMMAND ${ARGN})
		set_tests_properties(integration/oracle-${name} PROPERTIES LABELS integration TIMEOUT 600
			ENVIRONMENT "LTTNG_UST_REGISTER_TIMEOUT=0;LD_PRELOAD=${preload}")
	endfunction()

	foreach(mode plain tracker reentered timer)
		allocspan_add_oracle_test(${mode} $<TARGET_FILE:allocspan-preload>
			oracle --mode ${mode} --rounds 60)
		allocspan_add_oracle_test(${mode}-on-forty-threads $<TARGET_FILE:allocspan-preload>
			oracle --mode ${mode} --rounds 5 --threads 40)
	endforeach()
	allocspan_add_oracle_test(linked "" oracle-linked --rounds 60)
	allocspan_add_oracle_test(linked-reentered "" oracle-linked --mode reentered --rounds 60)

	# With a session daemon: the trace agrees too, and the report of it.
	set(command)
	if(TARGET allocspan-cli)
		set(command $<TARGET_FILE:allocspan-cli>)
	endif()
	foreach(mode plain reentered timer)
		foreach(kind complete lossy)
			add_test(NAME integration/oracle-recorded-${mode}-${kind}
				COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/oracle-recorded.sh ${mode} ${kind} 15)
			set_tests_properties(integration/oracle-recorded-${mode}-${kind} PROPERTIES
				LABELS integration TIMEOUT 600
				ENVIRONMENT "ORACLE=$<TARGET_FILE:oracle>;PRELOAD=$<TARGET_FILE:allocspan-preload>;ALLOCSPAN=${command}")
		endforeach()
	endforeach()

	foreach(allocator jemalloc mimalloc tcmalloc_minimal)
		find_library(ORACLE_${allocator} NAMES lib${allocator}.so.2 lib${allocator}.so.4)
		if(ORACLE_${allocator})
			foreach(mode plain reentered)
				allocspan_add_oracle_test(over-${allocator}-${mode}
					"$<TARGET_FILE:allocspan-preload>:${ORACLE_${allocator}}"
					oracle --mode ${mode} --rounds 30)
			endforeach()
		else()
			message(STATUS "oracle: not over ${allocator}, which is not installed")
		endif()
	endforeach()
endif()
