/* What the three loops share: 1,000 calls, and a clock for the timer that ticks beside them. */
#ifndef SORTIE_FETCH_H
#define SORTIE_FETCH_H

#include "check.h"

#include <time.h>

enum { COUNT = 1000, TICK_NS = 2000000 };

struct fetch {
    sortie_session *session;
    sortie_batch *batch;
    int left, ticks;
    int64_t due_ns, delay_ns; /* When the timer is to tick next; by how much it was late at most. */
};

static inline int64_t now_ns(void) {
    struct timespec now;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Submits all calls. */
static inline struct fetch fetch_begin(const char *url) {
    struct fetch fetch = {NULL, NULL, COUNT, 0, 0, 0};
    sortie_request *request = a_request("GET", url, "");
    int index;
    begin();
    fetch.session = a_session();
    OK(sortie_batch_new(fetch.session, &fetch.batch, &error));
    OK(sortie_batch_set_concurrency(fetch.batch, 64, &error));
    OK(sortie_batch_set_per_origin(fetch.batch, 64, &error));
    for (index = 0; index < COUNT; index++) {
        OK(sortie_batch_submit(fetch.batch, request, NULL, NULL, &error));
    }
    sortie_request_free(request);
    fetch.due_ns = now_ns() + TICK_NS;
    return fetch;
}

/* Does what is ready, and takes what is done. */
static inline void fetch_turn(struct fetch *fetch) {
    sortie_outcome outcome;
    OK(sortie_batch_turn(fetch->batch, 0, &error));
    while (sortie_batch_take(fetch->batch, &outcome, NULL) == SORTIE_OK) {
        CHECK(outcome.error == NULL && sortie_response_status(outcome.response) == 200);
        sortie_response_free(outcome.response);
        fetch->left--;
    }
}

/* In how many milliseconds the loop has to call `fetch_turn`, if nothing comes before; -1 for never. */
static inline int fetch_timeout_ms(const struct fetch *fetch) {
    int32_t timeout_ms;
    OK(sortie_batch_timeout_ms(fetch->batch, &timeout_ms, &error));
    return timeout_ms;
}

static inline int fetch_fd(const struct fetch *fetch) {
    int32_t descriptor;
    OK(sortie_batch_fd(fetch->batch, &descriptor, &error));
    return descriptor;
}

/* The callback of the timer: how late is it? */
static inline void fetch_tick(struct fetch *fetch) {
    int64_t now = now_ns();
    if (now - fetch->due_ns > fetch->delay_ns) {
        fetch->delay_ns = now - fetch->due_ns;
    }
    fetch->due_ns = now + TICK_NS;
    fetch->ticks++;
}

static inline void fetch_end(struct fetch *fetch) {
    printf("%d calls, %d ticks, the latest by %.3f ms\n", COUNT, fetch->ticks, (double)fetch->delay_ns / 1e6);
    sortie_batch_free(fetch->batch);
    sortie_session_free(fetch->session);
}

#endif
