# Installation: library, headers, CMake package (find_package(nnefcl), target nnefcl::nnefcl) and pkg-config file (nnefcl).
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/nnefcl)

install(TARGETS nnefcl EXPORT nnefcl LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/nnefcl DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT nnefcl NAMESPACE nnefcl:: FILE nnefcl-targets.cmake DESTINATION ${package_folder})

file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/nnefcl-config.cmake "include(\"\${CMAKE_CURRENT_LIST_DIR}/nnefcl-targets.cmake\")\n")
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/nnefcl-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/nnefcl-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/nnefcl-config-version.cmake DESTINATION ${package_folder})

# The prefix is found from the place of the .pc file, so that an installed tree can be moved.
file(RELATIVE_PATH pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/nnefcl.pc.in nnefcl.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/nnefcl.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
