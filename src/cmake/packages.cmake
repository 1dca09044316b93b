# Every third-party package, looked up once. Adapters and programs link these names:
#   rollmill_grpc    gRPC, its reflection, Protobuf      rollmill_sqlite  SQLite
#   rollmill_log     spdlog, header-only                 rollmill_json    nlohmann/json
#   rollmill_asio    Boost 1.81 headers, threads         rollmill_cli11   CLI11
# A target with the property ROLLMILL_STATIC gets archives instead of shared libraries.

find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)

include(static_grpc)

add_library(rollmill_grpc INTERFACE)
target_link_libraries(
  rollmill_grpc
  INTERFACE
    $<IF:$<BOOL:$<TARGET_PROPERTY:ROLLMILL_STATIC>>,rollmill_static_grpc,rollmill_shared_grpc>)
add_library(rollmill_shared_grpc INTERFACE)
target_link_libraries(rollmill_shared_grpc INTERFACE gRPC::grpc++ gRPC::grpc++_reflection
                                                     protobuf::libprotobuf)

add_library(rollmill_sqlite INTERFACE)
target_link_libraries(
  rollmill_sqlite
  INTERFACE $<IF:$<BOOL:$<TARGET_PROPERTY:ROLLMILL_STATIC>>,rollmill_static_sqlite,SQLite::SQLite3>)

# Header-only, since neither spdlog nor fmt ships an archive for the self-contained agent.
add_library(rollmill_log INTERFACE)
target_compile_definitions(rollmill_log INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY=1)
target_link_libraries(rollmill_log INTERFACE Threads::Threads)

add_library(rollmill_asio INTERFACE)
target_compile_definitions(rollmill_asio INTERFACE BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(rollmill_asio INTERFACE Boost::headers Threads::Threads)

add_library(rollmill_json INTERFACE)
target_link_libraries(rollmill_json INTERFACE nlohmann_json::nlohmann_json)

add_library(rollmill_cli11 INTERFACE)
target_link_libraries(rollmill_cli11 INTERFACE CLI11::CLI11)
