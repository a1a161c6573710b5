# A project outside the tree finds the installed package with CMake and with pkg-config.
add_test(NAME install/package COMMAND sh ${CMAKE_SOURCE_DIR}/tests/install/package.sh ${CMAKE_BINARY_DIR} ${CMAKE_COMMAND} ${CMAKE_C_COMPILER} "${NNEFCL_SANITIZE}")
