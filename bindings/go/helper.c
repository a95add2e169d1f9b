/* See helper.h. A setting is a byte that names it, and behind it its arguments: a number as 8 bytes; bytes as their size,
 * a number, and themselves; a text as bytes and a NUL, or as the size -1 alone where it is NULL. */
#include "helper.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "_cgo_export.h"

/* Settings that are read. What is in them was written by packed.go: it is whole. */
struct settings {
    const uint8_t *at, *end;
};

static int64_t number(struct settings *from)
{
    int64_t value;
    memcpy(&value, from->at, sizeof value);
    from->at += sizeof value;
    return value;
}

static const uint8_t *bytes(struct settings *from, size_t *size)
{
    *size = (size_t)number(from);
    const uint8_t *data = from->at;
    from->at += *size;
    return data;
}

static const char *text(struct settings *from)
{
    int64_t size = number(from);
    if (size < 0)
        return NULL;
    const char *text = (const char *)from->at;
    from->at += size + 1;
    return text;
}

static void *handle(struct settings *from) { return (void *)(uintptr_t)number(from); }

/* What C calls, and Go answers. */
static void on_drop(void *context) { sortieGoDrop((uintptr_t)context); }

static int64_t on_read(void *context, uint8_t *buffer, size_t size)
{
    return sortieGoRead((uintptr_t)context, buffer, size);
}

static void on_log(void *context, const char *line, size_t size) { sortieGoLog((uintptr_t)context, (char *)line, size); }

static int32_t on_args(void *context, sortie_request *request, sortie_reason *reason)
{
    return sortieGoArgs((uintptr_t)context, request, reason);
}

static int32_t on_pre_request(void *context, sortie_prepared *prepared, sortie_reason *reason)
{
    return sortieGoPreRequest((uintptr_t)context, prepared, reason);
}

static int32_t on_post_request(void *context, sortie_prepared *prepared, const sortie_response *response,
                               const sortie_error *error, sortie_reason *reason)
{
    return sortieGoPostRequest((uintptr_t)context, prepared, (sortie_response *)response, (sortie_error *)error, reason);
}

static int32_t on_response(void *context, sortie_response *response, sortie_reason *reason)
{
    return sortieGoResponse((uintptr_t)context, response, reason);
}

/* The shapes of functions that set something: T a text, N a number, B bytes. Arguments are read one after the other. */
#define SET(f) return f(to, error)
#define SET_T(f) do { const char *a = text(from); return f(to, a, error); } while (0)
#define SET_TT(f) do { const char *a = text(from), *b = text(from); return f(to, a, b, error); } while (0)
#define SET_TTT(f) do { const char *a = text(from), *b = text(from), *c = text(from); return f(to, a, b, c, error); } while (0)
#define SET_N(f, type) do { int64_t a = number(from); return f(to, (type)a, error); } while (0)
#define SET_NN(f, one, two) do { int64_t a = number(from), b = number(from); return f(to, (one)a, (two)b, error); } while (0)
#define SET_B(f) do { size_t n; const uint8_t *a = bytes(from, &n); return f(to, a, n, error); } while (0)
#define SET_HOOK(f, hook) do { void *a = handle(from); return f(to, hook, a, on_drop, error); } while (0)

/* Makes TLS of the settings in bytes, and sets it. */
#define SET_TLS(f) \
    do { \
        sortie_tls *tls = NULL; \
        sortie_status status = open_tls(from, &tls, error); \
        if (status == SORTIE_OK) \
            status = f(to, tls, error); \
        sortie_tls_free(tls); \
        return status; \
    } while (0)

/* Makes retries of what follows, and sets them. */
#define SET_RETRIES(f) \
    do { \
        sortie_retries *retries = NULL; \
        sortie_status status = open_retries(from, &retries, error); \
        if (status == SORTIE_OK) \
            status = f(to, retries, error); \
        sortie_retries_free(retries); \
        return status; \
    } while (0)

