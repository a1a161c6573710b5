# Installation: library, headers, CMake package, pkg-config file.
install(TARGETS nnefcl LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/nnefcl DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
