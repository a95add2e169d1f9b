/* A stream in the hook that its own read runs: it is busy, and may be freed. Argument: the server's URL. */
#include "check.h"

struct all {
    sortie_stream *stream;
    const sortie_response *head;
    int told, frees, dropped;
};

static int32_t at_the_end(void *context, sortie_prepared *prepared, const sortie_response *response,
                          const sortie_error *failure, sortie_reason *reason) {
    struct all *all = (struct all *)context;
    const sortie_response *head = NULL;
    uint8_t buffer[16];
    size_t count;
    (void)prepared;
    (void)response;
    (void)failure;
    (void)reason;
    FAILS(SORTIE_ERR_BUSY, sortie_stream_read(all->stream, buffer, sizeof buffer, &count, &error));
    OK(sortie_stream_response(all->stream, &head, &error));
    CHECK(head == all->head && sortie_response_status(head) == 200);
    CHECK(sortie_stream_trailer_name(all->stream, sortie_stream_trailer_count(all->stream)) == NULL);
    if (all->frees) {
        sortie_stream_free(all->stream);
        all->stream = NULL;
    }
    CHECK(sortie_response_header(head, "Content-Type") != NULL);
    all->told++;
    return SORTIE_HOOK_KEEP;
}

static void drop(void *context) {
    ((struct all *)context)->dropped++;
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    struct all all = {NULL, NULL, 0, 0, 0};
    begin();
    for (all.frees = 0; all.frees < 2; all.frees++) {
        sortie_session *session = a_session();
        sortie_request *request = a_request("GET", base, "/bytes/3000000");
        uint8_t buffer[4096];
        size_t count, total = 0;
        OK(sortie_request_on_post_request(request, at_the_end, &all, drop, &error));
        OK(sortie_session_stream(session, request, NULL, &all.stream, &error));
        OK(sortie_stream_response(all.stream, &all.head, &error));
        sortie_request_free(request);
        while (all.told == all.frees) {
            OK(sortie_stream_read(all.stream, buffer, sizeof buffer, &count, &error));
            total += count;
        }
        if (!all.frees) {
            do {
                OK(sortie_stream_read(all.stream, buffer, sizeof buffer, &count, &error));
                total += count;
            } while (count > 0);
            CHECK(total == 3000000 && sortie_response_status(all.head) == 200);
            sortie_stream_free(all.stream);
        }
        sortie_session_free(session);
        CHECK(all.told == all.frees + 1 && all.dropped == all.told);
    }
    return 0;
}