static sortie_status set_tls(sortie_tls *to, int setting, struct settings *from, sortie_error **error)
{
    switch (setting) {
    case GO_ROOTS_FILE: SET_T(sortie_tls_set_roots_file);
    case GO_ROOTS_PEM: SET_B(sortie_tls_set_roots_pem);
    case GO_MORE_ROOTS_FILE: SET_T(sortie_tls_add_roots_file);
    case GO_MORE_ROOTS_PEM: SET_B(sortie_tls_add_roots_pem);
    case GO_IDENTITY_FILES: SET_TT(sortie_tls_set_identity_files);
    case GO_IDENTITY_PEM: SET_B(sortie_tls_set_identity_pem);
    case GO_PIN: SET_B(sortie_tls_add_pin_sha256);
    case GO_SERVER_NAME: SET_T(sortie_tls_set_server_name);
    case GO_MIN_VERSION: SET_N(sortie_tls_set_min_version, int32_t);
    case GO_ACCEPT_INVALID: SET_N(sortie_tls_set_danger_accept_invalid_certs, int32_t);
    case GO_KEY_LOG: SET_N(sortie_tls_set_key_log, int32_t);
    default: SET_N(sortie_tls_set_resumption, int32_t);
    }
}

static sortie_status open_tls(struct settings *from, sortie_tls **tls, sortie_error **error)
{
    size_t size;
    const uint8_t *data = bytes(from, &size);
    struct settings inner = {data, data + size};
    sortie_status status = sortie_tls_new(tls, error);
    while (status == SORTIE_OK && inner.at < inner.end) {
        int setting = *inner.at++;
        status = set_tls(*tls, setting, &inner, error);
    }
    return status;
}

static sortie_status open_retries(struct settings *from, sortie_retries **retries, sortie_error **error)
{
    int64_t count = number(from), failures = number(from), any_method = number(from);
    int64_t first_ms = number(from), most_ms = number(from), jitter = number(from);
    size_t size;
    const uint8_t *data = bytes(from, &size);
    sortie_status status = sortie_retries_new((uint32_t)count, retries, error);
    if (status == SORTIE_OK && size > 0) {
        uint16_t statuses[512];
        size = size < sizeof statuses ? size : sizeof statuses;
        memcpy(statuses, data, size);
        status = sortie_retries_set_statuses(*retries, statuses, size / sizeof *statuses, error);
    }
    if (status == SORTIE_OK && failures >= 0)
        status = sortie_retries_set_failures(*retries, (int32_t)failures, error);
    if (status == SORTIE_OK && any_method > 0)
        status = sortie_retries_set_any_method(*retries, 1, error);
    if (status == SORTIE_OK && first_ms >= 0)
        status = sortie_retries_set_backoff_ms(*retries, first_ms, most_ms, error);
    if (status == SORTIE_OK && jitter >= 0)
        status = sortie_retries_set_jitter(*retries, (int32_t)jitter, error);
    return status;
}

static sortie_status set_part(sortie_request *to, struct settings *from, sortie_error **error)
{
    const char *name = text(from);
    size_t size;
    const uint8_t *data = bytes(from, &size);
    const char *filename = text(from), *content_type = text(from);
    return sortie_request_add_part(to, name, data, size, filename, content_type, error);
}

static sortie_status set_reader(sortie_request *to, struct settings *from, sortie_error **error)
{
    void *context = handle(from);
    int64_t size = number(from);
    uint64_t known = size < 0 ? SORTIE_UNKNOWN : (uint64_t)size;
    return sortie_request_set_reader(to, on_read, context, on_drop, known, error);
}

