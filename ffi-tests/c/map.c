/* Outcomes stand in the order of their requests, whatever becomes of each. Arguments: the server's URL, and one where nobody
 * listens. */
#include "check.h"

#define COUNT 60

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1), *nobody = argument(argc, argv, 2);
    sortie_session *session = a_session();
    sortie_request *requests[COUNT];
    sortie_outcome outcomes[COUNT];
    sortie_batch *batch = NULL;
    int round, index;
    begin();
    for (index = 0; index < COUNT; index++) {
        char path[32];
        snprintf(path, sizeof path, "/bytes/%d", index);
        requests[index] = a_request("GET", index % 7 == 3 ? nobody : base, path);
    }
    OK(sortie_batch_new(session, &batch, &error));
    OK(sortie_batch_set_concurrency(batch, 8, &error));
    for (round = 0; round < 2; round++) {
        memset(outcomes, 0xff, sizeof outcomes);
        if (round == 0) {
            OK(sortie_session_map(session, (const sortie_request *const *)requests, COUNT, NULL, outcomes, &error));
        } else {
            OK(sortie_batch_map(batch, (const sortie_request *const *)requests, COUNT, outcomes, &error));
        }
        for (index = 0; index < COUNT; index++) {
            CHECK(outcomes[index].call == (uint64_t)index && outcomes[index].user == NULL);
            CHECK((outcomes[index].response == NULL) != (outcomes[index].error == NULL));
            if (index % 7 == 3) {
                CHECK(sortie_error_status(outcomes[index].error) == SORTIE_ERR_CONNECT);
            } else {
                CHECK(sortie_response_content(outcomes[index].response).size == (size_t)index);
            }
            sortie_response_free(outcomes[index].response);
            sortie_error_free(outcomes[index].error);
        }
    }
    {
        sortie_cancel *cancel = NULL;
        OK(sortie_cancel_new(&cancel, &error));
        OK(sortie_cancel_fire(cancel, &error));
        OK(sortie_session_map(session, (const sortie_request *const *)requests, COUNT, cancel, outcomes, &error));
        for (index = 0; index < COUNT; index++) {
            CHECK(sortie_error_status(outcomes[index].error) == SORTIE_ERR_CANCELLED);
            sortie_error_free(outcomes[index].error);
        }
        sortie_cancel_free(cancel);
    }
    for (index = 0; index < COUNT; index++) {
        sortie_request_free(requests[index]);
    }
    sortie_batch_free(batch);
    sortie_session_free(session);
    return 0;
}
