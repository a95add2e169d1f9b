/* Bodies arrive as they were given. Arguments: the server's URL, and a file that holds `from a file`. */
#include "check.h"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1), *file = argument(argc, argv, 2);
    sortie_session *session = a_session();
    sortie_request *request;
    uint8_t data[] = {'a', 0, 'b'};
    begin();
    request = a_request("POST", base, "/sink");
    OK(sortie_request_set_body(request, data, sizeof data, &error));
    memset(data, 'z', sizeof data);
    answers_with(session, request, "\"length\": 3");
    request = a_request("POST", base, "/sink");
    OK(sortie_request_set_body(request, NULL, 0, &error));
    answers_with(session, request, "\"length\": 0");

    request = a_request("POST", base, "/post");
    OK(sortie_request_set_json(request, "{\"a\": [1, 2.50]}", &error));
    FAILS(SORTIE_ERR_INVALID_BODY, sortie_request_set_json(request, "{\"a\": [1, }", &error));
    {
        const char *texts[] = {"{\\\"a\\\": [1, 2.50]}", "application/json", NULL};
        answers(session, request, texts);
    }
    request = a_request("POST", base, "/post");
    OK(sortie_request_add_form(request, "a", "b c", &error));
    OK(sortie_request_add_form(request, "d", "&", &error));
    {
        const char *texts[] = {"\"a\": \"b c\"", "\"d\": \"&\"", "application/x-www-form-urlencoded", NULL};
        answers(session, request, texts);
    }
    request = a_request("POST", base, "/post");
    OK(sortie_request_set_file(request, file, &error));
    answers_with(session, request, "\"data\": \"from a file\"");
    request = a_request("POST", base, "/post");
    OK(sortie_request_set_file(request, "/nowhere/at/all", &error));
    {
        sortie_status status = fails(session, request);
        CHECK(status == SORTIE_ERR_BODY || status == SORTIE_ERR_FILE || status == SORTIE_ERR_INVALID_BODY);
    }
    request = a_request("POST", base, "/expect?continue=1");
    OK(sortie_request_set_text(request, "waited", &error));
    OK(sortie_request_set_expect_continue(request, 1, &error));
    answers_with(session, request, "100-continue");
    request = a_request("POST", base, "/post");
    OK(sortie_request_set_text(request, "squeezed squeezed squeezed squeezed", &error));
    OK(sortie_request_set_compress(request, "gzip", &error));
    answers_with(session, request, "\"Content-Encoding\": \"gzip\"");
    request = a_request("POST", base, "/post");
    OK(sortie_request_set_text(request, "squeezed", &error));
    OK(sortie_request_set_compress(request, "vacuum", &error));
    CHECK(fails(session, request) == SORTIE_ERR_UNSUPPORTED);
    sortie_session_free(session);
    return 0;
}