static sortie_status set_request(sortie_request *to, int setting, struct settings *from, sortie_error **error)
{
    switch (setting) {
    case GO_METHOD: SET_T(sortie_request_set_method);
    case GO_URL: SET_T(sortie_request_set_url);
    case GO_SET_HEADER: SET_TT(sortie_request_set_header);
    case GO_APPEND_HEADER: SET_TT(sortie_request_append_header);
    case GO_SET_SENSITIVE_HEADER: SET_TT(sortie_request_set_sensitive_header);
    case GO_UNSET_HEADER: SET_T(sortie_request_unset_header);
    case GO_ADD_PARAM: SET_TT(sortie_request_add_param);
    case GO_ADD_COOKIE: SET_TT(sortie_request_add_cookie);
    case GO_SET_BODY: SET_B(sortie_request_set_body);
    case GO_SET_TEXT: SET_T(sortie_request_set_text);
    case GO_SET_JSON: SET_T(sortie_request_set_json);
    case GO_ADD_FORM: SET_TT(sortie_request_add_form);
    case GO_SET_FILE: SET_T(sortie_request_set_file);
    case GO_SET_READER: return set_reader(to, from, error);
    case GO_ADD_PART: return set_part(to, from, error);
    case GO_ADD_FILE_PART: SET_TTT(sortie_request_add_file_part);
    case GO_SET_EXPECT_CONTINUE: SET_N(sortie_request_set_expect_continue, int32_t);
    case GO_SET_COMPRESS: SET_T(sortie_request_set_compress);
    case GO_SET_BASIC_AUTH: SET_TT(sortie_request_set_basic_auth);
    case GO_SET_DIGEST_AUTH: SET_TT(sortie_request_set_digest_auth);
    case GO_SET_BEARER_AUTH: SET_T(sortie_request_set_bearer_auth);
    case GO_UNSET_AUTH: SET(sortie_request_unset_auth);
    case GO_SET_TIMEOUT: SET_NN(sortie_request_set_timeout_ms, int32_t, int64_t);
    case GO_SET_REDIRECTS: SET_N(sortie_request_set_redirects, int32_t);
    case GO_SET_MAX_REDIRECTS: SET_N(sortie_request_set_max_redirects, uint32_t);
    case GO_SET_REDIRECTED: SET_N(sortie_request_set_redirected, int32_t);
    case GO_SET_RETRIES: SET_RETRIES(sortie_request_set_retries);
    case GO_SET_MAX_CONTENT: SET_N(sortie_request_set_max_content, uint64_t);
    case GO_SET_RESEND: SET_N(sortie_request_set_resend, int32_t);
    case GO_SET_RANGE: SET_NN(sortie_request_set_range, uint64_t, uint64_t);
    case GO_SET_PROXY: SET_T(sortie_request_set_proxy);
    case GO_SET_UNIX_SOCKET: SET_T(sortie_request_set_unix_socket);
    case GO_SET_TLS: SET_TLS(sortie_request_set_tls);
    case GO_ON_ARGS: SET_HOOK(sortie_request_on_args, on_args);
    case GO_ON_PRE_REQUEST: SET_HOOK(sortie_request_on_pre_request, on_pre_request);
    case GO_ON_POST_REQUEST: SET_HOOK(sortie_request_on_post_request, on_post_request);
    default: SET_HOOK(sortie_request_on_response, on_response);
    }
}

static sortie_status set_log(sortie_session *to, struct settings *from, sortie_error **error)
{
    void *context = handle(from);
    int64_t style = number(from);
    return sortie_session_set_log_callback(to, on_log, context, on_drop, (int32_t)style, error);
}

static sortie_status set_resolve(sortie_session *to, struct settings *from, sortie_error **error)
{
    const char *name = text(from);
    int64_t port = number(from);
    const char *addresses = text(from);
    return sortie_session_set_resolve(to, name, (int32_t)port, addresses, error);
}

