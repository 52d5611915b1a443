#pragma once

#include <span>
#include <string>

#include "atom.h"

namespace flow_synth {

/// What an object asks of the program that it lives in. All is called on the control thread, and
/// but for `find_file` within `FlowObject::poll` alone.
class Host {
public:
    Host() = default;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    virtual ~Host() = default;

    /// [control-thread] Where the file lies that a user named; the name itself if nowhere.
    virtual std::string find_file(const std::string& name) = 0;

    /// [control-thread] Out of the outlets: unit values [P], z [D], and lines for who asks.
    virtual void send_params(std::span<const float> units) = 0;
    virtual void send_latent(std::span<const float> z) = 0;
    virtual void send_info(const std::string& selector, std::span<const Atom> atoms) = 0;

    /// [control-thread] Into the console.
    virtual void complain(const std::string& sentence) = 0;
};

}  // namespace flow_synth
