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
    return 0;
}
