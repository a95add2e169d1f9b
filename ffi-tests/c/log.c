/* A session tells what it does: to a descriptor, a file, or a callback. Arguments: the server's URL, and a folder. */
#include "check.h"

#include <fcntl.h>

struct lines {
    size_t count;
    int drops, wrong;
};

static void line(void *context, const char *text, size_t size) {
    struct lines *lines = (struct lines *)context;
    lines->count++;
    lines->wrong |= strlen(text) != size || memchr(text, '\n', size) != NULL;
}

static void drop(void *context) {
    ((struct lines *)context)->drops++;
}

static long length(const char *path) {
    FILE *file = fopen(path, "rb");
    long size;
    CHECK(file != NULL && fseek(file, 0, SEEK_END) == 0);
    size = ftell(file);
    fclose(file);
    return size;
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1), *folder = argument(argc, argv, 2);
    struct lines lines = {0, 0, 0}, refused = {0, 0, 0};
    size_t told;
    long first;
    sortie_session *session = a_session();
    int file = open(at(folder, "/fd.log"), O_WRONLY | O_CREAT, 0600);
    begin();
    CHECK(file >= 0);
    OK(sortie_session_set_log_fd(session, file, SORTIE_LOG_LINES, &error));
    CHECK(close(file) == 0); /* It was duplicated. */
    sortie_response_free(sent(session, a_request("GET", base, "/get")));
    CHECK(length(at(folder, "/fd.log")) > 0);
    FAILS(SORTIE_ERR_SYSTEM, sortie_session_set_log_fd(session, -1, SORTIE_LOG_LINES, &error));

    OK(sortie_session_set_log_path(session, at(folder, "/path.log"), SORTIE_LOG_DETAILED, &error));
    sortie_response_free(sent(session, a_request("GET", base, "/get")));
    first = length(at(folder, "/path.log"));
    CHECK(first > length(at(folder, "/fd.log")));
    OK(sortie_session_set_log_path(session, at(folder, "/path.log"), SORTIE_LOG_LINES, &error));
    sortie_response_free(sent(session, a_request("GET", base, "/get")));
    CHECK(length(at(folder, "/path.log")) > first);
    FAILS(SORTIE_ERR_FILE, sortie_session_set_log_path(session, "/nowhere/at/all", SORTIE_LOG_LINES, &error));

    OK(sortie_session_set_log_callback(session, line, &lines, drop, SORTIE_LOG_DETAILED, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_session_set_log_callback(session, line, &refused, drop, 2, &error));
    CHECK(refused.drops == 1);
    sortie_response_free(sent(session, a_request("GET", base, "/get")));
    CHECK(lines.count > 0 && !lines.wrong);
    OK(sortie_session_unset_log(session, &error));
    told = lines.count;
    sortie_response_free(sent(session, a_request("GET", base, "/get")));
    CHECK(lines.count == told);
    sortie_session_free(session);
    CHECK(lines.drops == 1);
    return 0;
}
