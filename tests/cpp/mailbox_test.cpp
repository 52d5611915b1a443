#include "mailbox.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>

#include "catch2.h"
#include "ring.h"

using flow_synth::Mailbox;
using flow_synth::Ring;

namespace {

/// Numbers that are all the same, unless one was read while another was written.
using Page = std::array<std::uint64_t, 64>;

}  // namespace

TEST_CASE("a mailbox is empty until something is published, and again when it is taken") {
    Mailbox<int> box;
    CHECK_FALSE(box.take());
    box.draft() = 1;
    CHECK_FALSE(box.take());
    box.publish();
    REQUIRE(box.take());
    CHECK(box.latest() == 1);
    CHECK_FALSE(box.take());
    CHECK(box.latest() == 1);
}

TEST_CASE("a mailbox keeps the latest alone") {
    Mailbox<int> box;
    for (int number = 1; number <= 5; ++number) {
        box.draft() = number;
        box.publish();
    }
    REQUIRE(box.take());
    CHECK(box.latest() == 5);
    CHECK_FALSE(box.take());
}

TEST_CASE("between two threads a mailbox mixes nothing and goes never back") {
    constexpr std::uint64_t k_last = 200'000;
    Mailbox<Page> box;
    std::thread writer([&box] {
        for (std::uint64_t number = 1; number <= k_last; ++number) {
            box.draft().fill(number);
            box.publish();
        }
    });
    std::uint64_t before = 0;
    bool is_right = true;
    while (before < k_last) {
        if (!box.take()) {
            std::this_thread::yield();
            continue;
        }
        const Page& page = box.latest();
        is_right = is_right && page.front() > before && page.front() == page.back();
        before = page.front();
    }
    writer.join();
    CHECK(is_right);
}

TEST_CASE("a ring gives back what it was given, in order, until it is full") {
    Ring<int, 4> ring;
    int value = 0;
    CHECK_FALSE(ring.pop(value));
    for (int round = 0; round < 3; ++round) {
        for (int number = 0; number < 4; ++number) {
            CHECK(ring.push(number));
        }
        CHECK_FALSE(ring.push(4));
        for (int number = 0; number < 4; ++number) {
            REQUIRE(ring.pop(value));
            CHECK(value == number);
        }
        CHECK_FALSE(ring.pop(value));
    }
}

TEST_CASE("between two threads a ring loses nothing") {
    constexpr std::uint64_t k_last = 200'000;
    Ring<std::uint64_t, 64> ring;
    std::thread writer([&ring] {
        for (std::uint64_t number = 1; number <= k_last; ++number) {
            while (!ring.push(number)) {
                std::this_thread::yield();
            }
        }
    });
    bool is_right = true;
    for (std::uint64_t expected = 1; expected <= k_last;) {
        std::uint64_t value = 0;
        if (ring.pop(value)) {
            is_right = is_right && value == expected;
            ++expected;
        } else {
            std::this_thread::yield();
        }
    }
    writer.join();
    CHECK(is_right);
}
