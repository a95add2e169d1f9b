/* A write callback may fork: the child's call ends there, the parent's goes on. And what a `drop` lets go is the parent's, whose
 * child does not call it. Argument: the server's URL. */
#include "check.h"

#include <sys/wait.h>

struct sink {
    size_t total;
    pid_t child;
};

static int drops;

static void count_drop(void *context) {
    (void)context;
    drops++;
}

static int32_t fork_once(void *context, const uint8_t *data, size_t size) {
    struct sink *sink = (struct sink *)context;
    (void)data;
    if (sink->total == 0) {
        sink->child = fork();
        CHECK(sink->child >= 0);
    }
    sink->total += size;
    return 0;
}

static int64_t nothing(void *context, uint8_t *buffer, size_t size) {
    (void)context;
    (void)buffer;
    (void)size;
    return 0;
}

static int32_t keep(void *context, sortie_request *request, sortie_reason *reason) {
    (void)context;
    (void)request;
    (void)reason;
    return SORTIE_HOOK_KEEP;
}

/* What is its parent's stays in memory: a checker has no business with it. */
static void leave(void) {
    execlp("true", "true", (char *)NULL);
    _exit(1);
}

/* A request whose contexts are counted: a body and a hook. */
static sortie_request *counted(const char *base) {
    sortie_request *request = a_request("POST", base, "/sink");
    OK(sortie_request_set_reader(request, nothing, NULL, count_drop, SORTIE_UNKNOWN, &error));
    OK(sortie_request_on_args(request, keep, NULL, count_drop, &error));
    return request;
}

static void succeeds(pid_t child) {
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session = a_session();
    sortie_request *request = a_request("GET", base, "/bytes/3000000");
    sortie_response *response = NULL;
    sortie_status status;
    sortie_error *error = NULL;
    struct sink sink = {0, -1};
    pid_t child;
    begin();

    status = sortie_session_receive(session, request, fork_once, &sink, NULL, &response, &error);
    if (sink.child == 0) {
        CHECK(status == SORTIE_ERR_FORKED && sortie_error_status(error) == status && response == NULL);
        CHECK(sink.total < 3000000);
        sortie_error_free(error);
        sortie_request_free(request);
        sortie_session_free(session);
        leave();
    }
    CHECK(status == SORTIE_OK && sink.total == 3000000 && sortie_response_status(response) == 200);
    succeeds(sink.child);
    sortie_response_free(response);
    sortie_request_free(request);

    request = counted(base);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        sortie_request *own;
        /* It is plain data here: changed, asked and freed. */
        OK(sortie_request_set_text(request, "another body", &error));
        SAME(sortie_request_url(request), at(base, "/sink"));
        sortie_request_free(request);
        CHECK(drops == 0);
        own = counted(base);
        sortie_request_free(own);
        CHECK(drops == 2);
        leave();
    }
    succeeds(child);
    sortie_request_free(request);
    CHECK(drops == 2);
    sortie_session_free(session);
    return 0;
}
