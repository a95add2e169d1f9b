/* Parts of a form arrive under their names. Arguments: the server's URL, and a file that holds `from a file`. */
#include "check.h"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1), *file = argument(argc, argv, 2);
    const uint8_t *data = (const uint8_t *)"in bytes";
    sortie_session *session = a_session();
    sortie_request *request = a_request("POST", base, "/post");
    begin();
    OK(sortie_request_add_part(request, "field", (const uint8_t *)"value", 5, NULL, NULL, &error));
    OK(sortie_request_add_part(request, "empty", NULL, 0, NULL, NULL, &error));
    OK(sortie_request_add_part(request, "upload", data, 8, "u.txt", "text/plain", &error));
    OK(sortie_request_add_file_part(request, "disk", file, NULL, &error));
    OK(sortie_request_add_file_part(request, "typed", file, "text/x-check", &error));
    {
        const char *texts[] = {"\"field\": \"value\"", "\"empty\": \"\"",        "\"upload\": \"in bytes\"",
                               "\"disk\": \"from a file\"", "\"typed\": \"from a file\"", "multipart/form-data", NULL};
        answers(session, request, texts);
    }
    request = a_request("POST", base, "/post");
    {
        /* Told here, or when it is sent. */
        sortie_error *error = NULL;
        sortie_status status = sortie_request_add_file_part(request, "disk", "/nowhere/at/all", NULL, &error);
        sortie_error_free(error);
        CHECK(status == SORTIE_OK ? fails(session, request) != SORTIE_OK : (sortie_request_free(request), 1));
    }
    sortie_session_free(session);
    return 0;
}
