/* A response tells all that came. Argument: the server's URL. */
#include "check.h"

static void head(const sortie_session *session, const char *base) {
    sortie_response *response = sent(session, a_request("GET", base, "/response-headers?X-A=b&X-A=c"));
    size_t index, found = 0;
    CHECK(sortie_response_status(response) == 200 && sortie_response_is_ok(response));
    SAME(sortie_response_reason(response), "OK");
    SAME(sortie_response_version(response), "HTTP/1.1");
    SAME(sortie_response_url(response), at(base, "/response-headers?X-A=b&X-A=c"));
    SAME(sortie_response_header(response, "x-a"), "b");
    CHECK(sortie_response_header(response, "X-None") == NULL);
    for (index = 0; index < sortie_response_header_count(response); index++) {
        if (strcmp(sortie_response_header_name(response, index), "X-A") == 0) {
            SAME(sortie_response_header_value(response, index), found == 0 ? "b" : "c");
            found++;
        }
    }
    CHECK(found == 2);
    CHECK(sortie_response_header_name(response, index) == NULL);
    CHECK(sortie_response_header_value(response, SIZE_MAX) == NULL);
    CHECK(sortie_response_peer(response) != NULL && strstr(base, sortie_response_peer(response)) != NULL);
    CHECK(sortie_response_elapsed_ns(response) > 0);
    {
        sortie_timings timings;
        OK(sortie_response_timings(response, &timings, &error));
        CHECK(timings.elapsed_ns == sortie_response_elapsed_ns(response));
        CHECK(timings.total_ns >= timings.first_byte_ns);
    }
    SAME(sortie_response_request_method(response), "GET");
    SAME(sortie_response_request_url(response), at(base, "/response-headers?X-A=b&X-A=c"));
    SAME(sortie_response_request_header(response, "accept"), "*/*");
    CHECK(sortie_response_request_header_count(response) >= 4);
    SAME(sortie_response_request_header_name(response, 0), "Host");
    CHECK(strstr(base, sortie_response_request_header_value(response, 0)) != NULL);
    CHECK(sortie_response_warning_count(response) == 0 && sortie_response_warning(response, 0) == NULL);
    OK(sortie_response_raise_for_status(response, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_response_set_status(response, 201, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_response_set_header(response, "X-A", "b", &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_response_set_content(response, NULL, 0, &error));
    sortie_response_free(response);
}

static void content(const sortie_session *session, const char *base) {
    sortie_response *response = sent(session, a_request("GET", base, "/encoding/utf8"));
    sortie_bytes bytes = sortie_response_content(response), text = sortie_response_text(response);
    CHECK(bytes.size > 0 && text.size == bytes.size && text.data[text.size] == 0);
    CHECK(memcmp(bytes.data, text.data, bytes.size) == 0);
    CHECK(sortie_response_encoding(response) != NULL);
    sortie_response_free(response);

    response = sent(session, a_request("GET", base, "/bytes/0"));
    CHECK(sortie_response_content(response).size == 0 && sortie_response_content(response).data != NULL);
    CHECK(sortie_response_text(response).data[0] == 0);
    sortie_response_free(response);
    answers_with(session, a_request("GET", base, "/gzip"), "\"gzipped\": true");
}

static void others(const sortie_session *session, const char *base) {
    sortie_response *response = sent(session, a_request("GET", base, "/redirect/2"));
    const sortie_response *first;
    sortie_request *request;
    CHECK(sortie_response_history_count(response) == 2);
    first = sortie_response_history(response, 0);
    CHECK(sortie_response_status(first) == 302);
    SAME(sortie_response_url(first), at(base, "/redirect/2"));
    SAME(sortie_response_header(first, "location"), "/redirect/1");
    CHECK(first == sortie_response_history(response, 0) && sortie_response_history(response, 2) == NULL);
    /* It is lent: this is ignored. */
    sortie_response_free((sortie_response *)(uintptr_t)first);
    CHECK(sortie_response_status(first) == 302);
    sortie_response_free(response);

    response = sent(session, a_request("GET", base, "/link-header/3/1"));
    CHECK(sortie_response_link_count(response) == 4);
    SAME(sortie_response_link(response, "next"), "/link-header/3/2");
    SAME(sortie_response_link_relation(response, 3), "prev");
    SAME(sortie_response_link_target(response, 3), "/link-header/3/0");
    CHECK(sortie_response_link(response, "none") == NULL && sortie_response_link_target(response, 4) == NULL);
    sortie_response_free(response);

    request = a_request("GET", base, "/trailers?X-End=here");
    OK(sortie_request_set_header(request, "TE", "trailers", &error));
    response = sent(session, request);
    CHECK(sortie_response_trailer_count(response) == 1);
    SAME(sortie_response_trailer_value(response, 0), "here");
    CHECK(sortie_response_trailer_name(response, 0) != NULL && sortie_response_trailer_name(response, 1) == NULL);
    sortie_response_free(response);

    response = sent(session, a_request("GET", base, "/status/404"));
    CHECK(!sortie_response_is_ok(response));
    FAILS(SORTIE_ERR_STATUS, sortie_response_raise_for_status(response, &error));
    sortie_response_free(response);
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_session *session = a_session();
    begin();
    head(session, base);
    content(session, base);
    others(session, base);
    sortie_session_free(session);
    return 0;
}
