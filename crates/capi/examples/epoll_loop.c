/* A batch within a loop of one's own: one descriptor and one timeout are all that the loop needs. For Linux.
 *
 *     cc -std=c99 epoll_loop.c $(pkg-config --cflags --libs sortie) -o loop && ./loop http://127.0.0.1:8000/get
 */
#include <sortie.h>
#include <stdio.h>
#include <sys/epoll.h>

/* Takes what is done; gives how many calls that were. */
static int take(const sortie_batch *batch) {
    sortie_outcome outcome;
    int taken = 0;
    while (sortie_batch_take(batch, &outcome, NULL) == SORTIE_OK) {
        if (outcome.response != NULL) {
            printf("%s: %d\n", (const char *)outcome.user, sortie_response_status(outcome.response));
        } else {
            printf("%s: %s\n", (const char *)outcome.user, sortie_error_chain(outcome.error));
        }
        sortie_response_free(outcome.response);
        sortie_error_free(outcome.error);
        taken++;
    }
    return taken;
}

int main(int argc, char **argv) {
    sortie_session *session = NULL;
    sortie_batch *batch = NULL;
    sortie_request *request = NULL;
    struct epoll_event event = {.events = EPOLLIN};
    int32_t descriptor, timeout_ms;
    int left = 2, loop = epoll_create1(0);
    if (argc != 2 || loop < 0 || sortie_session_new(&session, NULL) != SORTIE_OK ||
        sortie_batch_new(session, &batch, NULL) != SORTIE_OK ||
        sortie_request_new("GET", argv[1], &request, NULL) != SORTIE_OK ||
        sortie_batch_submit(batch, request, "first", NULL, NULL) != SORTIE_OK ||
        sortie_batch_submit(batch, request, "second", NULL, NULL) != SORTIE_OK ||
        sortie_batch_fd(batch, &descriptor, NULL) != SORTIE_OK ||
        epoll_ctl(loop, EPOLL_CTL_ADD, descriptor, &event) != 0) {
        return 1;
    }
    while (left > 0) {
        /* The program's own descriptors and timers stand beside these. */
        if (sortie_batch_timeout_ms(batch, &timeout_ms, NULL) != SORTIE_OK || epoll_wait(loop, &event, 1, timeout_ms) < 0 ||
            sortie_batch_turn(batch, 0, NULL) != SORTIE_OK) {
            return 1;
        }
        left -= take(batch);
    }
    sortie_request_free(request);
    sortie_batch_free(batch);
    sortie_session_free(session);
    return 0;
}
