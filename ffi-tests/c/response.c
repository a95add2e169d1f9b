/* A response is what the server said. Argument: the server's URL. */
#include "check.h"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session = NULL;
    sortie_request *request = NULL;
    sortie_response *response = NULL;
    begin();
    OK(sortie_session_new(&session, &error));
    OK(sortie_request_new("GET", at(base, "/get"), &request, &error));
    OK(sortie_session_send(session, request, NULL, &response, &error));
    CHECK(sortie_response_status(response) == 200);
    CHECK(holds(sortie_response_content(response), "\"url\""));
    sortie_request_free(request);
    sortie_response_free(response);
    sortie_session_free(session);
    return 0;
}
