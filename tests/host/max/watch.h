#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace max_host {

/// What a thread is to Max.
enum class Role { foreign, main, timer, audio };

/// [any-thread] What this thread is; every thread is foreign at first.
Role role() noexcept;
void set_role(Role role) noexcept;

/// [any-thread] How many locks this thread holds.
int n_locks_held() noexcept;

/// [any-thread] Notes that a rule of Max was broken.
void breach(std::string_view rule);

/// [main-thread] The rules that were broken since the last call, each once.
std::vector<std::string> take_breaches();

/// For as long as it lives, this thread must neither allocate nor free nor lock.
class Performing {
public:
    Performing() noexcept;
    Performing(const Performing&) = delete;
    Performing& operator=(const Performing&) = delete;
    ~Performing();

    /// [audio-thread] Whether this thread performs now.
    static bool is_now() noexcept;
};

/// For as long as it lives, what this thread does is the host's own business.
class HostsOwn {
public:
    HostsOwn() noexcept;
    HostsOwn(const HostsOwn&) = delete;
    HostsOwn& operator=(const HostsOwn&) = delete;
    ~HostsOwn();

private:
    bool m_was_watched;
};

}  // namespace max_host
