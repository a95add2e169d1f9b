/* What failed is tried again, as often as was said. Argument: the server's URL. */
#include "check.h"

/* A path that no other run has asked for. */
static const char *path(const char *name, int times) {
    static char text[64];
    snprintf(text, sizeof text, "/retry/%s-%ld/%d", name, (long)getpid(), times);
    return text;
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    const uint16_t statuses[] = {503}, bad[] = {99};
    sortie_session *session = a_session();
    sortie_request *request;
    sortie_retries *retries = NULL;
    sortie_response *response;
    begin();
    OK(sortie_retries_new(2, &retries, &error));
    OK(sortie_retries_set_statuses(retries, statuses, 1, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_retries_set_statuses(retries, bad, 1, &error));
    OK(sortie_retries_set_failures(retries, 1, &error));
    OK(sortie_retries_set_any_method(retries, 1, &error));
    OK(sortie_retries_set_backoff_ms(retries, 1, 2, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_retries_set_backoff_ms(retries, -1, 2, &error));
    OK(sortie_retries_set_jitter(retries, 50, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_retries_set_jitter(retries, 101, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_retries_set_jitter(retries, 256, &error));

    OK(sortie_session_set_retries(session, retries, &error));
    answers_with(session, a_request("POST", base, path("one", 2)), "\"attempt\": 3");
    response = sent(session, a_request("GET", base, path("two", 3)));
    CHECK(sortie_response_status(response) == 503);
    sortie_response_free(response);
    sortie_retries_free(retries);

    OK(sortie_retries_new(0, &retries, &error));
    request = a_request("GET", base, path("three", 1));
    OK(sortie_request_set_retries(request, retries, &error));
    response = sent(session, request);
    CHECK(sortie_response_status(response) == 503);
    sortie_response_free(response);
    sortie_retries_free(retries);
    sortie_session_free(session);
    return 0;
}
