/* Sends many requests at once, each changed by a hook before it goes; the outcomes stand in the order of the requests.
 *
 *     cc -std=c99 map_hooks.c $(pkg-config --cflags --libs sortie) -o map && ./map http://127.0.0.1:8000/anything
 */
#include <sortie.h>
#include <stdio.h>

enum { COUNT = 20 };

/* Numbers the requests. It is lent a copy, which takes the place of the request because of what it returns. */
static int32_t number(void *context, sortie_request *request, sortie_reason *reason) {
    int *next = context;
    char text[16];
    snprintf(text, sizeof text, "%d", ++*next);
    if (sortie_request_set_header(request, "X-Number", text, NULL) != SORTIE_OK) {
        sortie_reason_set(reason, "could not be numbered", NULL);
        return SORTIE_HOOK_REFUSE;
    }
    return SORTIE_HOOK_REPLACE;
}

int main(int argc, char **argv) {
    sortie_session *session = NULL;
    sortie_request *requests[COUNT] = {NULL};
    sortie_outcome outcomes[COUNT];
    int next = 0, failed = 0;
    if (argc != 2 || sortie_session_new(&session, NULL) != SORTIE_OK) {
        return 2;
    }
    sortie_session_on_args(session, number, &next, NULL, NULL);
    for (int index = 0; index < COUNT; index++) {
        if (sortie_request_new("GET", argv[1], &requests[index], NULL) != SORTIE_OK) {
            return 2;
        }
    }
    if (sortie_session_map(session, (const sortie_request *const *)requests, COUNT, NULL, outcomes, NULL) != SORTIE_OK) {
        return 1;
    }
    for (int index = 0; index < COUNT; index++) {
        sortie_response *response = outcomes[index].response;
        if (response != NULL) {
            printf("%d: number %s\n", sortie_response_status(response), sortie_response_request_header(response, "X-Number"));
        } else {
            fprintf(stderr, "%s\n", sortie_error_chain(outcomes[index].error));
            failed++;
        }
        sortie_response_free(response);
        sortie_error_free(outcomes[index].error);
        sortie_request_free(requests[index]);
    }
    sortie_session_free(session);
    return failed != 0 || next != COUNT;
}
