#include "ending.h"

#include "engine_library.h"
#include "loader_thread.h"

#if defined(__linux__)
#include <unistd.h>
#elif defined(__APPLE__)
#include <pthread.h>
#endif

namespace flow_synth {
namespace {

/// Windows ends all other threads before anything is destroyed.
bool is_main_thread() {
#if defined(__linux__)
    return getpid() == gettid();
#elif defined(__APPLE__)
    return pthread_main_np() != 0;
#else
    return false;
#endif
}

/// Objects of a thread are destroyed before static ones, and before anything that was registered
/// with `atexit`, of which LibTorch does much while it is being opened.
struct Ending {
    Ending() = default;
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;

    ~Ending() {
        if (is_main_thread()) {
            LoaderThread::instance().finish();
            if (const EngineLibrary* const engine = EngineLibrary::opened()) {
                engine->finish();
            }
        }
    }
};

}  // namespace

void end_in_order() { thread_local const Ending k_ending; }

}  // namespace flow_synth
