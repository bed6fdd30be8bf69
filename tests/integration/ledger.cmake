# Ledgers of programs that fork in all ways and are killed at any time, held against the programs' own accounts. The seeds are fixed
# here; tests/stress/forks.sh has others.
if(TARGET allocspan AND TARGET allocspan-preload AND TARGET allocspan-ledger)
	add_executable(ledger-program ledger-program.c ledger-work.c)
	target_link_libraries(ledger-program PRIVATE allocspan::allocspan allocspan_warnings Threads::Threads)
	target_compile_options(ledger-program PRIVATE -fno-builtin)
	add_executable(fault-program fault-program.c ledger-work.c)
	target_link_libraries(fault-program PRIVATE allocspan::allocspan allocspan_warnings Threads::Threads)
	target_compile_options(fault-program PRIVATE -fno-builtin)
	add_executable(ledger-judge ledger-judge.c)
	target_link_libraries(ledger-judge PRIVATE allocspan-ledger allocspan_warnings)
	foreach(seed RANGE 1 4)
		add_test(NAME integration/ledger-trials-${seed}
			COMMAND ledger-judge $<TARGET_FILE:ledger-program> ${seed} 30)
		set_tests_properties(integration/ledger-trials-${seed} PROPERTIES LABELS integration TIMEOUT 300
			ENVIRONMENT "LTTNG_UST_REGISTER_TIMEOUT=0;LEDGER_PRELOAD=$<TARGET_FILE:allocspan-preload>")
	endforeach()
endif()

# And through a trace and the report of it.
if(TARGET ledger-program AND TARGET allocspan-cli)
	foreach(seed RANGE 1 2)
		add_test(NAME integration/recorded-deaths-${seed}
			COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/recorded-deaths.py $<TARGET_FILE:allocspan-cli>
			$<TARGET_FILE:ledger-program> ${seed} 12)
		set_tests_properties(integration/recorded-deaths-${seed} PROPERTIES LABELS integration TIMEOUT 600)
	endforeach()
endif()

# Each way to come to an end, once in each form: tests/stress/faults.sh is the long form.
if(TARGET fault-program AND TARGET allocspan-cli)
	set(faults_killed kill_self kill_outside segv abort term exit_group)
	set(faults_growing grow_kill_self grow_kill_outside grow_segv grow_term grow_exit_group)
	set(faults_ending _exit quick_exit exit main_thread_exit)
	set(faults_memory cgroup rlimit_as_at_once rlimit_as_later grow_rlimit_as_later)
	set(faults_recorder session_daemon_killed consumer_daemon_killed disk_full)
	foreach(kind killed growing ending memory recorder)
		add_test(NAME integration/recorded-faults-${kind}
			COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/recorded-faults.sh $<TARGET_FILE:allocspan-cli>
			$<TARGET_FILE:fault-program> 1 1 ${faults_${kind}})
		set_tests_properties(integration/recorded-faults-${kind} PROPERTIES
			LABELS integration TIMEOUT 600 SKIP_RETURN_CODE 77)
	endforeach()
endif()
