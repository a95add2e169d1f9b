/* A session connects as it was told. Arguments: the server's URL and port, and the path of a server's Unix socket. */
#include "check.h"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1), *port = argument(argc, argv, 2), *path = argument(argc, argv, 3);
    sortie_session *session = a_session();
    sortie_request *request;
    size_t standing = 99;
    char url[256];
    begin();
    OK(sortie_session_set_connections(session, 4, &error));
    OK(sortie_session_set_per_origin(session, 2, &error));
    OK(sortie_session_set_idle_timeout_ms(session, 60000, &error));
    OK(sortie_session_set_tcp_keepalive_ms(session, 30000, &error));
    OK(sortie_session_warm(session, at(base, "/"), 2, &standing, &error));
    CHECK(standing == 2);

    OK(sortie_session_set_bind(session, "127.0.0.1", &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_session_set_bind(session, "here", &error));
    answers_with(session, a_request("GET", base, "/get"), "\"origin\": \"127.0.0.1\"");

    OK(sortie_session_set_resolve(session, "somewhere.test", atoi(port), "127.0.0.1", &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_session_set_resolve(session, "somewhere.test", 80, "127.0.0.1,there", &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_session_set_resolve(session, "somewhere.test", 65536 + 80, "127.0.0.1", &error));
    snprintf(url, sizeof url, "http://somewhere.test:%s", port);
    answers_with(session, a_request("GET", url, "/get"), "somewhere.test");
    OK(sortie_session_set_addresses(session, SORTIE_ADDRESSES_PUBLIC, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_session_set_addresses(session, 2, &error));
    {
        sortie_session *careful = a_session();
        OK(sortie_session_set_addresses(careful, SORTIE_ADDRESSES_PUBLIC, &error));
        CHECK(fails(careful, a_request("GET", base, "/get")) == SORTIE_ERR_ADDRESS);
        OK(sortie_session_set_addresses(careful, SORTIE_ADDRESSES_ALL, &error));
        sortie_response_free(sent(careful, a_request("GET", base, "/get")));
        sortie_session_free(careful);
    }
    sortie_session_free(session);

    session = a_session();
    request = a_request("GET", "http://somewhere.test", "/get");
    OK(sortie_request_set_unix_socket(request, path, &error));
    answers_with(session, request, "somewhere.test");
    OK(sortie_session_set_unix_socket(session, path, &error));
    answers_with(session, a_request("GET", "http://elsewhere.test", "/get"), "elsewhere.test");
    sortie_session_free(session);

    /* Binding to an interface may need a right that this process has not: then the connection says so. */
    session = a_session();
    OK(sortie_session_set_interface(session, "lo", &error));
    request = a_request("GET", base, "/get");
    {
        sortie_response *response = NULL;
        sortie_error *error = NULL;
        if (sortie_session_send(session, request, NULL, &response, &error) != SORTIE_OK) {
            CHECK(sortie_error_chain(error) != NULL);
        }
        sortie_error_free(error);
        sortie_response_free(response);
    }
    sortie_request_free(request);
    sortie_session_free(session);
    return 0;
}
