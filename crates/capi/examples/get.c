/* Gets a URL, and says why if that fails.
 *
 *     cc -std=c99 get.c $(pkg-config --cflags --libs sortie) -o get && ./get http://127.0.0.1:8000/get
 */
#include <sortie.h>
#include <stdio.h>

int main(int argc, char **argv) {
    sortie_response *response;
    sortie_error *error;
    if (argc != 2) {
        fprintf(stderr, "usage: %s URL\n", argv[0]);
        return 2;
    }
    if (sortie_get(argv[1], &response, &error) != SORTIE_OK) {
        /* The whole chain of causes, on one line. */
        fprintf(stderr, "%s\n", sortie_error_chain(error));
        sortie_error_free(error);
        return 1;
    }
    /* What a response lends lives as long as it. */
    sortie_bytes content = sortie_response_content(response);
    const char *type = sortie_response_header(response, "content-type");
    printf("%d %s, %s\n", sortie_response_status(response), sortie_response_reason(response), type ? type : "no type");
    fwrite(content.data, 1, content.size, stdout);
    sortie_response_free(response);
    return 0;
}
