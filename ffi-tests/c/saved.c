/* A session is written to a file and made from it. Arguments: the server's URL, and a folder. */
#include "check.h"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1), *folder = argument(argc, argv, 2);
    sortie_session *session = a_session(), *again = NULL;
    begin();
    OK(sortie_session_set_header(session, "X-Kept", "yes", &error));
    OK(sortie_session_set_bearer_auth(session, "token", &error));
    OK(sortie_session_save(session, at(folder, "/plain.json"), 0, &error));
    OK(sortie_session_save(session, at(folder, "/secret.json"), 1, &error));
    FAILS(SORTIE_ERR_FILE, sortie_session_save(session, "/nowhere/at/all.json", 0, &error));
    sortie_session_free(session);

    OK(sortie_session_restore(at(folder, "/plain.json"), &again, &error));
    answers_with(again, a_request("GET", base, "/get"), "\"X-Kept\": \"yes\"");
    {
        sortie_response *response = sent(again, a_request("GET", base, "/bearer"));
        CHECK(sortie_response_status(response) == 401);
        sortie_response_free(response);
    }
    sortie_session_free(again);
    OK(sortie_session_restore(at(folder, "/secret.json"), &again, &error));
    answers_with(again, a_request("GET", base, "/bearer"), "\"token\"");
    sortie_session_free(again);
    FAILS(SORTIE_ERR_FILE, sortie_session_restore(at(folder, "/none.json"), &again, &error));
    return 0;
}
