# Windows, compiled and linked by Zig, with the C++ library inside.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
set(zig_target x86_64-windows-gnu)
include("${CMAKE_CURRENT_LIST_DIR}/zig.cmake")
find_program(dlltool NAMES llvm-dlltool-22 llvm-dlltool-19 REQUIRED)
