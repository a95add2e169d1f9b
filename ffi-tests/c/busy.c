/* Of two threads in one batch, one is told that it is busy. Argument: the server's URL. */
#include "check.h"

#include <pthread.h>

struct worker {
    sortie_batch *batch;
    sortie_cancel *stop; /* Nothing but a flag that threads may share. */
};

/* Turns until it is told to stop. The other thread asks all the time, so that it may have to try again. */
static void *work(void *context) {
    struct worker *worker = (struct worker *)context;
    while (!sortie_cancel_is_fired(worker->stop)) {
        sortie_error *error = NULL;
        sortie_status status = sortie_batch_turn(worker->batch, SORTIE_NEVER, &error);
        CHECK(status == SORTIE_OK || status == SORTIE_ERR_BUSY);
        sortie_error_free(error);
    }
    return NULL;
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session = a_session();
    sortie_request *request = a_request("GET", base, "/hold");
    struct worker worker = {NULL, NULL};
    sortie_batch *batch;
    sortie_waker *waker = NULL;
    sortie_progress progress;
    pthread_t thread;
    sortie_status status;
    begin();
    OK(sortie_cancel_new(&worker.stop, &error));
    OK(sortie_batch_new(session, &worker.batch, &error));
    batch = worker.batch;
    OK(sortie_batch_waker(batch, &waker, &error));
    OK(sortie_batch_submit(batch, request, NULL, NULL, &error));
    CHECK(pthread_create(&thread, NULL, work, &worker) == 0);
    /* Until the other is in it. */
    do {
        size_t count;
        sortie_error *error = NULL;
        status = sortie_batch_unfinished(batch, &count, &error);
        CHECK(status == SORTIE_OK || status == SORTIE_ERR_BUSY);
        sortie_error_free(error);
        OK(sortie_batch_progress(batch, &progress, &error));
    } while (status == SORTIE_OK);
    OK(sortie_batch_progress(batch, &progress, &error));
    CHECK(progress.submitted == 1);
    OK(sortie_cancel_fire(worker.stop, &error));
    OK(sortie_waker_wake(waker, &error));
    CHECK(pthread_join(thread, NULL) == 0);
    sortie_cancel_free(worker.stop);
    sortie_waker_free(waker);
    sortie_batch_free(batch);
    sortie_request_free(request);
    sortie_session_free(session);
    return 0;
}
