/* Sizes that make no sense are a status. Argument: the server's URL. */
#include "check.h"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    const uint8_t byte = 0;
    const uint16_t status = 503;
    sortie_session *session = a_session();
    sortie_request *request = a_request("POST", base, "/post");
    sortie_retries *retries = NULL;
    sortie_response *response = NULL;
    sortie_outcome outcome;
    sortie_batch *batch = NULL;
    sortie_stream *stream = NULL;
    uint8_t buffer[1];
    size_t count = 7;
    const sortie_request *requests[1];
    begin();
    requests[0] = request;
    OK(sortie_batch_new(session, &batch, &error));
    OK(sortie_retries_new(UINT32_MAX, &retries, &error));
    FAILS(SORTIE_ERR_NULL, sortie_request_set_body(request, NULL, 1, &error));
    FAILS(SORTIE_ERR_NULL, sortie_request_set_body(request, NULL, SIZE_MAX, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_request_set_body(request, &byte, SIZE_MAX, &error));
    FAILS(SORTIE_ERR_NULL, sortie_request_add_part(request, "a", NULL, SIZE_MAX, NULL, NULL, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_request_add_part(request, "a", &byte, SIZE_MAX, NULL, NULL, &error));
    FAILS(SORTIE_ERR_NULL, sortie_post(at(base, "/post"), NULL, SIZE_MAX, NULL, &response, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_post(at(base, "/post"), &byte, SIZE_MAX, NULL, &response, &error));
    FAILS(SORTIE_ERR_NULL, sortie_retries_set_statuses(retries, NULL, SIZE_MAX, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_retries_set_statuses(retries, &status, SIZE_MAX, &error));
    OK(sortie_session_map(session, NULL, 0, NULL, NULL, &error));
    FAILS(SORTIE_ERR_NULL, sortie_session_map(session, NULL, SIZE_MAX, NULL, NULL, &error));
    FAILS(SORTIE_ERR_NULL, sortie_session_map(session, requests, 1, NULL, NULL, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_session_map(session, requests, SIZE_MAX, NULL, &outcome, &error));
    OK(sortie_batch_submit_many(batch, NULL, NULL, 0, NULL, &error));
    FAILS(SORTIE_ERR_NULL, sortie_batch_submit_many(batch, NULL, NULL, SIZE_MAX, NULL, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_batch_submit_many(batch, requests, NULL, SIZE_MAX, NULL, &error));
    FAILS(SORTIE_ERR_NULL, sortie_batch_take_many(batch, NULL, SIZE_MAX, &count, &error));
    requests[0] = NULL;
    FAILS(SORTIE_ERR_NULL, sortie_session_map(session, requests, 1, NULL, &outcome, &error));
    FAILS(SORTIE_ERR_NULL, sortie_batch_submit_many(batch, requests, NULL, 1, NULL, &error));
    sortie_request_free(request);

    request = a_request("GET", base, "/bytes/3");
    OK(sortie_session_stream(session, request, NULL, &stream, &error));
    FAILS(SORTIE_ERR_NULL, sortie_stream_read(stream, NULL, SIZE_MAX, &count, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_stream_read(stream, buffer, SIZE_MAX, &count, &error));
    OK(sortie_stream_read(stream, NULL, 0, &count, &error));
    CHECK(count == 0);
    OK(sortie_stream_read(stream, buffer, 1, &count, &error));
    CHECK(count == 1);
    sortie_stream_free(stream);
    sortie_request_free(request);
    sortie_retries_free(retries);
    sortie_batch_free(batch);
    sortie_session_free(session);
    return 0;
}
