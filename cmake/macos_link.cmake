# How LLVM's linker makes a bundle for macOS of what Zig has compiled. Zig's own linker makes none,
# but it builds the C++ library, and says where it lies when it links something that is new.
set(probe "${CMAKE_BINARY_DIR}/probe")
string(TIMESTAMP now "%s" UTC)
string(RANDOM new)
file(WRITE "${probe}.cpp" "#include <string>\nint main() { return std::string(\"${now}${new}\").empty(); }\n")
execute_process(
    COMMAND "${CMAKE_COMMAND}" -E env ZIG_VERBOSE_LINK=1
        "${CMAKE_CXX_COMPILER}" c++ -target ${zig_target} -o "${probe}" "${probe}.cpp"
    ERROR_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCH "ld -dynamic[^\n]*" said "${said}")
string(REGEX MATCHALL "[^ ]+\\.a" runtime "${said}")
if(NOT runtime MATCHES "libc\\+\\+")
    message(FATAL_ERROR "Zig does not say where its C++ library lies")
endif()
list(JOIN runtime " " runtime)

# What the system's library has, but for processors that the linker has not heard of. Zig names its
# folder as it is seen from where it is asked.
execute_process(
    COMMAND "${CMAKE_CXX_COMPILER}" env
    WORKING_DIRECTORY "${CMAKE_BINARY_DIR}" OUTPUT_VARIABLE zig_environment COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCH "lib_dir = \"([^\"]+)\"" found "${zig_environment}")
file(REAL_PATH "${CMAKE_MATCH_1}" zig_library BASE_DIRECTORY "${CMAKE_BINARY_DIR}")
file(READ "${zig_library}/libc/darwin/libSystem.tbd" system)
string(REGEX REPLACE ",[ \n]*arm64e\\.x1-[a-z]+" "" system "${system}")
file(WRITE "${CMAKE_BINARY_DIR}/sdk/libSystem.tbd" "${system}")

set(CMAKE_CXX_CREATE_SHARED_MODULE "\"${ld64}\" -arch ${FLOW_SYNTH_PROCESSOR} \
-platform_version macos ${macos_version} ${macos_version} -bundle -adhoc_codesign -dead_strip \
<LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES> ${runtime} -L\"${CMAKE_BINARY_DIR}/sdk\" -lSystem")
# Flags go to the linker as they are.
set(CMAKE_CXX_LINKER_WRAPPER_FLAG "")
set(CMAKE_CXX_FLAGS "")
set(CMAKE_SHARED_MODULE_CREATE_CXX_FLAGS "")
