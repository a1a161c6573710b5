# SPDX-License-Identifier: Apache-2.0
# Installation: library, archive, headers, CMake package (find_package(nnefcl)) and pkg-config files (nnefcl, nnefcl-static).
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/nnefcl)

# What a program that links the archive needs: the shared libraries that ours needs. (As Requires.private, --static would ask for archives of theirs, and of all that stands behind them.)
set(static_libraries ${OPENCL_LIBRARIES} ${ARCHIVE_LIBRARIES} ${ZLIB_LIBRARIES} ${PROTOBUF_C_LIBRARIES} ${CMAKE_DL_LIBS} m pthread)
list(TRANSFORM static_libraries PREPEND -l) # a bare name may be a target of the program's
string(REPLACE ";" " " libs_private "${static_libraries}")

install(TARGETS nnefcl EXPORT nnefcl LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/nnefcl DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT nnefcl NAMESPACE nnefcl:: FILE nnefcl-targets.cmake DESTINATION ${package_folder})

install(FILES $<TARGET_FILE:nnefcl_internal> DESTINATION ${CMAKE_INSTALL_LIBDIR})
configure_file(cmake/nnefcl-config.cmake.in nnefcl-config.cmake @ONLY)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/nnefcl-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/nnefcl-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/nnefcl-config-version.cmake DESTINATION ${package_folder})

# The prefix is found from the place of the .pc file, so that an installed tree can be moved.
file(RELATIVE_PATH pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
# Where library and archive lie side by side, linkers take the library for nnefcl, also with --static: the archive has a file of its own.
foreach(pc nnefcl nnefcl-static)
  configure_file(cmake/${pc}.pc.in ${pc}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${pc}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

# What is installed, without tests and examples.
add_custom_target(installable DEPENDS nnefcl nnefcl_internal)
if(TARGET nnef-cl-run)
  add_dependencies(installable nnef-cl-run)
endif()

add_custom_target(uninstall VERBATIM
  COMMAND ${CMAKE_COMMAND} -DMANIFEST=${CMAKE_CURRENT_BINARY_DIR}/install_manifest.txt -P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/uninstall.cmake)
