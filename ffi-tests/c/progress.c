/* A batch tells how far it is: when asked, and by itself. Argument: the server's URL. */
#include "check.h"

struct told {
    int times, drops;
    uint64_t done;
};

static void on_progress(void *context, const sortie_progress *progress) {
    struct told *told = (struct told *)context;
    told->times++;
    CHECK(progress->total == SORTIE_UNKNOWN);
    CHECK(progress->done >= told->done && progress->failed <= progress->done);
    told->done = progress->done;
}

static void drop(void *context) {
    ((struct told *)context)->drops++;
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    struct told told = {0, 0, 0};
    sortie_session *session = a_session();
    sortie_request *request = a_request("GET", base, "/bytes/10");
    sortie_batch *batch = NULL;
    sortie_progress progress;
    sortie_outcome outcome;
    int left = 3;
    begin();
    OK(sortie_batch_new(session, &batch, &error));
    OK(sortie_batch_on_progress(batch, on_progress, &told, drop, &error));
    for (; left > 0; left--) {
        OK(sortie_batch_submit(batch, request, NULL, NULL, &error));
    }
    while (left < 3) {
        OK(sortie_batch_turn(batch, SORTIE_NEVER, &error));
        while (sortie_batch_take(batch, &outcome, NULL) == SORTIE_OK) {
            sortie_response_free(outcome.response);
            left++;
        }
    }
    OK(sortie_batch_progress(batch, &progress, &error));
    CHECK(progress.submitted == 3 && progress.done == 3 && progress.in_flight == 0 && progress.failed == 0);
    CHECK(progress.bytes >= 30 && progress.elapsed_ns > 0);
    CHECK(progress.total == SORTIE_UNKNOWN);
    /* It is told at the end, how fast it may have come. */
    CHECK(told.times >= 1 && told.done == 3);
    /* Taken back, it is let go at once, and told nothing more. */
    OK(sortie_batch_on_progress(batch, NULL, NULL, NULL, &error));
    CHECK(told.drops == 1);
    told.times = 0;
    OK(sortie_batch_submit(batch, request, NULL, NULL, &error));
    while (sortie_batch_take(batch, &outcome, NULL) == SORTIE_EMPTY) {
        OK(sortie_batch_turn(batch, SORTIE_NEVER, &error));
    }
    sortie_response_free(outcome.response);
    sortie_batch_free(batch);
    CHECK(told.drops == 1 && told.times == 0);
    sortie_request_free(request);
    sortie_session_free(session);
    return 0;
}
