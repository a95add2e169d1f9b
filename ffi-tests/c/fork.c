/* After fork() handles answer SORTIE_ERR_FORKED in the child, where they are freed without a word: the parent's calls go on on
 * the same connections. `fork URL [TLS-URL ROOTS]`; the second makes an idle connection that is secured. */
#include "check.h"

#include <sys/wait.h>

static int drops;

static void count_drop(void *context) {
    (void)context;
    drops++;
}

static void unexpected(void *context, const sortie_outcome *outcome) {
    (void)context;
    (void)outcome;
    abort();
}

static sortie_request *get(const char *url) {
    sortie_request *request;
    OK(sortie_request_new("GET", url, &request, &error));
    return request;
}

static uint64_t opened(const sortie_batch *batch) {
    sortie_pool pool;
    OK(sortie_batch_pool(batch, &pool, &error));
    return pool.opened;
}

/* Sends one request on the batch; gives its status. */
static uint16_t finish(const sortie_batch *batch) {
    sortie_outcome outcome;
    sortie_status status;
    uint16_t answered;
    while ((status = sortie_batch_take(batch, &outcome, NULL)) == SORTIE_EMPTY) {
        OK(sortie_batch_turn(batch, SORTIE_NEVER, &error));
    }
    CHECK(status == SORTIE_OK && outcome.response != NULL);
    answered = sortie_response_status(outcome.response);
    sortie_response_free(outcome.response);
    return answered;
}

/* Sends a request on a session of its own; gives the status. */
static void on_its_own(const char *base) {
    sortie_session *session;
    sortie_request *request = get(at(base, "/get"));
    sortie_response *response;
    OK(sortie_session_new(&session, &error));
    OK(sortie_session_send(session, request, NULL, &response, &error));
    CHECK(sortie_response_status(response) == 200);
    sortie_response_free(response);
    OK(sortie_get(at(base, "/get"), &response, &error));
    CHECK(sortie_response_status(response) == 200);
    sortie_response_free(response);
    sortie_request_free(request);
    sortie_session_free(session);
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session;
    sortie_batch *batch, *idle;
    sortie_waker *waker;
    sortie_cancel *cancel;
    sortie_stream *stream;
    sortie_response *response;
    sortie_request *slow = get(at(base, "/delay/1")), *quick = get(at(base, "/get")), *large = get(at(base, "/bytes/3000000"));
    uint8_t buffer[4096];
    size_t count, total = 0;
    int status, fd;
    pid_t child;

    begin();
    OK(sortie_session_new(&session, &error));
    if (argc > 3) {
        sortie_tls *tls;
        sortie_request *secured = get(at(argv[2], "/get"));
        OK(sortie_tls_new(&tls, &error));
        OK(sortie_tls_set_roots_file(tls, argv[3], &error));
        OK(sortie_session_set_tls(session, tls, &error));
        sortie_tls_free(tls);
        OK(sortie_session_send(session, secured, NULL, &response, &error));
        sortie_response_free(response);
        sortie_request_free(quick);
        quick = secured;
    }
    /* An idle connection in a loop that is parked, one of a loop in use, one under way, one whose content is read. */
    OK(sortie_get(at(base, "/get"), &response, &error));
    sortie_response_free(response);
    OK(sortie_session_stream(session, large, NULL, &stream, &error));
    OK(sortie_stream_read(stream, buffer, sizeof buffer, &count, &error));
    total += count;
    OK(sortie_batch_new(session, &idle, &error));
    OK(sortie_batch_submit(idle, quick, NULL, NULL, &error));
    CHECK(finish(idle) == 200);
    OK(sortie_batch_new(session, &batch, &error));
    OK(sortie_batch_submit(batch, slow, NULL, NULL, &error));
    OK(sortie_batch_turn(batch, 0, &error));
    OK(sortie_batch_waker(batch, &waker, &error));
    OK(sortie_cancel_new(&cancel, &error));
    OK(sortie_batch_set_cancel(batch, cancel, &error));
    {
        uint64_t before = opened(idle);
        child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            sortie_progress progress;
            sortie_batch *another;
            FAILS(SORTIE_ERR_FORKED, sortie_session_send(session, quick, NULL, &response, &error));
            FAILS(SORTIE_ERR_FORKED, sortie_batch_new(session, &another, &error));
            FAILS(SORTIE_ERR_FORKED, sortie_batch_turn(batch, 0, &error));
            FAILS(SORTIE_ERR_FORKED, sortie_batch_submit(batch, quick, NULL, NULL, &error));
            FAILS(SORTIE_ERR_FORKED, sortie_batch_submit_with(batch, quick, unexpected, NULL, count_drop, NULL, &error));
            CHECK(drops == 1);
            FAILS(SORTIE_ERR_FORKED, sortie_batch_cancel_all(batch, &error));
            FAILS(SORTIE_ERR_FORKED, sortie_batch_fd(batch, &fd, &error));
            FAILS(SORTIE_ERR_FORKED, sortie_batch_progress(batch, &progress, &error));
            FAILS(SORTIE_ERR_FORKED, sortie_stream_read(stream, buffer, sizeof buffer, &count, &error));
            FAILS(SORTIE_ERR_FORKED, sortie_waker_wake(waker, &error));
            FAILS(SORTIE_ERR_FORKED, sortie_cancel_fire(cancel, &error));
            sortie_stream_free(stream);
            sortie_batch_free(idle);
            sortie_batch_free(batch);
            sortie_waker_free(waker);
            sortie_cancel_free(cancel);
            sortie_session_free(session);
            CHECK(drops == 1);
            on_its_own(base);
            sortie_request_free(slow);
            sortie_request_free(quick);
            sortie_request_free(large);
            /* What is its parent's stays in memory, in reach of tables whose pointers look like none to valgrind: leave that. */
            execlp("true", "true", (char *)NULL);
            _exit(1);
        }
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);

        CHECK(finish(batch) == 200);
        OK(sortie_batch_submit(idle, quick, NULL, NULL, &error));
        CHECK(finish(idle) == 200);
        CHECK(opened(idle) == before);
        CHECK(opened(batch) == 1);
    }
    do {
        OK(sortie_stream_read(stream, buffer, sizeof buffer, &count, &error));
        total += count;
    } while (count > 0);
    CHECK(total == 3000000);
    on_its_own(base);

    sortie_stream_free(stream);
    sortie_batch_free(idle);
    sortie_batch_free(batch);
    sortie_waker_free(waker);
    sortie_cancel_free(cancel);
    sortie_session_free(session);
    sortie_request_free(slow);
    sortie_request_free(quick);
    sortie_request_free(large);
    return 0;
}
