/* A body is read from a callback, which is dropped once. Argument: the server's URL. */
#include "check.h"

struct source {
    size_t left;
    int64_t fault; /* What is given in place of the last bytes, if not 0. */
    int drops;
};

static int64_t read_some(void *context, uint8_t *buffer, size_t size) {
    struct source *source = (struct source *)context;
    size_t count = source->left < size ? source->left : size;
    if (count == source->left && source->fault != 0) {
        return source->fault == 1 ? (int64_t)size + 1 : source->fault;
    }
    memset(buffer, 'r', count);
    source->left -= count;
    return (int64_t)count;
}

static void drop(void *context) {
    ((struct source *)context)->drops++;
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    const int64_t faults[] = {-1, 1, INT64_MIN, INT64_MAX};
    struct source known = {100000, 0, 0}, unknown = {100000, 0, 0}, unsent = {1, 0, 0}, refused = {1, 0, 0};
    sortie_session *session = a_session();
    sortie_request *request;
    size_t index;
    begin();
    request = a_request("POST", base, "/sink");
    OK(sortie_request_set_reader(request, read_some, &known, drop, 100000, &error));
    answers_with(session, request, "\"length\": 100000");
    request = a_request("POST", base, "/sink");
    OK(sortie_request_set_reader(request, read_some, &unknown, drop, SORTIE_UNKNOWN, &error));
    answers_with(session, request, "\"length\": 100000");
    request = a_request("POST", base, "/sink");
    OK(sortie_request_set_reader(request, read_some, &unsent, drop, 1, &error));
    sortie_request_free(request);
    FAILS(SORTIE_ERR_NULL, sortie_request_set_reader(NULL, read_some, &refused, drop, 1, &error));
    for (index = 0; index < sizeof faults / sizeof faults[0]; index++) {
        struct source faulty = {100000, faults[index], 0};
        sortie_session *other = a_session();
        request = a_request("POST", base, "/sink");
        OK(sortie_request_set_reader(request, read_some, &faulty, drop, 100000, &error));
        CHECK(fails(other, request) == SORTIE_ERR_BODY);
        sortie_session_free(other);
        CHECK(faulty.drops == 1);
    }
    sortie_session_free(session);
    CHECK(known.drops == 1 && unknown.drops == 1 && unsent.drops == 1 && refused.drops == 1);
    return 0;
}
