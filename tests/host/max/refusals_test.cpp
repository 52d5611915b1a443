// What `flow_synth~` makes of messages, files and engines that are wrong: one sentence each.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "catch2.h"
#include "patch.h"

#include <dlfcn.h>

using max_host::take_breaches;

namespace {

/// Whether one sentence, and no other, was said and has something in it.
bool says(Patch& patch, const std::string& part) {
    const auto complaints = patch.next_complaints();
    INFO((complaints.empty() ? "nothing" : complaints.front()));
    CHECK(complaints.size() == 1);
    CHECK((!complaints.empty() && complaints.front().find(part) != std::string::npos));
    return complaints.size() == 1;
}

/// An environment in which the engine is named.
class Engine {
public:
    explicit Engine(const char* path) { setenv("FLOW_SYNTH_ENGINE", path, 1); }
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine() { unsetenv("FLOW_SYNTH_ENGINE"); }
};

}  // namespace

TEST_CASE("an object without a model is there and says so", "[max]") {
    Patch patch;
    patch.send("match");
    CHECK(says(patch, "no model"));
    patch.send("reload");
    CHECK(says(patch, "there is no model to load again"));
}

TEST_CASE("wrong messages are refused in one sentence and change nothing", "[max]") {
    {
        Patch patch("builtin @voice 0");
        REQUIRE(patch.is_ready());
        for (const char* const wrong : {"z",
                                        "z a b",
                                        "z 1 2",
                                        "z nan",
                                        "params",
                                        "params 0.5",
                                        "macro",
                                        "macro 0 0.5",
                                        "macro 99999999999 1",
                                        "macro 1.5 1",
                                        "macro one 1",
                                        "macro 1 nan",
                                        "semantic",
                                        "semantic nowhere 1",
                                        "semantic 1 1",
                                        "record 2",
                                        "record on",
                                        "candidates",
                                        "candidates 0",
                                        "candidates 65",
                                        "candidates all",
                                        "candidate",
                                        "candidate best",
                                        "curve 99 9",
                                        "curve 1 1",
                                        "curve 1 65",
                                        "curve 1",
                                        "curve one 9",
                                        "store 0",
                                        "store 129",
                                        "store a",
                                        "recall 3",
                                        "interpolate 1 2",
                                        "interpolate 1 2 nan",
                                        "mutate -1",
                                        "mutate inf",
                                        "lock nowhere 1",
                                        "lock 1 1",
                                        "note 60",
                                        "note 200 1",
                                        "note 60 200",
                                        "smooth -1",
                                        "smooth nan",
                                        "voice 2",
                                        "voice off",
                                        "blocking maybe",
                                        "load",
                                        "load 7",
                                        "analyze",
                                        "list 1 2",
                                        "nonsense 1 2 3",
                                        "late 1"}) {
            INFO(wrong);
            patch.send(wrong);
            CHECK(patch.next_complaints().size() == 1);
        }
        CHECK(patch.sent_from(k_params).empty());
    }
    CHECK(take_breaches().empty());
}

TEST_CASE("wrong arguments in the box are refused, and the object is there", "[max]") {
    Patch patch("@nonsense 1");
    CHECK(says(patch, "there is no attribute '@nonsense'"));
    patch.send("load builtin");
    CHECK_FALSE(patch.wait_for("loaded").empty());
}

TEST_CASE("missing and damaged models are refused, and the one before plays on", "[max]") {
    const auto damaged = std::filesystem::temp_directory_path() / "flow_synth_damaged.flow.ts";
    std::ofstream(damaged) << "no model";
    {
        Patch patch("builtin");
        REQUIRE(patch.is_ready());
        patch.send("load nowhere");
        CHECK(says(patch, "nowhere"));
        patch.send("load " + damaged.string());
        CHECK(says(patch, "flow_synth_damaged"));
        patch.send("macro 1 0.5");
        CHECK(patch.sent_from(k_params).size() == 1);
    }
    std::filesystem::remove(damaged);
    CHECK(take_breaches().empty());
}

TEST_CASE("without an engine all but hearing works, and it says what is missing", "[max]") {
    Patch patch("builtin");
    REQUIRE_FALSE(patch.wait_for("loaded").empty());
    CHECK(says(patch, "there is no libflow_synth_engine.so in "));
    patch.world().run_for(1.0);  // The same sentence is not said twice in a moment.
    patch.send("match");
    CHECK(says(patch, "match and analyze need the engine"));
    patch.send("info");
    bool is_missing = false;
    for (const auto& each : patch.sent_from(k_info)) {
        is_missing = is_missing || each.text == "engine missing";
    }
    CHECK(is_missing);
}

TEST_CASE("an engine of another version is refused", "[max]") {
    const Engine engine(FLOW_SYNTH_OLD_ENGINE);
    Patch patch("builtin");
    REQUIRE_FALSE(patch.wait_for("loaded").empty());
    CHECK(says(patch, "is of another version than the object"));
}

TEST_CASE("an engine that cannot be opened is refused with the reason", "[max]") {
    const Engine engine(FLOW_SYNTH_SHIPPED "/builtin.flow.ts");
    Patch patch("builtin");
    REQUIRE_FALSE(patch.wait_for("loaded").empty());
    CHECK(says(patch, "cannot be opened"));
}

TEST_CASE("a process that has a LibTorch already gets no second one", "[max]") {
    const std::unique_ptr<void, int (*)(void*)> other(
        dlopen(FLOW_SYNTH_OTHER_LIBTORCH, RTLD_NOW | RTLD_LOCAL), dlclose);
    REQUIRE(other);
    const Engine engine(FLOW_SYNTH_OLD_ENGINE);
    Patch patch("builtin");
    REQUIRE_FALSE(patch.wait_for("loaded").empty());
    CHECK(says(patch, "has a LibTorch already"));
}
