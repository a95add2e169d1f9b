/* Content is pulled as it comes, and may be given up. Argument: the server's URL. */
#include "check.h"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session = a_session();
    sortie_request *request = a_request("GET", base, "/bytes/100000");
    const sortie_response *head = NULL;
    sortie_stream *stream = NULL;
    uint8_t buffer[4096];
    size_t count, total = 0;
    begin();
    OK(sortie_session_stream(session, request, NULL, &stream, &error));
    OK(sortie_stream_response(stream, &head, &error));
    CHECK(sortie_response_status(head) == 200 && sortie_response_content(head).size == 0);
    SAME(sortie_response_header(head, "content-length"), "100000");
    sortie_response_free((sortie_response *)(uintptr_t)head); /* lent: ignored */
    do {
        OK(sortie_stream_read(stream, buffer, sizeof buffer, &count, &error));
        total += count;
    } while (count > 0);
    CHECK(total == 100000 && sortie_response_status(head) == 200);
    OK(sortie_stream_read(stream, buffer, sizeof buffer, &count, &error));
    CHECK(count == 0);
    sortie_stream_free(stream);
    sortie_request_free(request);

    request = a_request("GET", base, "/trailers?X-End=here");
    OK(sortie_request_set_header(request, "TE", "trailers", &error));
    OK(sortie_session_stream(session, request, NULL, &stream, &error));
    CHECK(sortie_stream_trailer_count(stream) == 0);
    do {
        OK(sortie_stream_read(stream, buffer, sizeof buffer, &count, &error));
    } while (count > 0);
    CHECK(sortie_stream_trailer_count(stream) == 1 && sortie_stream_trailer_name(stream, 0) != NULL);
    SAME(sortie_stream_trailer_value(stream, 0), "here");
    CHECK(sortie_stream_trailer_value(stream, 1) == NULL);
    sortie_stream_free(stream);
    sortie_request_free(request);

    /* Freed before the end, and ended from elsewhere. */
    request = a_request("GET", base, "/huge/1000000000");
    OK(sortie_session_stream(session, request, NULL, &stream, &error));
    OK(sortie_stream_read(stream, buffer, sizeof buffer, &count, &error));
    CHECK(count > 0 && buffer[0] == 0);
    sortie_stream_free(stream);
    {
        sortie_cancel *cancel = NULL;
        sortie_status status;
        OK(sortie_cancel_new(&cancel, &error));
        OK(sortie_session_stream(session, request, cancel, &stream, &error));
        OK(sortie_cancel_fire(cancel, &error));
        do {
            sortie_error *error = NULL;
            status = sortie_stream_read(stream, buffer, sizeof buffer, &count, &error);
            sortie_error_free(error);
        } while (status == SORTIE_OK);
        CHECK(status == SORTIE_ERR_CANCELLED);
        sortie_stream_free(stream);
        sortie_cancel_free(cancel);
    }
    sortie_request_free(request);
    sortie_session_free(session);
    return 0;
}
