/* A callback is told of its own call, once, and may submit nothing meanwhile: the batch is busy. Argument: the server's URL. */
#include "check.h"

struct call {
    sortie_batch *batch;
    sortie_request *request;
    int done, drops, frees_batch;
};

static void done(void *context, const sortie_outcome *outcome) {
    struct call *call = (struct call *)context;
    sortie_outcome taken;
    size_t count;
    call->done++;
    CHECK(outcome->error == NULL && sortie_response_status(outcome->response) == 200);
    FAILS(SORTIE_ERR_BUSY, sortie_batch_turn(call->batch, 0, &error));
    FAILS(SORTIE_ERR_BUSY, sortie_batch_take(call->batch, &taken, &error));
    FAILS(SORTIE_ERR_BUSY, sortie_batch_submit(call->batch, call->request, NULL, NULL, &error));
    FAILS(SORTIE_ERR_BUSY, sortie_batch_cancel_all(call->batch, &error));
    FAILS(SORTIE_ERR_BUSY, sortie_batch_unfinished(call->batch, &count, &error));
    /* They are lent: both are ignored. */
    sortie_response_free(outcome->response);
    sortie_error_free(outcome->error);
    CHECK(sortie_response_status(outcome->response) == 200);
    /* The request that it came of is no longer needed. */
    sortie_request_free(call->request);
    call->request = NULL;
    if (call->frees_batch) {
        sortie_batch_free(call->batch);
        call->batch = NULL;
    }
}

static void drop(void *context) {
    ((struct call *)context)->drops++;
}

/* Submits a call with a callback, and runs it to its end. */
static struct call run(const sortie_session *session, const char *base, int frees_batch) {
    struct call call = {NULL, NULL, 0, 0, 0};
    sortie_outcome outcome;
    uint64_t number = 99;
    call.frees_batch = frees_batch;
    call.request = a_request("GET", base, "/small");
    OK(sortie_batch_new(session, &call.batch, &error));
    OK(sortie_batch_submit_with(call.batch, call.request, done, &call, drop, &number, &error));
    CHECK(number != 99);
    while (call.done == 0) {
        sortie_error *error = NULL;
        sortie_status status = sortie_batch_turn(call.batch, SORTIE_NEVER, &error);
        CHECK(status == SORTIE_OK || frees_batch);
        sortie_error_free(error);
    }
    CHECK(call.done == 1 && call.drops == 1);
    if (call.batch != NULL) {
        CHECK(sortie_batch_take(call.batch, &outcome, NULL) == SORTIE_EMPTY);
        sortie_batch_free(call.batch);
    }
    return call;
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session = a_session();
    struct call call = {NULL, NULL, 0, 0, 0};
    begin();
    run(session, base, 0);
    run(session, base, 1);

    /* Dropped too where it was never told, and where it could not be handed over. */
    call.request = a_request("GET", base, "/hold");
    OK(sortie_batch_new(session, &call.batch, &error));
    OK(sortie_batch_submit_with(call.batch, call.request, done, &call, drop, NULL, &error));
    FAILS(SORTIE_ERR_NULL, sortie_batch_submit_with(call.batch, NULL, done, &call, drop, NULL, &error));
    CHECK(call.drops == 1);
    sortie_batch_free(call.batch);
    CHECK(call.drops == 2 && call.done == 0);
    sortie_request_free(call.request);
    sortie_session_free(session);
    return 0;
}
