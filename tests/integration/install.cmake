# What is installed can be used by somebody else, also after it was moved.
add_test(NAME integration/installed_tree_serves_an_outside_consumer
	COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/install/test.sh ${PROJECT_BINARY_DIR} ${PROJECT_VERSION})
set_tests_properties(integration/installed_tree_serves_an_outside_consumer PROPERTIES LABELS integration)
