#ifndef FLOW_SYNTH_FS_H
#define FLOW_SYNTH_FS_H

/* The engine for hosts in any language: LibTorch behind a C interface.
 *
 * A session listens for one object of a host. Nothing here waits for LibTorch: one thread of the
 * process loads models and runs them for all sessions, and hosts ask for what has come of it. Only
 * functions marked [any-thread] may be called for one session by two threads at once. Texts are
 * UTF-8 and belong to the session: each lives until the next call that returns one. Once it was
 * used, the library must stay loaded: its thread lasts as long as the process.
 */

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#if defined(FLOW_SYNTH_ENGINE_BUILD)
#define FS_API __declspec(dllexport)
#else
#define FS_API __declspec(dllimport)
#endif
#else
#define FS_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* NOLINTBEGIN(readability-identifier-naming,modernize-*,performance-enum-size): this is C. */

/* A host that was compiled with another number must not call anything but fs_abi_version. */
#define FS_ABI_VERSION 2

typedef struct fs_session fs_session;

typedef enum {
    FS_EMPTY = 0,   /* No model was asked for. */
    FS_LOADING = 1, /* The model before, if there was one, still listens. */
    FS_READY = 2,
    FS_FAILED = 3 /* fs_error says why; the model before, if there was one, still listens. */
} fs_state;

/* Sound that a host has recorded: mono, n_samples numbers at any rate from 8000 to 192000 Hz. What
 * fs_submit is given need last no longer than the call; what a listener's take gives must last
 * until its answer, or until take is called again. */
typedef struct {
    const float* audio;
    size_t n_samples;
    int32_t sample_rate_hz;
    uint32_t number; /* Comes back with the answer. */
} fs_recording;

/* What was heard. */
typedef struct {
    uint32_t number; /* Of the recording. */
    const float*
        knobs; /* n_knobs unit values; NULL if nothing could be heard: fs_error says why. */
    const float* latent; /* n_knobs numbers, the point of the audio space; NULL likewise. */
    size_t n_knobs;
} fs_answer;

/* A wish for different presets that may have made the sound heard last. What it points at need last
 * no longer than the call. */
typedef struct {
    uint32_t number;     /* Comes back with what is found. */
    size_t n_candidates; /* At most so many. */
    const float* held;   /* n_knobs unit values of knobs that stay where they are; NaN is free. */
    size_t n_knobs;
} fs_search;

/* What was found, the most promising first; the preset of fs_answer is among them if there are more
 * than one. */
typedef struct {
    uint32_t number;     /* Of the search. */
    size_t n_candidates; /* 0 if none could be found: fs_error says why. */
    const float* knobs;  /* n_candidates times n_knobs unit values, preset after preset. */
    const float* similarities_percent; /* n_candidates numbers; 100 for the same sound. */
    size_t n_knobs;
} fs_candidates;

/* How a host that records while it plays is asked, by the thread that listens. */
typedef struct {
    void* context;
    /* Whether there is a new recording. */
    int (*take)(void* context, fs_recording* recording);
    void (*answer)(void* context, const fs_answer* answer);
} fs_listener;

/* [any-thread] */
FS_API uint32_t fs_abi_version(void);

/* [control-thread] A new session; NULL if this process cannot have one, and then reason, a text of
 * reason_size bytes at most, says why. */
FS_API fs_session* fs_create(char* reason, size_t reason_size);

/* [control-thread] Ends a session, if it is not NULL; what is being computed for it is lost. */
FS_API void fs_destroy(fs_session* session);

/* [control-thread] Begins to load a model file, and to warm it up. */
FS_API void fs_load(fs_session* session, const char* path);

/* [any-thread] */
FS_API fs_state fs_get_state(const fs_session* session);

/* [control-thread] Why the last thing that failed did; empty if nothing has. */
FS_API const char* fs_error(fs_session* session);

/* [control-thread] What the model file says of itself, as JSON; empty without a model. */
FS_API const char* fs_info(fs_session* session);

/* [control-thread] Gives a recording to hear. The one before, if it was not begun yet, is dropped.
 */
FS_API void fs_submit(fs_session* session, const fs_recording* recording);

/* [control-thread] Whether there is an answer that was not taken yet; it belongs to the session and
 * lives until the next call. */
FS_API int fs_poll(fs_session* session, fs_answer* answer);

/* [control-thread] Looks for candidates, which takes some tenths of a second, after all recordings
 * that were given before. The search before, if it was not begun yet, is dropped. */
FS_API void fs_find(fs_session* session, const fs_search* search);

/* [control-thread] Whether a search has come to an end that was not taken yet; what it found
 * belongs to the session and lives until the next call. */
FS_API int fs_poll_candidates(fs_session* session, fs_candidates* candidates);

/* [control-thread] From now on the host is asked for recordings every millisecond; NULL ends that,
 * and once this returns neither function will be called again. Neither may call this or fs_destroy.
 */
FS_API void fs_listen(fs_session* session, const fs_listener* listener);

/* [any-thread] Before the process ends, and before destructors of static objects run: waits until
 * what is being computed is done, and lets nothing more begin. LibTorch must not be taken down
 * while it runs. */
FS_API void fs_finish(void);

/* NOLINTEND(readability-identifier-naming,modernize-*,performance-enum-size) */

#ifdef __cplusplus
}
#endif

#endif
