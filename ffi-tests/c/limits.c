/* A session's limits hold, and can be lifted. Argument: the server's URL. */
#include "check.h"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session = a_session();
    sortie_request *request;
    int32_t which;
    begin();
    OK(sortie_session_set_timeout_ms(session, SORTIE_TIMEOUT_FIRST_BYTE, 30, &error));
    CHECK(fails(session, a_request("GET", base, "/hold")) == SORTIE_ERR_FIRST_BYTE_TIMEOUT);
    OK(sortie_session_set_timeout_ms(session, SORTIE_TIMEOUT_TOTAL, 30, &error));
    OK(sortie_session_set_timeout_ms(session, SORTIE_TIMEOUT_FIRST_BYTE, SORTIE_NEVER, &error));
    CHECK(fails(session, a_request("GET", base, "/hold")) == SORTIE_ERR_TOTAL_TIMEOUT);
    request = a_request("GET", base, "/hold");
    OK(sortie_request_set_timeout_ms(request, SORTIE_TIMEOUT_FIRST_BYTE, 20, &error));
    OK(sortie_request_set_timeout_ms(request, SORTIE_TIMEOUT_TOTAL, SORTIE_NEVER, &error));
    CHECK(fails(session, request) == SORTIE_ERR_FIRST_BYTE_TIMEOUT);
    for (which = SORTIE_TIMEOUT_TOTAL; which <= SORTIE_TIMEOUT_TLS; which++) {
        OK(sortie_session_set_timeout_ms(session, which, 60000, &error));
        FAILS(SORTIE_ERR_ARGUMENT, sortie_session_set_timeout_ms(session, which, 0, &error));
        FAILS(SORTIE_ERR_ARGUMENT, sortie_session_set_timeout_ms(session, which, INT64_MIN, &error));
    }
    FAILS(SORTIE_ERR_ARGUMENT, sortie_session_set_timeout_ms(session, 8, 1, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_session_set_timeout_ms(session, -1, 1, &error));

    OK(sortie_session_set_max_redirects(session, 2, &error));
    CHECK(fails(session, a_request("GET", base, "/redirect/3")) == SORTIE_ERR_TOO_MANY_REDIRECTS);
    request = a_request("GET", base, "/redirect/3");
    OK(sortie_request_set_max_redirects(request, 3, &error));
    answers_with(session, request, "\"url\"");
    OK(sortie_session_set_bearer_auth(session, "5ecret", &error));
    answers_with(session, a_request("GET", base, "/bearer"), "5ecret");
    for (int left = 0; left < 2; left++) {
        sortie_response *response;
        request = a_request("GET", base, "/bearer");
        OK(sortie_request_set_redirected(request, left, &error));
        response = sent(session, request);
        CHECK(sortie_response_status(response) == (left ? 401 : 200));
        sortie_response_free(response);
    }
    OK(sortie_session_unset_auth(session, &error));
    OK(sortie_session_set_redirects(session, 0, &error));
    {
        sortie_response *response = sent(session, a_request("GET", base, "/redirect/1"));
        CHECK(sortie_response_status(response) == 302);
        sortie_response_free(response);
    }
    request = a_request("GET", base, "/redirect/1");
    OK(sortie_request_set_redirects(request, 1, &error));
    OK(sortie_session_set_referer(session, 1, &error));
    answers_with(session, request, "\"Referer\"");

    OK(sortie_session_set_max_content(session, 10, &error));
    CHECK(fails(session, a_request("GET", base, "/bytes/11")) == SORTIE_ERR_CONTENT_TOO_LARGE);
    request = a_request("GET", base, "/bytes/11");
    OK(sortie_request_set_max_content(request, 11, &error));
    sortie_response_free(sent(session, request));
    OK(sortie_session_set_max_content(session, SORTIE_UNKNOWN, &error));
    sortie_response_free(sent(session, a_request("GET", base, "/bytes/100")));

    OK(sortie_session_set_resend(session, 0, &error));
    request = a_request("GET", base, "/get");
    OK(sortie_request_set_resend(request, 1, &error));
    sortie_response_free(sent(session, request));
    OK(sortie_session_set_https_only(session, 1, &error));
    CHECK(fails(session, a_request("GET", base, "/get")) == SORTIE_ERR_INVALID_URL);
    sortie_session_free(session);
    return 0;
}
