/* What all programs need: a check that says where it failed, and an end for those that hang. Include it first. */
#ifndef SORTIE_CHECK_H
#define SORTIE_CHECK_H

#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sortie.h>

/* Ends the program if `condition` does not hold. */
#define CHECK(condition)                                                             \
    do {                                                                             \
        if (!(condition)) {                                                          \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);  \
            abort();                                                                 \
        }                                                                            \
    } while (0)

/* Ends the program if the function that `call` calls does not succeed. Its last argument is to be `&error`. */
#define OK(call)                                                                     \
    do {                                                                             \
        sortie_error *error = NULL;                                                  \
        sortie_status status_ = (call);                                              \
        if (status_ != SORTIE_OK) {                                                  \
            fprintf(stderr, "%s:%d: %s: %s: %s\n", __FILE__, __LINE__, #call,        \
                    sortie_status_name(status_), sortie_error_message(error));       \
            abort();                                                                 \
        }                                                                            \
        CHECK(error == NULL);                                                        \
    } while (0)

/* Ends the program if the function does not fail with `expected`, with words for it. Its last argument is to be `&error`. */
#define FAILS(expected, call)                                                        \
    do {                                                                             \
        sortie_error *error = NULL;                                                  \
        sortie_status status_ = (call);                                              \
        if (status_ != (expected)) {                                                 \
            fprintf(stderr, "%s:%d: %s: %s, not %s: %s\n", __FILE__, __LINE__, #call, \
                    sortie_status_name(status_), sortie_status_name(expected),       \
                    error ? sortie_error_message(error) : "");                       \
            abort();                                                                 \
        }                                                                            \
        CHECK(error != NULL && sortie_error_status(error) == status_);               \
        CHECK(sortie_error_message(error)[0] != '\0');                               \
        sortie_error_free(error);                                                    \
    } while (0)

#define SAME(left, right) CHECK(same(left, right))

/* Whether two texts are there and the same; says what they are if not. */
static inline int same(const char *left, const char *right) {
    if (left != NULL && right != NULL && strcmp(left, right) == 0) {
        return 1;
    }
    fprintf(stderr, "`%s` is not `%s`\n", left ? left : "(NULL)", right ? right : "(NULL)");
    return 0;
}

/* Whether the bytes hold that text. */
static inline int holds(sortie_bytes bytes, const char *text) {
    size_t length = strlen(text), at;
    for (at = 0; at + length <= bytes.size; at++) {
        if (memcmp(bytes.data + at, text, length) == 0) {
            return 1;
        }
    }
    fprintf(stderr, "no `%s` in `%.*s`\n", text, (int)bytes.size, (const char *)bytes.data);
    return 0;
}

/* `base` and `path` in one, in one of eight buffers that take turns. Not for several threads. */
static inline const char *at(const char *base, const char *path) {
    static char texts[8][1024];
    static unsigned next;
    char *text = texts[next++ % 8];
    snprintf(text, sizeof texts[0], "%s%s", base, path);
    return text;
}

/* The argument of that number, which has to be there. */
static inline const char *argument(int argc, char **argv, int number) {
    CHECK(number < argc);
    return argv[number];
}

/* A session of one's own. */
static inline sortie_session *a_session(void) {
    sortie_session *session = NULL;
    OK(sortie_session_new(&session, &error));
    return session;
}

/* A request for `path` of the server at `base`. */
static inline sortie_request *a_request(const char *method, const char *base, const char *path) {
    sortie_request *request = NULL;
    OK(sortie_request_new(method, at(base, path), &request, &error));
    return request;
}

/* What the server answers. The request is freed. */
static inline sortie_response *sent(const sortie_session *session, sortie_request *request) {
    sortie_response *response = NULL;
    OK(sortie_session_send(session, request, NULL, &response, &error));
    sortie_request_free(request);
    return response;
}

/* Fails if the server's answer lacks one of the texts, of which the last is NULL. The request is freed. */
static inline void answers(const sortie_session *session, sortie_request *request, const char *const *texts) {
    sortie_response *response = sent(session, request);
    CHECK(sortie_response_status(response) == 200);
    for (; *texts != NULL; texts++) {
        CHECK(holds(sortie_response_content(response), *texts));
    }
    sortie_response_free(response);
}

/* The same, of one text. */
static inline void answers_with(const sortie_session *session, sortie_request *request, const char *text) {
    const char *texts[] = {text, NULL};
    answers(session, request, texts);
}

/* Why a request has no response, as a status. The request is freed. */
static inline sortie_status fails(const sortie_session *session, sortie_request *request) {
    sortie_response *response = NULL;
    sortie_error *error = NULL;
    sortie_status status = sortie_session_send(session, request, NULL, &response, &error);
    CHECK(status != SORTIE_OK && response == NULL && sortie_error_status(error) == status);
    sortie_error_free(error);
    sortie_request_free(request);
    return status;
}

/* Called first: ends a program that hangs. */
static inline void begin(void) {
    alarm(300);
}

#endif
