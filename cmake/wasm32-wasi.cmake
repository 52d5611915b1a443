# WebAssembly, as browsers run it.
set(CMAKE_SYSTEM_NAME WASI)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(zig_target "wasm32-wasi -msimd128")
include("${CMAKE_CURRENT_LIST_DIR}/zig.cmake")
# CMake sets the extension of object files after it reads this file, and then reads it again.
set(CMAKE_USER_MAKE_RULES_OVERRIDE "${CMAKE_CURRENT_LIST_FILE}")
set(CMAKE_CXX_OUTPUT_EXTENSION .o)
set(CMAKE_EXECUTABLE_SUFFIX_CXX .wasm)
