/* Each call of a batch ends in one outcome, with the pointer that it was given. Argument: the server's URL. */
#include "check.h"

static void free_outcome(sortie_outcome *outcome) {
    sortie_response_free(outcome->response);
    sortie_error_free(outcome->error);
}

static void drain(const sortie_batch *batch, sortie_status expected, size_t count) {
    sortie_outcome outcome;
    size_t left = 1;
    for (;;) {
        OK(sortie_batch_turn(batch, SORTIE_NEVER, &error));
        while (sortie_batch_take(batch, &outcome, NULL) == SORTIE_OK) {
            CHECK(outcome.error == NULL ? expected == SORTIE_OK : sortie_error_status(outcome.error) == expected);
            free_outcome(&outcome);
            CHECK(count-- > 0);
        }
        OK(sortie_batch_unfinished(batch, &left, &error));
        if (left == 0) {
            break;
        }
    }
    CHECK(count == 0);
}

static void outcomes(const sortie_session *session, const char *base) {
    enum { MANY = 20 };
    sortie_batch *batch = NULL;
    sortie_request *request = a_request("GET", base, "/small"), *requests[MANY];
    sortie_outcome outcome, taken[MANY + 1];
    void *users[MANY];
    uint64_t calls[MANY], call = 0;
    size_t index, count = 99, got = 0;
    int marks[MANY] = {0};
    OK(sortie_batch_new(session, &batch, &error));
    CHECK(sortie_batch_take(batch, &outcome, NULL) == SORTIE_EMPTY);
    OK(sortie_batch_turn(batch, SORTIE_NEVER, &error)); /* Nothing to wait for. */
    OK(sortie_batch_submit(batch, request, &marks[0], &call, &error));
    OK(sortie_batch_unfinished(batch, &count, &error));
    CHECK(count == 1);
    while (sortie_batch_take(batch, &outcome, NULL) == SORTIE_EMPTY) {
        OK(sortie_batch_turn(batch, SORTIE_NEVER, &error));
    }
    CHECK(outcome.call == call && outcome.user == &marks[0] && outcome.error == NULL);
    CHECK(sortie_response_status(outcome.response) == 200);
    free_outcome(&outcome);
    CHECK(sortie_batch_cancel(batch, call, NULL) == SORTIE_EMPTY);

    for (index = 0; index < MANY; index++) {
        requests[index] = request;
        users[index] = &marks[index];
    }
    OK(sortie_batch_submit_many(batch, (const sortie_request *const *)requests, users, MANY, calls, &error));
    while (got < MANY) {
        OK(sortie_batch_turn(batch, SORTIE_NEVER, &error));
        OK(sortie_batch_take_many(batch, taken, MANY + 1, &count, &error));
        for (index = 0; index < count; index++) {
            int *mark = (int *)taken[index].user;
            CHECK(calls[mark - marks] == taken[index].call && ++*mark == 1);
            free_outcome(&taken[index]);
        }
        got += count;
    }
    OK(sortie_batch_take_many(batch, NULL, 0, &count, &error));
    CHECK(count == 0);
    {
        sortie_pool pool;
        OK(sortie_batch_pool(batch, &pool, &error));
        CHECK(pool.opened >= 1 && pool.opened + pool.reused >= 1 + MANY && pool.failed == 0);
    }
    sortie_request_free(request);
    sortie_batch_free(batch);
}

static void limits(const sortie_session *session, const char *base) {
    sortie_batch *batch = NULL;
    sortie_request *held = a_request("GET", base, "/hold"), *bad = a_request("GET", "no", " url");
    uint64_t call = 0;
    OK(sortie_batch_new(session, &batch, &error));
    OK(sortie_batch_set_concurrency(batch, 4, &error));
    OK(sortie_batch_set_per_origin(batch, 2, &error));
    OK(sortie_batch_set_memory_budget(batch, 1 << 20, &error));
    OK(sortie_batch_set_gate_ms(batch, 1, &error));
    OK(sortie_batch_set_retry_budget(batch, 0.5, &error));
    OK(sortie_batch_set_deadline_ms(batch, 50, &error));
    OK(sortie_batch_submit(batch, held, NULL, NULL, &error));
    OK(sortie_batch_submit(batch, held, NULL, NULL, &error));
    drain(batch, SORTIE_ERR_DEADLINE, 2);
    OK(sortie_batch_set_deadline_ms(batch, SORTIE_NEVER, &error));
    sortie_batch_free(batch);

    OK(sortie_batch_new(session, &batch, &error));
    OK(sortie_batch_submit(batch, held, NULL, &call, &error));
    OK(sortie_batch_cancel(batch, call, &error));
    drain(batch, SORTIE_ERR_CANCELLED, 1);
    OK(sortie_batch_submit(batch, held, NULL, NULL, &error));
    OK(sortie_batch_submit(batch, held, NULL, NULL, &error));
    OK(sortie_batch_turn(batch, 0, &error));
    OK(sortie_batch_cancel_all(batch, &error));
    drain(batch, SORTIE_ERR_CANCELLED, 2);
    OK(sortie_batch_submit(batch, bad, NULL, NULL, &error));
    drain(batch, SORTIE_ERR_INVALID_URL, 1);
    sortie_batch_free(batch);

    {
        /* Once one has failed, the others end too. */
        sortie_outcome outcome;
        int statuses = 0, seen = 0;
        OK(sortie_batch_new(session, &batch, &error));
        OK(sortie_batch_set_fail_fast(batch, 1, &error));
        OK(sortie_batch_submit(batch, held, NULL, NULL, &error));
        OK(sortie_batch_submit(batch, bad, NULL, NULL, &error));
        while (seen < 2) {
            OK(sortie_batch_turn(batch, SORTIE_NEVER, &error));
            while (sortie_batch_take(batch, &outcome, NULL) == SORTIE_OK) {
                seen++;
                statuses += sortie_error_status(outcome.error);
                free_outcome(&outcome);
            }
        }
        CHECK(statuses == SORTIE_ERR_INVALID_URL + SORTIE_ERR_FAILED_FAST);
    }
    /* What is under way is given up. */
    sortie_batch_free(batch);
    OK(sortie_batch_new(session, &batch, &error));
    OK(sortie_batch_submit(batch, held, NULL, NULL, &error));
    OK(sortie_batch_turn(batch, 0, &error));
    sortie_batch_free(batch);
    sortie_request_free(held);
    sortie_request_free(bad);
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session = a_session();
    begin();
    outcomes(session, base);
    limits(session, base);
    sortie_session_free(session);
    return 0;
}