static sortie_status set_session(sortie_session *to, int setting, struct settings *from, sortie_error **error)
{
    switch (setting) {
    case GO_SET_HEADER: SET_TT(sortie_session_set_header);
    case GO_SET_SENSITIVE_HEADER: SET_TT(sortie_session_set_sensitive_header);
    case GO_UNSET_HEADER: SET_T(sortie_session_unset_header);
    case GO_ADD_PARAM: SET_TT(sortie_session_add_param);
    case GO_SET_BASIC_AUTH: SET_TT(sortie_session_set_basic_auth);
    case GO_SET_DIGEST_AUTH: SET_TT(sortie_session_set_digest_auth);
    case GO_SET_BEARER_AUTH: SET_T(sortie_session_set_bearer_auth);
    case GO_SET_TIMEOUT: SET_NN(sortie_session_set_timeout_ms, int32_t, int64_t);
    case GO_SET_REDIRECTS: SET_N(sortie_session_set_redirects, int32_t);
    case GO_SET_MAX_REDIRECTS: SET_N(sortie_session_set_max_redirects, uint32_t);
    case GO_SET_RETRIES: SET_RETRIES(sortie_session_set_retries);
    case GO_SET_MAX_CONTENT: SET_N(sortie_session_set_max_content, uint64_t);
    case GO_SET_RESEND: SET_N(sortie_session_set_resend, int32_t);
    case GO_SET_PROXY: SET_T(sortie_session_set_proxy);
    case GO_SET_UNIX_SOCKET: SET_T(sortie_session_set_unix_socket);
    case GO_SET_TLS: SET_TLS(sortie_session_set_tls);
    case GO_ON_ARGS: SET_HOOK(sortie_session_on_args, on_args);
    case GO_ON_PRE_REQUEST: SET_HOOK(sortie_session_on_pre_request, on_pre_request);
    case GO_ON_POST_REQUEST: SET_HOOK(sortie_session_on_post_request, on_post_request);
    case GO_ON_RESPONSE: SET_HOOK(sortie_session_on_response, on_response);
    case GO_SET_BASE_URL: SET_T(sortie_session_set_base_url);
    case GO_SET_USER_AGENT: SET_T(sortie_session_set_user_agent);
    case GO_SET_NETRC: SET_T(sortie_session_set_netrc);
    case GO_SET_REFERER: SET_N(sortie_session_set_referer, int32_t);
    case GO_SET_HTTPS_ONLY: SET_N(sortie_session_set_https_only, int32_t);
    case GO_SET_CONNECTIONS: SET_N(sortie_session_set_connections, size_t);
    case GO_SET_PER_ORIGIN: SET_N(sortie_session_set_per_origin, size_t);
    case GO_SET_IDLE_TIMEOUT: SET_N(sortie_session_set_idle_timeout_ms, int64_t);
    case GO_SET_PROXY_FOR: SET_TT(sortie_session_set_proxy_for);
    case GO_SET_NO_PROXY: SET_T(sortie_session_set_no_proxy);
    case GO_SET_TRUST_ENV: SET_N(sortie_session_set_trust_env, int32_t);
    case GO_SET_PROXY_TLS: SET_TLS(sortie_session_set_proxy_tls);
    case GO_SET_BIND: SET_T(sortie_session_set_bind);
    case GO_SET_INTERFACE: SET_T(sortie_session_set_interface);
    case GO_SET_TCP_KEEPALIVE: SET_N(sortie_session_set_tcp_keepalive_ms, int64_t);
    case GO_SET_RESOLVE: return set_resolve(to, from, error);
    case GO_SET_ADDRESSES: SET_N(sortie_session_set_addresses, int32_t);
    case GO_SET_LOG: return set_log(to, from, error);
    default: SET_N(sortie_session_set_cookies, int32_t);
    }
}

/* Settings with a handle of Go's come first, so that those that a failure leaves over can be let go here. */
static void drop_handles(struct settings *from)
{
    while (from->at < from->end) {
        bool has_number = false;
        switch (*from->at) {
        case GO_SET_READER:
        case GO_SET_LOG:
            has_number = true;
            /* fall through */
        case GO_ON_ARGS:
        case GO_ON_PRE_REQUEST:
        case GO_ON_POST_REQUEST:
        case GO_ON_RESPONSE:
            from->at++;
            break;
        default:
            return;
        }
        sortieGoDrop((uintptr_t)handle(from));
        if (has_number)
            number(from);
    }
}

sortie_error *sortie_go_configure(sortie_session *session, const uint8_t *settings, size_t size)
{
    struct settings from = {settings, settings + size};
    sortie_error *error = NULL;
    while (!error && from.at < from.end) {
        int setting = *from.at++;
        set_session(session, setting, &from, &error);
    }
    if (error)
        drop_handles(&from);
    return error;
}

sortie_error *sortie_go_apply(sortie_request *request, const uint8_t *settings, size_t size)
{
    struct settings from = {settings, settings + size};
    sortie_error *error = NULL;
    while (!error && from.at < from.end) {
        int setting = *from.at++;
        set_request(request, setting, &from, &error);
    }
    if (error)
        drop_handles(&from);
    return error;
}

/* Reads one request: GO_NEW, the size of what follows, method, URL, settings. */
static sortie_error *next_request(struct settings *from, sortie_request **request)
{
    from->at++; /* GO_NEW */
    size_t size;
    const uint8_t *data = bytes(from, &size);
    struct settings own = {data, data + size};
    const char *method = text(&own), *url = text(&own);
    sortie_error *error = NULL;
    *request = NULL;
    sortie_request_new(method, url, request, &error);
    if (error) {
        drop_handles(&own);
        return error;
    }
    error = sortie_go_apply(*request, own.at, (size_t)(own.end - own.at));
    if (error) {
        sortie_request_free(*request);
        *request = NULL;
    }
    return error;
}

sortie_error *sortie_go_request(const uint8_t *settings, size_t size, sortie_request **request)
{
    struct settings from = {settings, settings + size};
    return next_request(&from, request);
}

