/* A request is what it was told to be. Argument: the server's URL. */
#include "check.h"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session = a_session();
    sortie_request *request, *copy = NULL;
    begin();
    request = a_request("GET", base, "/get");
    SAME(sortie_request_method(request), "GET");
    SAME(sortie_request_url(request), at(base, "/get"));
    OK(sortie_request_set_method(request, "PATCH", &error));
    SAME(sortie_request_method(request), "PATCH");
    OK(sortie_request_set_url(request, at(base, "/anything"), &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_request_set_method(request, "NO TOKEN", &error));
    OK(sortie_request_set_header(request, "X-One", "1", &error));
    OK(sortie_request_set_header(request, "x-one", "one", &error));
    OK(sortie_request_append_header(request, "X-Two", "a", &error));
    OK(sortie_request_append_header(request, "X-Two", "b", &error));
    OK(sortie_request_set_sensitive_header(request, "X-Key", "secret", &error));
    OK(sortie_request_unset_header(request, "User-Agent", &error));
    SAME(sortie_request_header(request, "X-ONE"), "one");
    CHECK(sortie_request_header(request, "X-None") == NULL);
    OK(sortie_request_add_param(request, "q", "a b&c", &error));
    OK(sortie_request_add_cookie(request, "crumb", "1", &error));
    OK(sortie_request_set_text(request, "gr\xc3\xbc\xc3\x9f dich", &error));
    OK(sortie_request_copy(request, &copy, &error));
    OK(sortie_request_set_header(request, "X-Two", "changed", &error));
    sortie_request_free(request);
    {
        sortie_response *response = sent(session, copy);
        sortie_bytes content = sortie_response_content(response);
        CHECK(holds(content, "\"method\": \"PATCH\"") && holds(content, "one\"") && holds(content, "\"X-Two\": \"a,b\""));
        CHECK(holds(content, "secret") && holds(content, "\"q\": \"a b&c\"") && holds(content, "crumb=1"));
        CHECK(holds(content, "gr\xc3\xbc\xc3\x9f dich") && holds(content, "text/plain; charset=utf-8"));
        CHECK(sortie_response_request_header(response, "User-Agent") == NULL);
        sortie_response_free(response);
    }

    request = a_request("GET", base, "/range/26");
    OK(sortie_request_set_range(request, 1, 3, &error));
    {
        sortie_response *response = sent(session, request);
        CHECK(sortie_response_status(response) == 206 && sortie_response_content(response).size == 3);
        sortie_response_free(response);
    }
    request = a_request("GET", base, "/range/26");
    OK(sortie_request_set_range(request, 20, SORTIE_UNKNOWN, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_request_set_range(request, 3, 1, &error));
    {
        sortie_response *response = sent(session, request);
        CHECK(sortie_response_status(response) == 206 && sortie_response_content(response).size == 6);
        sortie_response_free(response);
    }

    request = a_request("GET", base, "/basic-auth/user/word");
    OK(sortie_request_set_basic_auth(request, "user", "word", &error));
    answers_with(session, request, "\"authenticated\": true");
    request = a_request("GET", base, "/digest-auth/auth/user/word");
    OK(sortie_request_set_digest_auth(request, "user", "word", &error));
    answers_with(session, request, "\"authenticated\": true");
    request = a_request("GET", base, "/bearer");
    OK(sortie_request_set_bearer_auth(request, "token", &error));
    answers_with(session, request, "\"token\"");
    OK(sortie_session_set_bearer_auth(session, "token", &error));
    request = a_request("GET", base, "/bearer");
    OK(sortie_request_unset_auth(request, &error));
    {
        sortie_response *response = sent(session, request);
        CHECK(sortie_response_status(response) == 401);
        sortie_response_free(response);
    }
    sortie_session_free(session);
    return 0;
}
