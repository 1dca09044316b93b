# Archives for a program that must run on any later Debian: only libc, libm and the loader stay
# shared.

file(GLOB ROLLMILL_ABSL_ARCHIVES /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/libabsl_*.a)

add_library(rollmill_static_grpc INTERFACE)
target_link_libraries(
  rollmill_static_grpc
  INTERFACE -Wl,--start-group
            libgrpc++_reflection.a
            libgrpc++.a
            libgrpc.a
            libgpr.a
            libaddress_sorting.a
            libupb.a
            libprotobuf.a
            libcares.a
            libre2.a
            libssl.a
            libcrypto.a
            libz.a
            ${ROLLMILL_ABSL_ARCHIVES}
            -Wl,--end-group
            Threads::Threads)

add_library(rollmill_static_sqlite INTERFACE)
target_link_libraries(rollmill_static_sqlite INTERFACE libsqlite3.a m)

# Makes the program `target` self-contained: all it links, however deep, comes from archives.
function(rollmill_link_static target)
  set_target_properties(${target} PROPERTIES ROLLMILL_STATIC ON)
  if(ROLLMILL_SANITIZE STREQUAL "none")
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endfunction()
