/* What a session was told holds for the calls that begin later. Argument: the server's URL, and a netrc file. */
#include "check.h"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1), *netrc = argument(argc, argv, 2);
    sortie_session *session = a_session();
    begin();
    OK(sortie_session_set_base_url(session, base, &error));
    OK(sortie_session_set_user_agent(session, "check/1", &error));
    OK(sortie_session_set_header(session, "X-One", "1", &error));
    OK(sortie_session_set_header(session, "X-Two", "2", &error));
    OK(sortie_session_set_sensitive_header(session, "X-Key", "secret", &error));
    OK(sortie_session_unset_header(session, "x-two", &error));
    OK(sortie_session_add_param(session, "page", "7 8", &error));
    {
        sortie_response *response = sent(session, a_request("GET", "", "/anything"));
        sortie_bytes content = sortie_response_content(response);
        CHECK(holds(content, "\"User-Agent\": \"check/1\"") && holds(content, "\"X-One\": \"1\""));
        CHECK(holds(content, "\"X-Key\": \"secret\"") && holds(content, "\"page\": \"7 8\""));
        CHECK(sortie_response_request_header(response, "X-Two") == NULL);
        sortie_response_free(response);
    }

    OK(sortie_session_set_basic_auth(session, "user", "word", &error));
    answers_with(session, a_request("GET", base, "/basic-auth/user/word"), "\"authenticated\": true");
    OK(sortie_session_set_digest_auth(session, "user", "word", &error));
    answers_with(session, a_request("GET", base, "/digest-auth/auth/user/word"), "\"authenticated\": true");
    OK(sortie_session_set_bearer_auth(session, "token", &error));
    answers_with(session, a_request("GET", base, "/bearer"), "\"token\": \"token\"");
    OK(sortie_session_unset_auth(session, &error));
    {
        sortie_response *response = sent(session, a_request("GET", base, "/bearer"));
        CHECK(sortie_response_status(response) == 401 && !sortie_response_is_ok(response));
        sortie_response_free(response);
    }
    OK(sortie_session_set_netrc(session, netrc, &error));
    answers_with(session, a_request("GET", base, "/basic-auth/clerk/sesame"), "\"authenticated\": true");
    FAILS(SORTIE_ERR_FILE, sortie_session_set_netrc(session, "/nowhere/netrc", &error));

    /* A fault changes nothing. */
    FAILS(SORTIE_ERR_INVALID_URL, sortie_session_set_base_url(session, "no url", &error));
    FAILS(SORTIE_ERR_INVALID_HEADER, sortie_session_set_header(session, "X-One", "1\r\nX-Three: 3", &error));
    FAILS(SORTIE_ERR_INVALID_HEADER, sortie_session_set_user_agent(session, "a\nb", &error));
    answers_with(session, a_request("GET", "", "/anything"), "\"X-One\": \"1\"");
    OK(sortie_session_set_base_url(session, NULL, &error));
    CHECK(fails(session, a_request("GET", "", "/get")) == SORTIE_ERR_INVALID_URL);
    sortie_session_free(session);
    return 0;
}
