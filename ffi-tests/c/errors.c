/* An error tells what, which, where and why. Arguments: the server's URL, and a URL where nobody listens. */
#include "check.h"

#include <errno.h>

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1), *nobody = argument(argc, argv, 2);
    sortie_session *session = a_session();
    sortie_request *request = a_request("PUT", nobody, "/x?key=1");
    sortie_response *response = NULL;
    sortie_error *error = NULL;
    size_t index;
    begin();
    CHECK(sortie_session_send(session, request, NULL, &response, &error) == SORTIE_ERR_CONNECT);
    CHECK(sortie_error_status(error) == SORTIE_ERR_CONNECT && response == NULL);
    SAME(sortie_error_kind(error), "cannot connect");
    SAME(sortie_error_phase(error), "connect");
    SAME(sortie_error_method(error), "PUT");
    CHECK(strncmp(sortie_error_url(error), nobody, strlen(nobody)) == 0);
    CHECK(sortie_error_os_error(error) == ECONNREFUSED);
    CHECK(!sortie_error_is_timeout(error) && sortie_error_attempts(error) == 0);
    CHECK(sortie_error_cause_count(error) >= 1);
    for (index = 0; index < sortie_error_cause_count(error); index++) {
        CHECK(strstr(sortie_error_chain(error), sortie_error_cause(error, index)) != NULL);
    }
    CHECK(sortie_error_cause(error, index) == NULL && sortie_error_cause(error, SIZE_MAX) == NULL);
    CHECK(strncmp(sortie_error_chain(error), sortie_error_message(error), strlen(sortie_error_message(error))) == 0);
    CHECK(sortie_error_warning_count(error) == 0 && sortie_error_warning(error, 0) == NULL);
    CHECK(sortie_error_response(error) == NULL);
    sortie_error_free(error);
    sortie_request_free(request);

    response = sent(session, a_request("GET", base, "/status/503"));
    error = NULL;
    CHECK(sortie_response_raise_for_status(response, &error) == SORTIE_ERR_STATUS);
    sortie_response_free(response);
    CHECK(sortie_response_status(sortie_error_response(error)) == 503);
    sortie_response_free((sortie_response *)(uintptr_t)sortie_error_response(error)); /* lent: ignored */
    CHECK(sortie_response_status(sortie_error_response(error)) == 503);
    sortie_error_free(error);

    request = a_request("GET", base, "/hold");
    OK(sortie_request_set_timeout_ms(request, SORTIE_TIMEOUT_TOTAL, 20, &error));
    error = NULL;
    CHECK(sortie_session_send(session, request, NULL, &response, &error) == SORTIE_ERR_TOTAL_TIMEOUT);
    CHECK(sortie_error_is_timeout(error) && sortie_error_attempts(error) == 1);
    sortie_error_free(error);
    sortie_request_free(request);

    /* Own faults have words too, and no request. */
    error = NULL;
    CHECK(sortie_session_send(NULL, NULL, NULL, NULL, &error) == SORTIE_ERR_NULL);
    SAME(sortie_error_kind(error), "null pointer");
    SAME(sortie_error_message(error), "`session` is NULL");
    CHECK(sortie_error_method(error) == NULL && sortie_error_url(error) == NULL && sortie_error_phase(error) == NULL);
    CHECK(sortie_error_os_error(error) == 0 && sortie_error_cause_count(error) == 0);
    sortie_error_free(error);
    sortie_session_free(session);
    return 0;
}
