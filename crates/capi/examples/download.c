/* Downloads a URL: into a file, and once more through a callback that counts.
 *
 *     cc -std=c99 download.c $(pkg-config --cflags --libs sortie) -o download && ./download http://127.0.0.1:8000/bytes/9 file
 */
#include <inttypes.h>
#include <sortie.h>
#include <stdio.h>

/* Is given content as it comes. Anything but 0 would stop it. */
static int32_t count(void *context, const uint8_t *data, size_t size) {
    uint64_t *total = context;
    (void)data;
    *total += size;
    return 0;
}

/* Prints why, and gives the status of the program. */
static int fail(sortie_error *error) {
    fprintf(stderr, "%s\n", sortie_error_chain(error));
    sortie_error_free(error);
    return 1;
}

int main(int argc, char **argv) {
    sortie_session *session = NULL;
    sortie_request *request = NULL;
    sortie_response *response = NULL;
    sortie_error *error = NULL;
    uint64_t total = 0;
    if (argc != 3 || sortie_session_new(&session, NULL) != SORTIE_OK ||
        sortie_request_new("GET", argv[1], &request, NULL) != SORTIE_OK) {
        return 2;
    }
    /* The file appears when it is whole. What an earlier try left is gone on with; no SHA-256 is known. */
    if (sortie_session_download(session, request, argv[2], 1, NULL, NULL, &response, &error) != SORTIE_OK) {
        return fail(error);
    }
    printf("%s: %d\n", argv[2], sortie_response_status(response));
    sortie_response_free(response);

    /* Nothing is kept: content of any size takes no memory. */
    if (sortie_session_receive(session, request, count, &total, NULL, &response, &error) != SORTIE_OK) {
        return fail(error);
    }
    printf("%" PRIu64 " bytes\n", total);
    sortie_response_free(response);
    sortie_request_free(request);
    sortie_session_free(session);
    return 0;
}
