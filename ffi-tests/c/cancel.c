/* A cancel ends what waits, from another thread. Argument: the server's URL. */
#include "check.h"

#include <pthread.h>

/* Fires when the first byte is asked for: then the call is under way. */
static int64_t fire(void *context, uint8_t *buffer, size_t size) {
    (void)buffer;
    (void)size;
    OK(sortie_cancel_fire((sortie_cancel *)context, &error));
    return 0;
}

static void *fire_late(void *context) {
    OK(sortie_cancel_fire((sortie_cancel *)context, &error));
    return NULL;
}

/* A cancel that is given when the call is under way, fired already or fired then. One that was taken back ends nothing. */
static void late_cancel(const sortie_session *session, const char *base, int is_fired) {
    sortie_request *request = a_request("GET", base, "/hold");
    sortie_cancel *cancel = NULL, *former = NULL;
    sortie_batch *batch = NULL;
    sortie_outcome outcome;
    OK(sortie_cancel_new(&former, &error));
    OK(sortie_cancel_new(&cancel, &error));
    OK(sortie_batch_new(session, &batch, &error));
    OK(sortie_batch_submit(batch, request, NULL, NULL, &error));
    OK(sortie_batch_turn(batch, 0, &error));
    OK(sortie_batch_set_cancel(batch, former, &error));
    OK(sortie_batch_set_cancel(batch, NULL, &error));
    OK(sortie_cancel_fire(former, &error));
    OK(sortie_batch_turn(batch, 0, &error));
    CHECK(sortie_batch_take(batch, &outcome, NULL) == SORTIE_EMPTY);
    if (is_fired) {
        OK(sortie_cancel_fire(cancel, &error));
    }
    OK(sortie_batch_set_cancel(batch, cancel, &error));
    OK(sortie_cancel_fire(cancel, &error));
    while (sortie_batch_take(batch, &outcome, NULL) == SORTIE_EMPTY) {
        OK(sortie_batch_turn(batch, SORTIE_NEVER, &error));
    }
    CHECK(sortie_error_status(outcome.error) == SORTIE_ERR_CANCELLED);
    sortie_error_free(outcome.error);
    sortie_batch_free(batch);
    sortie_cancel_free(cancel);
    sortie_cancel_free(former);
    sortie_request_free(request);
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session = a_session();
    sortie_request *request;
    sortie_response *response = NULL;
    sortie_cancel *cancel = NULL;
    sortie_batch *batch = NULL;
    sortie_outcome outcome;
    pthread_t thread;
    begin();
    OK(sortie_cancel_new(&cancel, &error));
    CHECK(!sortie_cancel_is_fired(cancel));
    request = a_request("GET", base, "/hold");
    CHECK(pthread_create(&thread, NULL, fire_late, cancel) == 0);
    FAILS(SORTIE_ERR_CANCELLED, sortie_session_send(session, request, cancel, &response, &error));
    CHECK(pthread_join(thread, NULL) == 0 && sortie_cancel_is_fired(cancel));
    FAILS(SORTIE_ERR_CANCELLED, sortie_session_send(session, request, cancel, &response, &error));
    sortie_cancel_free(cancel);

    OK(sortie_cancel_new(&cancel, &error));
    OK(sortie_batch_new(session, &batch, &error));
    OK(sortie_batch_set_cancel(batch, cancel, &error));
    OK(sortie_batch_submit(batch, request, NULL, NULL, &error));
    OK(sortie_batch_turn(batch, 0, &error));
    CHECK(pthread_create(&thread, NULL, fire_late, cancel) == 0);
    while (sortie_batch_take(batch, &outcome, NULL) == SORTIE_EMPTY) {
        OK(sortie_batch_turn(batch, SORTIE_NEVER, &error));
    }
    CHECK(sortie_error_status(outcome.error) == SORTIE_ERR_CANCELLED);
    sortie_error_free(outcome.error);
    CHECK(pthread_join(thread, NULL) == 0);
    sortie_batch_free(batch);
    sortie_request_free(request);
    sortie_cancel_free(cancel);

    late_cancel(session, base, 1);
    late_cancel(session, base, 0);

    OK(sortie_cancel_new(&cancel, &error));
    request = a_request("POST", base, "/hold");
    OK(sortie_request_set_reader(request, fire, cancel, NULL, SORTIE_UNKNOWN, &error));
    FAILS(SORTIE_ERR_CANCELLED, sortie_session_send(session, request, cancel, &response, &error));
    sortie_request_free(request);
    sortie_cancel_free(cancel);
    sortie_session_free(session);
    return 0;
}
