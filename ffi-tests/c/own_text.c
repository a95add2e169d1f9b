/* A request's own text may be passed back to it. Argument: the server's URL. */
#include "check.h"

/* Longer than what `free` scribbles over. */
static const char text[] = "a-text-that-is-a-header-of-the-request-and-is-passed-back-to-it";

/* A request that has the text as a header. */
static sortie_request *with_text(const char *method, const char *base, const char *path) {
    sortie_request *request = a_request(method, base, path);
    OK(sortie_request_set_header(request, "X-Text", text, &error));
    return request;
}

/* The text as the request lends it, made anew after each change. */
static const char *own(const sortie_request *request) {
    return sortie_request_header(request, "X-Text");
}

/* The same, of which the length is known. */
static const uint8_t *own_bytes(const sortie_request *request) {
    return (const uint8_t *)own(request);
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session = a_session();
    sortie_request *request;
    char wanted[256];
    begin();

    request = with_text("POST", base, "/anything");
    OK(sortie_request_set_url(request, sortie_request_url(request), &error));
    SAME(sortie_request_url(request), at(base, "/anything"));
    OK(sortie_request_set_method(request, own(request), &error));
    SAME(sortie_request_method(request), text);
    OK(sortie_request_set_method(request, "PATCH", &error));
    OK(sortie_request_set_method(request, sortie_request_method(request), &error));
    SAME(sortie_request_method(request), "PATCH");
    OK(sortie_request_set_header(request, "X-Copy", own(request), &error));
    SAME(sortie_request_header(request, "X-Copy"), text);
    OK(sortie_request_append_header(request, own(request), own(request), &error));
    SAME(sortie_request_header(request, text), text);
    OK(sortie_request_set_sensitive_header(request, "X-Secret", own(request), &error));
    SAME(sortie_request_header(request, "X-Secret"), text);
    OK(sortie_request_unset_header(request, own(request), &error));
    CHECK(sortie_request_header(request, text) == NULL);
    OK(sortie_request_set_header(request, "X-Text", own(request), &error));
    SAME(own(request), text);
    OK(sortie_request_add_param(request, "param", own(request), &error));
    OK(sortie_request_add_cookie(request, "cookie", own(request), &error));
    OK(sortie_request_set_text(request, own(request), &error));
    OK(sortie_request_set_bearer_auth(request, own(request), &error));
    {
        char param[128], cookie[128], body[128], bearer[128];
        const char *texts[] = {param, cookie, body, bearer, NULL};
        snprintf(param, sizeof param, "\"param\": \"%s\"", text);
        snprintf(cookie, sizeof cookie, "cookie=%s", text);
        snprintf(body, sizeof body, "\"data\": \"%s\"", text);
        snprintf(bearer, sizeof bearer, "Bearer %s", text);
        answers(session, request, texts);
    }

    /* Bodies. */
    snprintf(wanted, sizeof wanted, "\"data\": \"%s\"", text);
    request = with_text("POST", base, "/anything");
    OK(sortie_request_set_body(request, own_bytes(request), strlen(text), &error));
    answers_with(session, request, wanted);
    request = a_request("POST", base, "/anything");
    OK(sortie_request_set_header(request, "X-Text", "[\"some JSON that is long enough to be freed\"]", &error));
    OK(sortie_request_set_json(request, own(request), &error));
    answers_with(session, request, "\"some JSON that is long enough to be freed\"\n");
    snprintf(wanted, sizeof wanted, "\"name\": \"%s\"", text);
    request = with_text("POST", base, "/anything");
    OK(sortie_request_add_form(request, "name", own(request), &error));
    OK(sortie_request_add_form(request, own(request), own(request), &error));
    answers_with(session, request, wanted);
    request = with_text("POST", base, "/anything");
    OK(sortie_request_add_part(request, "name", own_bytes(request), strlen(text), NULL, NULL, &error));
    OK(sortie_request_add_part(request, own(request), own_bytes(request), 1, own(request), "text/plain", &error));
    answers_with(session, request, wanted);

    /* What is not sent, or cannot be told from outside: for those who watch the memory. */
    request = with_text("POST", base, "/anything");
    FAILS(SORTIE_ERR_INVALID_BODY, sortie_request_add_file_part(request, own(request), own(request), own(request), &error));
    OK(sortie_request_set_file(request, own(request), &error));
    OK(sortie_request_set_basic_auth(request, own(request), own(request), &error));
    OK(sortie_request_set_digest_auth(request, own(request), own(request), &error));
    OK(sortie_request_set_unix_socket(request, own(request), &error));
    OK(sortie_request_set_compress(request, own(request), &error));
    OK(sortie_request_set_proxy(request, sortie_request_url(request), &error));
    sortie_request_free(request);

    sortie_session_free(session);
    return 0;
}
