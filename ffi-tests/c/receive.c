/* Content is pushed into a callback, which may stop it. Argument: the server's URL. */
#include "check.h"

struct sink {
    size_t total, most;
};

static int32_t write_some(void *context, const uint8_t *data, size_t size) {
    struct sink *sink = (struct sink *)context;
    CHECK(data != NULL && size > 0);
    sink->total += size;
    return sink->total > sink->most;
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    struct sink all = {0, SIZE_MAX}, some = {0, 1000};
    sortie_session *session = a_session();
    sortie_request *request = a_request("GET", base, "/stream-bytes/100000");
    sortie_response *response = NULL;
    begin();
    OK(sortie_session_receive(session, request, write_some, &all, NULL, &response, &error));
    CHECK(all.total == 100000 && sortie_response_status(response) == 200);
    CHECK(sortie_response_content(response).size == 0);
    sortie_response_free(response);
    response = NULL;
    FAILS(SORTIE_ERR_CANCELLED, sortie_session_receive(session, request, write_some, &some, NULL, &response, &error));
    CHECK(some.total > 1000 && response == NULL);
    sortie_request_free(request);
    sortie_session_free(session);
    return 0;
}
