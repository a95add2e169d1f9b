/* A waker ends a turn that waits, from another thread; it may outlive its batch. Argument: the server's URL. */
#include "check.h"

#include <poll.h>
#include <pthread.h>

static void *wake(void *context) {
    OK(sortie_waker_wake((sortie_waker *)context, &error));
    return NULL;
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session = a_session();
    sortie_request *request = a_request("GET", base, "/hold");
    sortie_batch *batch = NULL;
    sortie_waker *waker = NULL;
    pthread_t thread;
    int32_t descriptor = -1, timeout_ms = -2;
    begin();
    OK(sortie_batch_new(session, &batch, &error));
    OK(sortie_batch_submit(batch, request, NULL, NULL, &error));
    OK(sortie_batch_waker(batch, &waker, &error));
    OK(sortie_batch_fd(batch, &descriptor, &error));
    CHECK(descriptor >= 0);
    OK(sortie_batch_timeout_ms(batch, &timeout_ms, &error));
    CHECK(timeout_ms >= -1);
    CHECK(pthread_create(&thread, NULL, wake, waker) == 0);
    /* Whether it was woken before or within the turn: it returns, though nothing ends. */
    OK(sortie_batch_turn(batch, SORTIE_NEVER, &error));
    CHECK(pthread_join(thread, NULL) == 0);
    {
        struct pollfd poller = {0, POLLIN, 0};
        poller.fd = descriptor;
        OK(sortie_waker_wake(waker, &error));
        CHECK(poll(&poller, 1, 60000) == 1);
        OK(sortie_batch_turn(batch, 0, &error));
    }
    sortie_batch_free(batch);
    {
        sortie_error *error = NULL;
        sortie_waker_wake(waker, &error); /* Nobody is there: no crash. */
        sortie_error_free(error);
    }
    sortie_waker_free(waker);
    sortie_request_free(request);
    sortie_session_free(session);
    return 0;
}
