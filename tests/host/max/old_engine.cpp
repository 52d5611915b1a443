// Two libraries that are not what they seem: an engine of a version that never was, and under its
// name what a process has that runs another LibTorch.

extern "C" __attribute__((visibility("default"))) int fs_abi_version() { return -1; }
