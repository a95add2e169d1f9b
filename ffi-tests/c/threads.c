/* Threads share one session, and change it meanwhile; it may be freed while its requests run. Argument: the server's URL. */
#include "check.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 25 };

static const char *base;
static char url[512];

static void *work(void *context) {
    const sortie_session *session = (const sortie_session *)context;
    int round;
    for (round = 0; round < ROUNDS; round++) {
        sortie_request *request = NULL;
        sortie_response *response = NULL;
        OK(sortie_request_new("GET", url, &request, &error));
        OK(sortie_session_set_header(session, "X-Round", round % 2 ? "odd" : "even", &error));
        OK(sortie_session_send(session, request, NULL, &response, &error));
        CHECK(sortie_response_status(response) == 200);
        sortie_response_free(response);
        sortie_request_free(request);
    }
    return NULL;
}

/* Reads a response that others read too. */
static void *look(void *context) {
    const sortie_response *response = (const sortie_response *)context;
    int round;
    for (round = 0; round < ROUNDS; round++) {
        CHECK(sortie_response_header(response, "content-type") != NULL);
        CHECK(sortie_response_text(response).size == sortie_response_content(response).size);
        CHECK(sortie_response_url(response) != NULL && sortie_response_encoding(response) != NULL);
    }
    return NULL;
}

static void all(void *(*function)(void *), void *context) {
    pthread_t threads[THREADS];
    int index;
    for (index = 0; index < THREADS; index++) {
        CHECK(pthread_create(&threads[index], NULL, function, context) == 0);
    }
    for (index = 0; index < THREADS; index++) {
        CHECK(pthread_join(threads[index], NULL) == 0);
    }
}

int main(int argc, char **argv) {
    sortie_session *session = a_session();
    sortie_response *response;
    sortie_batch *batch = NULL;
    sortie_stream *stream = NULL;
    sortie_request *request;
    sortie_outcome outcome;
    size_t count;
    uint8_t buffer[64];
    begin();
    base = argument(argc, argv, 1);
    snprintf(url, sizeof url, "%s/small", base);
    all(work, session);
    response = sent(session, a_request("GET", base, "/get"));
    all(look, response);
    sortie_response_free(response);

    /* A batch and a stream keep what they need of it. */
    request = a_request("GET", base, "/small");
    OK(sortie_batch_new(session, &batch, &error));
    OK(sortie_batch_submit(batch, request, NULL, NULL, &error));
    OK(sortie_session_stream(session, request, NULL, &stream, &error));
    sortie_session_free(session);
    while (sortie_batch_take(batch, &outcome, NULL) == SORTIE_EMPTY) {
        OK(sortie_batch_turn(batch, SORTIE_NEVER, &error));
    }
    CHECK(sortie_response_status(outcome.response) == 200);
    sortie_response_free(outcome.response);
    OK(sortie_stream_read(stream, buffer, sizeof buffer, &count, &error));
    CHECK(count > 0);
    sortie_stream_free(stream);
    sortie_batch_free(batch);
    sortie_request_free(request);
    return 0;
}
