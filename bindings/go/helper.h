/* What Go asks of libsortie in one call where C would make several: a call from Go into C costs as much as a hundred
 * lines of C. Settings come packed: a byte that names the setting, then what belongs to it, as helper.c reads it. */
#ifndef SORTIE_GO_HELPER_H
#define SORTIE_GO_HELPER_H

#include <sortie.h>

/* What a request is told. */
enum {
    GO_METHOD = 1, GO_URL, GO_SET_HEADER, GO_APPEND_HEADER, GO_SET_SENSITIVE_HEADER, GO_UNSET_HEADER, GO_ADD_PARAM,
    GO_ADD_COOKIE, GO_SET_BODY, GO_SET_TEXT, GO_SET_JSON, GO_ADD_FORM, GO_SET_FILE, GO_SET_READER, GO_ADD_PART,
    GO_ADD_FILE_PART, GO_SET_EXPECT_CONTINUE, GO_SET_COMPRESS, GO_SET_BASIC_AUTH, GO_SET_DIGEST_AUTH,
    GO_SET_BEARER_AUTH, GO_UNSET_AUTH, GO_SET_TIMEOUT, GO_SET_REDIRECTS, GO_SET_MAX_REDIRECTS, GO_SET_RETRIES,
    GO_SET_REDIRECTED, GO_SET_MAX_CONTENT, GO_SET_RESEND, GO_SET_RANGE, GO_SET_PROXY, GO_SET_UNIX_SOCKET, GO_SET_TLS, GO_ON_ARGS,
    GO_ON_PRE_REQUEST, GO_ON_POST_REQUEST, GO_ON_RESPONSE,
    /* Only a session: */
    GO_SET_BASE_URL, GO_SET_USER_AGENT, GO_SET_NETRC, GO_SET_REFERER, GO_SET_HTTPS_ONLY, GO_SET_CONNECTIONS,
    GO_SET_PER_ORIGIN, GO_SET_IDLE_TIMEOUT, GO_SET_PROXY_FOR, GO_SET_NO_PROXY, GO_SET_TRUST_ENV, GO_SET_PROXY_TLS,
    GO_SET_BIND, GO_SET_INTERFACE, GO_SET_TCP_KEEPALIVE, GO_SET_RESOLVE, GO_SET_ADDRESSES, GO_SET_LOG, GO_SET_COOKIES,
    /* Only a request: its method and URL. It begins with it. */
    GO_NEW,
    /* Only TLS: */
    GO_ROOTS_FILE, GO_ROOTS_PEM, GO_MORE_ROOTS_FILE, GO_MORE_ROOTS_PEM, GO_IDENTITY_FILES, GO_IDENTITY_PEM, GO_PIN,
    GO_SERVER_NAME, GO_MIN_VERSION, GO_ACCEPT_INVALID, GO_KEY_LOG, GO_RESUMPTION,
};

/* How a call ended: one of `response` and `error` is not NULL. The content is the response's. */
typedef struct {
    sortie_response *response;
    sortie_error *error;
    const uint8_t *content;
    size_t size;
    int32_t status;
} sortie_go_result;

/* How a read of a stream ended: `error` is NULL, or why it failed. */
typedef struct {
    size_t count;
    sortie_error *error;
} sortie_go_count;

/* What an error says. The texts are the error's; those that it does not have are NULL. */
typedef struct {
    sortie_status status;
    int32_t os_error, is_timeout;
    uint32_t attempts;
    size_t causes, warnings;
    const char *kind, *message, *phase, *method, *url, *chain;
    const sortie_response *response;
} sortie_go_told;

/* Each returns NULL, or why it failed. Handles of Go's (readers, hooks) in the settings are taken over, also then. */
sortie_error *sortie_go_configure(sortie_session *session, const uint8_t *settings, size_t size);
sortie_error *sortie_go_apply(sortie_request *request, const uint8_t *settings, size_t size);
sortie_error *sortie_go_request(const uint8_t *settings, size_t size, sortie_request **request);

sortie_go_result sortie_go_send(const sortie_session *session, const uint8_t *settings, size_t size,
                                const sortie_cancel *cancel);
sortie_go_result sortie_go_download(const sortie_session *session, const uint8_t *settings, size_t size,
                                    const uint8_t *how, size_t how_size, const sortie_cancel *cancel);
sortie_error *sortie_go_stream(const sortie_session *session, const uint8_t *settings, size_t size,
                               const sortie_cancel *cancel, sortie_stream **stream, const sortie_response **head);
sortie_go_count sortie_go_read(sortie_stream *stream, uint8_t *buffer, size_t size);

/* Sends `count` requests whose settings lie one behind the other. Fails as a whole, or fills all `results`. */
sortie_error *sortie_go_map(const sortie_session *session, const uint8_t *settings, size_t size, size_t count,
                            const sortie_cancel *cancel, sortie_go_result *results);

sortie_go_result sortie_go_look(sortie_response *response);
void sortie_go_tell(const sortie_error *error, sortie_go_told *told);
void sortie_go_free_responses(sortie_response *const *responses, size_t count);

#endif
