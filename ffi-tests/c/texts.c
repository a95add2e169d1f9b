/* Texts that are no UTF-8, or break a line, are a status before anything is sent. Arguments: the server's URL. */
#include "check.h"

#define NOT_UTF8 "caf\xe9"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session = a_session();
    sortie_request *request = a_request("GET", base, "/get"), *other = NULL;
    sortie_response *response = NULL;
    begin();
    FAILS(SORTIE_ERR_UTF8, sortie_get(NOT_UTF8, &response, &error));
    FAILS(SORTIE_ERR_UTF8, sortie_request_new(NOT_UTF8, at(base, "/"), &other, &error));
    FAILS(SORTIE_ERR_UTF8, sortie_request_new("GET", NOT_UTF8, &other, &error));
    FAILS(SORTIE_ERR_UTF8, sortie_request_set_header(request, "X-A", NOT_UTF8, &error));
    FAILS(SORTIE_ERR_UTF8, sortie_request_add_param(request, NOT_UTF8, "", &error));
    FAILS(SORTIE_ERR_UTF8, sortie_request_set_json(request, "\"" NOT_UTF8 "\"", &error));
    FAILS(SORTIE_ERR_UTF8, sortie_session_set_user_agent(session, NOT_UTF8, &error));
    FAILS(SORTIE_ERR_UTF8, sortie_session_set_netrc(session, NOT_UTF8, &error));
    CHECK(other == NULL && response == NULL);
    sortie_request_free(request);

    FAILS(SORTIE_ERR_ARGUMENT, sortie_request_new("GE\r\nT", at(base, "/"), &other, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_request_new("", at(base, "/"), &other, &error));
    {
        /* Told by the setter, or when the request is sent; in no case are there two fields. */
        const char *bad[] = {"a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rb", "a\x01"};
        size_t index;
        for (index = 0; index < sizeof bad / sizeof bad[0]; index++) {
            sortie_error *error = NULL;
            sortie_status status;
            request = a_request("GET", base, "/get");
            status = sortie_request_set_header(request, "X-A", bad[index], &error);
            sortie_error_free(error);
            CHECK(status == SORTIE_OK ? fails(session, request) == SORTIE_ERR_INVALID_HEADER
                                      : (sortie_request_free(request), status == SORTIE_ERR_INVALID_HEADER));
            request = a_request("GET", base, "/get");
            error = NULL;
            status = sortie_request_set_header(request, bad[index], "a", &error);
            sortie_error_free(error);
            CHECK(status == SORTIE_OK ? fails(session, request) == SORTIE_ERR_INVALID_HEADER
                                      : (sortie_request_free(request), status == SORTIE_ERR_INVALID_HEADER));
        }
    }
    CHECK(fails(session, a_request("GET", "", "")) == SORTIE_ERR_INVALID_URL);
    CHECK(fails(session, a_request("GET", "ftp://", "here")) == SORTIE_ERR_INVALID_URL);
    sortie_session_free(session);
    return 0;
}
