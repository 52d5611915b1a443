# A compiler for other machines: `pip install ziglang`. The file that includes this names the target.
find_program(python_zig python-zig REQUIRED)
set(CMAKE_CXX_COMPILER "${python_zig}")
set(CMAKE_CXX_COMPILER_ARG1 "c++ -target ${zig_target}")
# Zig's archiver is one of its commands, too.
set(CMAKE_CXX_ARCHIVE_CREATE "\"${python_zig}\" ar qc <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "\"${python_zig}\" ranlib <TARGET>")
