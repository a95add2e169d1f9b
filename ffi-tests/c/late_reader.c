/* A reader that waits outlives its call, its request and the session: its context is let go behind it. Argument: the server's
 * URL. */
#include "check.h"

struct source {
    sortie_cancel *cancel;
    int go_on[2], gone[2];
};

static void tell(int fd) {
    CHECK(write(fd, "!", 1) == 1);
}

static void await(int fd) {
    char byte;
    CHECK(read(fd, &byte, 1) == 1);
}

static int64_t read_late(void *context, uint8_t *buffer, size_t size) {
    struct source *source = (struct source *)context;
    (void)buffer;
    (void)size;
    OK(sortie_cancel_fire(source->cancel, &error));
    await(source->go_on[0]);
    return 0;
}

static void drop(void *context) {
    struct source *source = (struct source *)context;
    int gone = source->gone[1];
    free(source);
    tell(gone);
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    struct source *source = (struct source *)malloc(sizeof *source), kept;
    sortie_session *session = a_session();
    sortie_request *request = a_request("POST", base, "/sink");
    sortie_response *response = NULL;
    begin();
    CHECK(source != NULL && pipe(source->go_on) == 0 && pipe(source->gone) == 0);
    OK(sortie_cancel_new(&source->cancel, &error));
    kept = *source;
    OK(sortie_request_set_reader(request, read_late, source, drop, SORTIE_UNKNOWN, &error));
    FAILS(SORTIE_ERR_CANCELLED, sortie_session_send(session, request, kept.cancel, &response, &error));
    sortie_request_free(request);
    sortie_session_free(session);
    /* The reader waits still. */
    tell(kept.go_on[1]);
    await(kept.gone[0]);
    sortie_cancel_free(kept.cancel);
    return 0;
}