sortie_go_result sortie_go_look(sortie_response *response)
{
    sortie_bytes content = sortie_response_content(response);
    return (sortie_go_result){
        .response = response,
        .content = content.data,
        .size = content.size,
        .status = sortie_response_status(response),
    };
}

sortie_go_result sortie_go_send(const sortie_session *session, const uint8_t *settings, size_t size,
                                const sortie_cancel *cancel)
{
    sortie_request *request;
    sortie_response *response = NULL;
    sortie_error *error = sortie_go_request(settings, size, &request);
    if (!error)
        sortie_session_send(session, request, cancel, &response, &error);
    sortie_request_free(request);
    return error ? (sortie_go_result){.error = error} : sortie_go_look(response);
}

sortie_go_result sortie_go_download(const sortie_session *session, const uint8_t *settings, size_t size,
                                    const uint8_t *how, size_t how_size, const sortie_cancel *cancel)
{
    struct settings from = {how, how + how_size};
    const char *path = text(&from);
    int64_t resume = number(&from);
    const char *sha256 = text(&from);
    sortie_request *request;
    sortie_response *response = NULL;
    sortie_error *error = sortie_go_request(settings, size, &request);
    if (!error)
        sortie_session_download(session, request, path, (int32_t)resume, sha256, cancel, &response, &error);
    sortie_request_free(request);
    return error ? (sortie_go_result){.error = error} : sortie_go_look(response);
}

sortie_error *sortie_go_stream(const sortie_session *session, const uint8_t *settings, size_t size,
                               const sortie_cancel *cancel, sortie_stream **stream, const sortie_response **head)
{
    sortie_request *request;
    *stream = NULL;
    sortie_error *error = sortie_go_request(settings, size, &request);
    if (!error)
        sortie_session_stream(session, request, cancel, stream, &error);
    if (!error)
        sortie_stream_response(*stream, head, &error);
    sortie_request_free(request);
    if (error) {
        sortie_stream_free(*stream);
        *stream = NULL;
    }
    return error;
}

sortie_go_count sortie_go_read(sortie_stream *stream, uint8_t *buffer, size_t size)
{
    sortie_go_count ended = {0};
    sortie_stream_read(stream, buffer, size, &ended.count, &ended.error);
    return ended;
}

sortie_error *sortie_go_map(const sortie_session *session, const uint8_t *settings, size_t size, size_t count,
                            const sortie_cancel *cancel, sortie_go_result *results)
{
    struct settings from = {settings, settings + size};
    sortie_request **requests = calloc(count, sizeof *requests);
    sortie_outcome *outcomes = calloc(count, sizeof *outcomes);
    if (!requests || !outcomes)
        abort(); /* as Go does where memory ends */
    /* One that cannot be made fails alone: its result has the error, and those that can be sent stand without a gap. */
    size_t sent = 0, taken = 0;
    for (size_t i = 0; i < count; i++) {
        results[i] = (sortie_go_result){.error = next_request(&from, &requests[sent])};
        sent += !results[i].error;
    }
    sortie_error *error = NULL;
    sortie_session_map(session, (const sortie_request *const *)requests, sent, cancel, outcomes, &error);
    for (size_t i = 0; i < sent; i++)
        sortie_request_free(requests[i]);
    for (size_t i = 0; i < count; i++) {
        if (error) {
            sortie_error_free(results[i].error);
        } else if (!results[i].error) {
            const sortie_outcome *outcome = &outcomes[taken++];
            results[i] = outcome->response ? sortie_go_look(outcome->response)
                                           : (sortie_go_result){.error = outcome->error};
        }
    }
    free(requests);
    free(outcomes);
    return error;
}

void sortie_go_tell(const sortie_error *error, sortie_go_told *told)
{
    *told = (sortie_go_told){
        .status = sortie_error_status(error),
        .os_error = sortie_error_os_error(error),
        .is_timeout = sortie_error_is_timeout(error),
        .attempts = sortie_error_attempts(error),
        .causes = sortie_error_cause_count(error),
        .warnings = sortie_error_warning_count(error),
        .kind = sortie_error_kind(error),
        .message = sortie_error_message(error),
        .phase = sortie_error_phase(error),
        .method = sortie_error_method(error),
        .url = sortie_error_url(error),
        .chain = sortie_error_chain(error),
        .response = sortie_error_response(error),
    };
}

void sortie_go_free_responses(sortie_response *const *responses, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sortie_response_free(responses[i]);
}
