/* Requests go through the proxies that were named. Arguments: the server's URL, and a proxy's. */
#include "check.h"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1), *proxy = argument(argc, argv, 2);
    sortie_session *session = a_session();
    sortie_request *request;
    begin();
    /* The name is known to the proxy alone, which finds nobody there: a 5xx of its own, or a failure. */
    OK(sortie_session_set_proxy(session, proxy, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_session_set_proxy(session, "no url", &error));
    answers_with(session, a_request("GET", base, "/get"), "\"url\"");
    OK(sortie_session_set_proxy(session, NULL, &error));
    answers_with(session, a_request("GET", base, "/get"), "\"url\"");

    OK(sortie_session_set_proxy_for(session, "http", "http://127.0.0.1:1", &error));
    {
        sortie_status status = fails(session, a_request("GET", base, "/get"));
        CHECK(status == SORTIE_ERR_CONNECT || status == SORTIE_ERR_PROXY);
    }
    request = a_request("GET", base, "/get");
    OK(sortie_request_set_proxy(request, proxy, &error));
    answers_with(session, request, "\"url\"");
    request = a_request("GET", base, "/get");
    OK(sortie_request_set_proxy(request, NULL, &error));
    answers_with(session, request, "\"url\"");
    OK(sortie_session_set_no_proxy(session, "127.0.0.1, .test", &error));
    answers_with(session, a_request("GET", base, "/get"), "\"url\"");
    OK(sortie_session_set_trust_env(session, 0, &error));
    answers_with(session, a_request("GET", base, "/get"), "\"url\"");
    sortie_session_free(session);
    return 0;
}
