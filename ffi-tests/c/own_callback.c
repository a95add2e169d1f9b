/* A handle may be freed in its own callback. Argument: the server's URL. */
#include "check.h"

struct all {
    sortie_session *session;
    sortie_request *request;
    int dropped;
};

static int32_t free_both(void *context, sortie_request *request, sortie_reason *reason) {
    struct all *all = (struct all *)context;
    (void)request;
    (void)reason;
    sortie_request_free(all->request);
    sortie_session_free(all->session);
    all->request = NULL;
    all->session = NULL;
    return SORTIE_HOOK_KEEP;
}

static int64_t read_none(void *context, uint8_t *buffer, size_t size) {
    struct all *all = (struct all *)context;
    (void)buffer;
    (void)size;
    sortie_request_free(all->request);
    all->request = NULL;
    return 0;
}

/* Uses the batch that is let go, and a session. Both are there. */
struct late {
    sortie_batch *batch;
    sortie_session *session;
    int hooks, drops;
};

static int32_t use_batch(void *context, sortie_prepared *prepared, const sortie_response *response, const sortie_error *why,
                         sortie_reason *reason) {
    struct late *late = (struct late *)context;
    sortie_progress progress;
    size_t count;
    (void)prepared;
    (void)response;
    (void)reason;
    CHECK(sortie_error_status(why) == SORTIE_ERR_CANCELLED);
    FAILS(SORTIE_ERR_BUSY, sortie_batch_unfinished(late->batch, &count, &error));
    FAILS(SORTIE_ERR_BUSY, sortie_batch_turn(late->batch, SORTIE_NEVER, &error));
    OK(sortie_batch_progress(late->batch, &progress, &error));
    CHECK(progress.submitted == 2);
    late->hooks++;
    return SORTIE_HOOK_KEEP;
}

static void drop_and_use_batch(void *context) {
    struct late *late = (struct late *)context;
    CHECK(sortie_batch_cancel_all(late->batch, NULL) == SORTIE_ERR_BUSY);
    late->drops++;
}

static void drop_and_use_session(void *context) {
    struct late *late = (struct late *)context;
    CHECK(sortie_session_set_max_redirects(late->session, 1, NULL) == SORTIE_ERR_BUSY);
    late->drops++;
}

static void not_called(void *context, const sortie_outcome *outcome) {
    (void)context;
    (void)outcome;
    CHECK(0);
}

static void drop(void *context) {
    ((struct all *)context)->dropped++;
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    struct all all = {NULL, NULL, 0};
    sortie_response *response = NULL;
    begin();
    /* A hook frees the request that it belongs to, and the session, in a batch. */
    {
        sortie_batch *batch = NULL;
        sortie_outcome outcome;
        all.session = a_session();
        all.request = a_request("GET", base, "/small");
        OK(sortie_session_on_args(all.session, free_both, &all, drop, &error));
        OK(sortie_batch_new(all.session, &batch, &error));
        OK(sortie_batch_submit(batch, all.request, NULL, NULL, &error));
        while (sortie_batch_take(batch, &outcome, NULL) == SORTIE_EMPTY) {
            OK(sortie_batch_turn(batch, SORTIE_NEVER, &error));
        }
        CHECK(all.session == NULL && sortie_response_status(outcome.response) == 200);
        sortie_response_free(outcome.response);
        sortie_batch_free(batch);
        CHECK(all.dropped == 1);
    }
    /* A reader frees the request that it is the body of. The request was copied when it was sent. */
    {
        sortie_session *session = a_session();
        all.request = a_request("POST", base, "/sink");
        OK(sortie_request_set_reader(all.request, read_none, &all, drop, SORTIE_UNKNOWN, &error));
        OK(sortie_session_send(session, all.request, NULL, &response, &error));
        CHECK(sortie_response_status(response) == 200 && all.request == NULL);
        sortie_response_free(response);
        sortie_session_free(session);
        CHECK(all.dropped == 2);
    }
    /* What is cancelled as a batch is freed runs hooks and drops, which use it; a session's drop uses the session. */
    {
        struct late late = {NULL, NULL, 0, 0};
        late.session = a_session();
        all.request = a_request("GET", base, "/hold");
        OK(sortie_session_on_post_request(late.session, use_batch, &late, drop_and_use_session, &error));
        OK(sortie_batch_new(late.session, &late.batch, &error));
        OK(sortie_batch_submit_with(late.batch, all.request, not_called, &late, drop_and_use_batch, NULL, &error));
        OK(sortie_batch_submit(late.batch, all.request, NULL, NULL, &error));
        OK(sortie_batch_turn(late.batch, 0, &error));
        sortie_request_free(all.request);
        sortie_batch_free(late.batch);
        CHECK(late.hooks == 2 && late.drops == 1);
        sortie_session_free(late.session);
        CHECK(late.drops == 2);
    }
    return 0;
}
