// The host finds what an external does that it must not.

#include <string>
#include <vector>

#include "catch2.h"
#include "world.h"

using max_host::Box;
using max_host::take_breaches;
using max_host::World;

namespace {

using Breaches = std::vector<std::string>;

/// The breaches of a `bad~` that lives, performs, is told and is freed.
Breaches breaches_of(const std::string& rule, bool is_on_timer = false) {
    {
        World world;
        world.open(FLOW_SYNTH_BAD_EXTERNALS);
        Box& box = *world.create("bad~ " + rule);
        world.start_dsp(48000.0, 64);
        world.audio().play(std::vector<double>(256));
        if (is_on_timer) {
            world.timer().on_thread([&] { world.send(box, "break"); });
        } else {
            world.send(box, "break");
        }
        world.run_for(0.01);
    }
    return take_breaches();
}

/// The breaches of a second one that comes back to what was the first one's.
Breaches breaches_after(const std::string& rule, const std::string& back) {
    {
        World world;
        world.open(FLOW_SYNTH_BAD_EXTERNALS);
        Box& first = *world.create("bad~ " + rule);
        Box& second = *world.create("bad~ " + back);
        world.remove(first);
        world.send(second, "back");
    }
    return take_breaches();
}

}  // namespace

TEST_CASE("an external that keeps the rules breaks none", "[max]") {
    CHECK(breaches_of("fine").empty());
    CHECK(breaches_of("audio-clock").empty());
}

TEST_CASE("outlets are for Max's own threads, but not for audio", "[max]") {
    CHECK(breaches_of("audio-outlet") == Breaches{"an outlet is used on the audio thread"});
    CHECK(breaches_of("foreign-outlet") ==
          Breaches{"an outlet is used on a thread that is none of Max's"});
}

TEST_CASE("qelems are not for the audio thread", "[max]") {
    CHECK(breaches_of("audio-qelem") == Breaches{"a qelem is set on the audio thread"});
}

TEST_CASE("the audio thread neither allocates nor locks", "[max]") {
    CHECK(breaches_of("new") == Breaches{"perform allocates or frees memory"});
    CHECK(breaches_of("malloc") == Breaches{"perform allocates or frees memory"});
    CHECK(breaches_of("lock") == Breaches{"perform locks"});
}

TEST_CASE("nothing is sent while a lock is held, nor what an outlet is not made for", "[max]") {
    CHECK(breaches_of("held-outlet") == Breaches{"an outlet is used while a lock is held"});
    CHECK(breaches_of("signal-outlet") == Breaches{"an outlet sends what it was not made for"});
}

TEST_CASE("files are sought on the main thread", "[max]") {
    CHECK(breaches_of("file").empty());
    CHECK(breaches_of("file", /*is_on_timer=*/true) ==
          Breaches{"a file is sought on another than the main thread"});
}

TEST_CASE("signals end before all else, and all ends", "[max]") {
    CHECK(breaches_of("no-dsp-free") == Breaches{"a qelem is freed before z_dsp_free",
                                                 "a clock is freed before z_dsp_free",
                                                 "an object is freed without z_dsp_free"});
    CHECK(breaches_of("late-dsp-free") ==
          Breaches{"a qelem is freed before z_dsp_free", "a clock is freed before z_dsp_free"});
    CHECK(breaches_of("leave-qelem") == Breaches{"a qelem is never freed"});
    CHECK(breaches_of("leave-clock") == Breaches{"a clock is never freed"});
}

TEST_CASE("what was freed is used no more", "[max]") {
    CHECK(breaches_of("freed-qelem") == Breaches{"a qelem is set after it was freed"});
    CHECK(breaches_of("freed-clock") == Breaches{"a clock is set after it was freed"});
    CHECK(breaches_after("freed-outlet", "send") ==
          Breaches{"an outlet is used after its object was freed"});
#if !defined(FLOW_SYNTH_SANITIZED)
    // Sanitizers themselves see it, and end the program.
    CHECK(breaches_after("freed-memory", "write") ==
          Breaches{"an object is written to after it was freed"});
#endif
}
