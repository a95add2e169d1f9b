/* Content goes to a file, in one piece or in two, and is what it should be. Arguments: the server's URL, a folder, and the
 * SHA-256 of `/range/26`. */
#include "check.h"

static long length(const char *path) {
    FILE *file = fopen(path, "rb");
    long size;
    if (file == NULL) {
        return -1;
    }
    CHECK(fseek(file, 0, SEEK_END) == 0);
    size = ftell(file);
    fclose(file);
    return size;
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1), *folder = argument(argc, argv, 2), *sha256 = argument(argc, argv, 3);
    sortie_session *session = a_session();
    sortie_request *request = a_request("GET", base, "/range/26");
    sortie_response *response = NULL;
    begin();
    remove(at(folder, "/one"));
    remove(at(folder, "/two"));
    OK(sortie_session_download(session, request, at(folder, "/one"), 0, sha256, NULL, &response, &error));
    CHECK(sortie_response_status(response) == 200 && sortie_response_content(response).size == 0);
    CHECK(length(at(folder, "/one")) == 26);
    sortie_response_free(response);
    OK(sortie_session_download(session, request, at(folder, "/two"), 1, NULL, NULL, &response, &error));
    CHECK(length(at(folder, "/two")) == 26);
    sortie_response_free(response);
    FAILS(SORTIE_ERR_CONTENT, sortie_session_download(session, request, at(folder, "/three"), 0,
          "0000000000000000000000000000000000000000000000000000000000000000", NULL, &response, &error));
    CHECK(length(at(folder, "/three")) == -1);
    FAILS(SORTIE_ERR_ARGUMENT, sortie_session_download(session, request, at(folder, "/four"), 0, "short", NULL, &response, &error));
    FAILS(SORTIE_ERR_FILE, sortie_session_download(session, request, "/nowhere/at/all", 0, NULL, NULL, &response, &error));
    sortie_request_free(request);
    sortie_session_free(session);
    return 0;
}
