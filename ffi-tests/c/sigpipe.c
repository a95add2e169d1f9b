/* A peer that closes while we write is a status, also where SIGPIPE ends the process. Arguments: URLs of such peers. */
#include "check.h"

int main(int argc, char **argv) {
    sortie_session *session = a_session();
    size_t size = (size_t)16 << 20;
    uint8_t *data = (uint8_t *)calloc(1, size);
    int index;
    begin();
    CHECK(data != NULL && signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    CHECK(argc > 1);
    for (index = 1; index < argc; index++) {
        int round;
        for (round = 0; round < 5; round++) {
            sortie_request *request = a_request("POST", argv[index], "");
            sortie_status status;
            OK(sortie_request_set_body(request, data, size, &error));
            status = fails(session, request);
            CHECK(status == SORTIE_ERR_SEND || status == SORTIE_ERR_RECEIVE || status == SORTIE_ERR_CLOSED);
        }
    }
    free(data);
    sortie_session_free(session);
    return 0;
}
