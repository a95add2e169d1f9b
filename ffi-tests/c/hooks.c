/* Hooks see, replace, warn and refuse. Argument: the server's URL. */
#include "check.h"

struct seen {
    int args, pre, post, response, drops;
    int32_t answer; /* What the args hook gives. */
};

static void drop(void *context) {
    ((struct seen *)context)->drops++;
}

static int32_t on_args(void *context, sortie_request *request, sortie_reason *reason) {
    struct seen *seen = (struct seen *)context;
    seen->args++;
    CHECK(sortie_request_method(request) != NULL);
    OK(sortie_request_set_header(request, "X-Args", "told", &error));
    OK(sortie_reason_set(reason, "not today", &error));
    sortie_request_free(request); /* It is lent: ignored. */
    return seen->answer;
}

static int32_t on_pre(void *context, sortie_prepared *prepared, sortie_reason *reason) {
    size_t index, count = sortie_prepared_header_count(prepared);
    (void)reason;
    ((struct seen *)context)->pre++;
    SAME(sortie_prepared_method(prepared), "POST");
    CHECK(strstr(sortie_prepared_url(prepared), "/post") != NULL);
    CHECK(sortie_prepared_header(prepared, "HOST") != NULL && sortie_prepared_header(prepared, "X-None") == NULL);
    for (index = 0; index < count; index++) {
        CHECK(sortie_prepared_header_name(prepared, index) && sortie_prepared_header_value(prepared, index));
    }
    CHECK(sortie_prepared_header_name(prepared, count) == NULL);
    CHECK(holds(sortie_prepared_body(prepared), "body"));
    OK(sortie_prepared_set_method(prepared, "PUT", &error));
    {
        char url[512];
        snprintf(url, sizeof url, "%s", sortie_prepared_url(prepared));
        memcpy(strstr(url, "/post"), "/put\0", 6 - 1);
        OK(sortie_prepared_set_url(prepared, url, &error));
    }
    OK(sortie_prepared_set_header(prepared, "X-Pre", "1", &error));
    OK(sortie_prepared_append_header(prepared, "X-Pre", "2", &error));
    OK(sortie_prepared_remove_header(prepared, "Accept", &error));
    OK(sortie_prepared_set_header(prepared, "Content-Encoding", "gzip", &error));
    OK(sortie_prepared_set_body(prepared, (const uint8_t *)"another", 7, &error));
    CHECK(sortie_prepared_header(prepared, "Content-Encoding") == NULL);
    FAILS(SORTIE_ERR_INVALID_HEADER, sortie_prepared_set_header(prepared, "X-Pre", "a\nb", &error));
    return SORTIE_HOOK_REPLACE;
}

static int32_t on_post(void *context, sortie_prepared *prepared, const sortie_response *response, const sortie_error *error,
                       sortie_reason *reason) {
    ((struct seen *)context)->post++;
    SAME(sortie_prepared_method(prepared), "PUT");
    CHECK((response == NULL) != (error == NULL));
    OK(sortie_reason_set(reason, "was slow", &error));
    return SORTIE_HOOK_FAIL;
}

static int32_t on_response(void *context, sortie_response *response, sortie_reason *reason) {
    (void)reason;
    ((struct seen *)context)->response++;
    CHECK(sortie_response_status(response) == 200);
    OK(sortie_response_set_status(response, 299, &error));
    OK(sortie_response_set_header(response, "X-Hook", "was here", &error));
    OK(sortie_response_set_content(response, (const uint8_t *)"new", 3, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_response_set_status(response, 99, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_response_set_status(response, 65536 + 200, &error));
    return SORTIE_HOOK_REPLACE;
}

static sortie_response *posted(const sortie_session *session, const char *base) {
    sortie_request *request = a_request("POST", base, "/post");
    OK(sortie_request_set_text(request, "body", &error));
    return sent(session, request);
}

static void of_a_session(const char *base) {
    struct seen seen = {0, 0, 0, 0, 0, SORTIE_HOOK_REPLACE};
    sortie_session *session = a_session();
    sortie_response *response;
    OK(sortie_session_on_args(session, on_args, &seen, drop, &error));
    OK(sortie_session_on_pre_request(session, on_pre, &seen, drop, &error));
    OK(sortie_session_on_post_request(session, on_post, &seen, drop, &error));
    response = posted(session, base);
    CHECK(sortie_response_status(response) == 200);
    CHECK(holds(sortie_response_content(response), "\"data\": \"another\""));
    CHECK(holds(sortie_response_content(response), "\"X-Pre\": \"1,2\""));
    CHECK(holds(sortie_response_content(response), "\"X-Args\": \"told\""));
    CHECK(sortie_response_warning_count(response) == 1);
    CHECK(strstr(sortie_response_warning(response, 0), "was slow") != NULL);
    sortie_response_free(response);
    OK(sortie_session_on_response(session, on_response, &seen, drop, &error));
    response = posted(session, base);
    CHECK(sortie_response_status(response) == 299);
    SAME(sortie_response_header(response, "X-Hook"), "was here");
    CHECK(sortie_response_content(response).size == 3);
    sortie_response_free(response);
    CHECK(seen.args == 2 && seen.pre == 2 && seen.post == 2 && seen.response == 1);
    sortie_session_free(session);
    CHECK(seen.drops == 4);
}

static void of_a_request(const char *base) {
    struct seen seen = {0, 0, 0, 0, 0, SORTIE_HOOK_KEEP};
    sortie_session *session = a_session();
    sortie_request *request = a_request("POST", base, "/post");
    sortie_response *response;
    sortie_error *error = NULL;
    OK(sortie_request_set_text(request, "body", &error));
    OK(sortie_request_on_args(request, on_args, &seen, drop, &error));
    OK(sortie_request_on_pre_request(request, on_pre, &seen, drop, &error));
    OK(sortie_request_on_post_request(request, on_post, &seen, drop, &error));
    OK(sortie_request_on_response(request, on_response, &seen, drop, &error));
    OK(sortie_session_send(session, request, NULL, &response, &error));
    CHECK(sortie_response_request_header(response, "X-Args") == NULL);
    CHECK(sortie_response_status(response) == 299);
    sortie_response_free(response);

    seen.answer = SORTIE_HOOK_FAIL;
    OK(sortie_session_send(session, request, NULL, &response, &error));
    CHECK(sortie_response_warning_count(response) >= 1);
    sortie_response_free(response);
    seen.answer = 77; /* Means nothing: as FAIL. */
    OK(sortie_session_send(session, request, NULL, &response, &error));
    CHECK(sortie_response_warning_count(response) >= 1);
    sortie_response_free(response);

    seen.answer = SORTIE_HOOK_REFUSE;
    CHECK(sortie_session_send(session, request, NULL, &response, &error) == SORTIE_ERR_REFUSED);
    CHECK(strstr(sortie_error_chain(error), "not today") != NULL);
    sortie_error_free(error);
    sortie_request_free(request);
    sortie_session_free(session);
    CHECK(seen.drops == 4);
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    struct seen seen = {0, 0, 0, 0, 0, 0};
    begin();
    of_a_session(base);
    of_a_request(base);
    FAILS(SORTIE_ERR_NULL, sortie_session_on_args(NULL, on_args, &seen, drop, &error));
    CHECK(seen.drops == 1);
    return 0;
}
