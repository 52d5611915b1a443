#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace flow_synth {

/// [loader-thread, allocates] The archive that the core reads, with nothing in it but a flow blob
/// and an empty description: a page is not given the 20 MB that sounds are heard with.
std::vector<std::byte> blob_archive(std::span<const std::byte> blob);

}  // namespace flow_synth
