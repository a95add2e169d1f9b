/*
 * libsortie: HTTP for humans, in batches.
 *
 * Made by cbindgen from crates/capi; change that, not this. docs/c.md is the guide.
 *
 * The laws that hold for every function:
 *
 *  1. What a function hands over through an out parameter is yours: free it once, by the `_free` of its type, which
 *     ignores NULL. What an accessor returns, and what a callback is given, is lent. No function keeps or frees a handle
 *     that you pass: it copies.
 *  2. Functions that can fail return a `sortie_status` and take a `sortie_error **` last. Other out parameters are written
 *     only on success, `*error` only on failure, and a NULL `error` is not written.
 *  3. A session may be used from any thread, and from several at once; a batch, a stream and a request from one thread at a
 *     time; a waker and a cancel from any. Responses and errors may be read by any thread.
 *  4. A NULL handle gives SORTIE_ERR_NULL, or, from a function that returns a value, a value of nothing: 0, NULL, no bytes.
 *     Texts are UTF-8 and end with a NUL. Bodies carry a length. Enumerations are passed as int32_t, yes and no as 1 and 0.
 *  5. Callbacks take their context first and come with a `drop` for it, or NULL; it is called once, also where the function
 *     that was handed it fails. A callback that uses the batch which called it gets SORTIE_ERR_BUSY.
 *  6. What is lent lives as long as the handle that lent it; what a callback is given, until the callback returns.
 *  7. No panic crosses the boundary: it becomes SORTIE_ERR_PANIC. A callback must not throw, or jump out by longjmp.
 *  8. After fork() a handle answers SORTIE_ERR_FORKED in the child, where its `_free` only closes. The child makes its own.
 *  9. Hooks, log callbacks, body readers and every `drop` may run on any thread that uses the session, or on one of the
 *     library's own.
 * 10. Times are in the unit that their name ends with. Sizes are in bytes. SORTIE_UNKNOWN stands for a number that is not
 *     known, SORTIE_NEVER for a time that never comes.
 */

#ifndef SORTIE_H
#define SORTIE_H

#include <stddef.h>
#include <stdint.h>

/** The version of this header: see `sortie_version_number`. */
#define SORTIE_VERSION_MAJOR 0
#define SORTIE_VERSION_MINOR 1
#define SORTIE_VERSION_PATCH 0
#define SORTIE_VERSION (SORTIE_VERSION_MAJOR * 1000000 + SORTIE_VERSION_MINOR * 1000 + SORTIE_VERSION_PATCH)


/**
 * A hook's answer: all stays as it was, whatever became of the copy that the hook was lent.
 */
#define SORTIE_HOOK_KEEP 0

/**
 * A hook's answer: the copy that it was lent takes the place of the data.
 */
#define SORTIE_HOOK_REPLACE 1

/**
 * A hook's answer: it failed. That gives a warning, and the call goes on with the data as they were. Numbers that are no answer
 * count as this.
 */
#define SORTIE_HOOK_FAIL 2

/**
 * A hook's answer: the call is not sent, and ends with `SORTIE_ERR_REFUSED`. From `args` and `pre_request` hooks only: from
 * others it counts as `SORTIE_HOOK_FAIL`.
 */
#define SORTIE_HOOK_REFUSE 3

/**
 * A number that is not known, or a limit that there is not.
 */
#define SORTIE_UNKNOWN UINT64_MAX

/**
 * A time that never comes: a timeout that is lifted, a wait without end.
 */
#define SORTIE_NEVER -1

/**
 * Bounds the whole call, redirects and retries included. Default: never.
 */
#define SORTIE_TIMEOUT_TOTAL 0

/**
 * Bounds looking a name up and connecting, proxy and TLS included. Default: 10 s.
 */
#define SORTIE_TIMEOUT_CONNECT 1

/**
 * Bounds the time from the last byte of a request to the end of the response's head. Default: 60 s.
 */
#define SORTIE_TIMEOUT_FIRST_BYTE 2

/**
 * Bounds each pause in reading content or writing a body. Default: 60 s.
 */
#define SORTIE_TIMEOUT_BETWEEN_BYTES 3

/**
 * Bounds the wait for a connection. Default: never.
 */
#define SORTIE_TIMEOUT_QUEUE 4

/**
 * Bounds looking a name up, within the connect timeout. Default: never.
 */
#define SORTIE_TIMEOUT_RESOLVE 5

/**
 * Bounds what a proxy needs to open its tunnel, within the connect timeout. Default: never.
 */
#define SORTIE_TIMEOUT_PROXY 6

/**
 * Bounds the TLS handshake, within the connect timeout. Default: never.
 */
#define SORTIE_TIMEOUT_TLS 7

/**
 * Ends the calls that it was given to, from any thread. Once fired it stays so: what is sent with it later ends at once.
 */
typedef struct sortie_cancel sortie_cancel;

/**
 * Why a function failed, or why a call has no response. Reading it is free of races: any thread may, at any time.
 */
typedef struct sortie_error sortie_error;

/**
 * A request as it will be sent, or was: complete but for cookies, which are added to each exchange. It is a copy that is lent
 * to a hook, which may change it, and put it in the place of the request by `SORTIE_HOOK_REPLACE`. There is none to free.
 */
typedef struct sortie_prepared sortie_prepared;

/**
 * Where a hook puts why it fails or refuses.
 */
typedef struct sortie_reason sortie_reason;

/**
 * A request that was not sent yet. A function that sends it copies it: it can be changed, sent again or freed at once.
 */
typedef struct sortie_request sortie_request;

/**
 * What came back from a call. Reading it is free of races: any thread may, at any time.
 */
typedef struct sortie_response sortie_response;

/**
 * What persists between calls: cookies, defaults, hooks, connections. Threads may share one: none waits for another's I/O.
 */
typedef struct sortie_session sortie_session;

/**
 * How a function ended: `SORTIE_OK`, `SORTIE_EMPTY`, or one of `SORTIE_ERR_...`. New ones may be added in their groups.
 */
typedef int32_t sortie_status;

/**
 * Bytes that a handle lends: they live as long as it. `data` is not NULL, also where `size` is 0; no NUL follows.
 */
typedef struct {
    /**
     * The first of them.
     */
    const uint8_t *data;
    /**
     * How many they are.
     */
    size_t size;
} sortie_bytes;

/**
 * Runs before anything is encoded; the session's defaults are merged in. `request` is a copy that the hook may change: see
 * `sortie_session_on_args`.
 */
typedef int32_t (*sortie_args_hook)(void *context, sortie_request *request, sortie_reason *reason);

/**
 * Lets a callback's context go, once, when nothing can call back any more. NULL where there is nothing to let go.
 */
typedef void (*sortie_drop)(void *context);

/**
 * Runs directly before the request is sent. `prepared` is a copy that the hook may change: see
 * `sortie_session_on_pre_request`.
 */
typedef int32_t (*sortie_pre_request_hook)(void *context, sortie_prepared *prepared, sortie_reason *reason);

/**
 * Runs directly after the call ended: one of `response` and `error` is NULL. `prepared` is a copy of what was sent, that the
 * hook may change: see `sortie_session_on_post_request`.
 */
typedef int32_t (*sortie_post_request_hook)(void *context,
                                            sortie_prepared *prepared,
                                            const sortie_response *response,
                                            const sortie_error *error,
                                            sortie_reason *reason);

/**
 * Runs for a response that is about to be delivered. `response` is a copy that the hook may change: see
 * `sortie_session_on_response`.
 */
typedef int32_t (*sortie_response_hook)(void *context, sortie_response *response, sortie_reason *reason);

/**
 * Where the time of one exchange went, in nanoseconds. Each part is 0 where it did not take place: a reused connection has no
 * resolve, connect and TLS. Redirects are in the history.
 */
typedef struct {
    /**
     * From being submitted until a connection was taken or begun for it.
     */
    uint64_t queue_ns;
    /**
     * Looking the host's name up.
     */
    uint64_t resolve_ns;
    /**
     * Connecting, a proxy's tunnel included.
     */
    uint64_t connect_ns;
    /**
     * The TLS handshake.
     */
    uint64_t tls_ns;
    /**
     * From the first byte of the request to the last.
     */
    uint64_t send_ns;
    /**
     * From the last byte of the request to the end of the response's head.
     */
    uint64_t first_byte_ns;
    /**
     * From the end of the response's head to the end of its content.
     */
    uint64_t content_ns;
    /**
     * From sending to the end of the response's head.
     */
    uint64_t elapsed_ns;
    /**
     * All but `elapsed_ns` together.
     */
    uint64_t total_ns;
} sortie_timings;

/**
 * What was asked for was done.
 */
#define SORTIE_OK 0

/**
 * There is nothing (yet). No failure: no error is handed over.
 */
#define SORTIE_EMPTY 1

/**
 * A pointer is NULL that may not be.
 */
#define SORTIE_ERR_NULL 10

/**
 * A text is not UTF-8.
 */
#define SORTIE_ERR_UTF8 11

/**
 * Another argument makes no sense, such as a timeout of zero.
 */
#define SORTIE_ERR_ARGUMENT 12

/**
 * The handle is in use, by another thread or by the function that has called back.
 */
#define SORTIE_ERR_BUSY 13

/**
 * The handle was made before the process forked.
 */
#define SORTIE_ERR_FORKED 14

/**
 * A fault of sortie's own, which was caught.
 */
#define SORTIE_ERR_PANIC 15

/**
 * The URL is none that HTTP can use.
 */
#define SORTIE_ERR_INVALID_URL 100

/**
 * A header field may not be sent like that.
 */
#define SORTIE_ERR_INVALID_HEADER 101

/**
 * The body cannot be encoded.
 */
#define SORTIE_ERR_INVALID_BODY 102

/**
 * A hook refused the call.
 */
#define SORTIE_ERR_REFUSED 103

/**
 * Something that is not built in was asked for.
 */
#define SORTIE_ERR_UNSUPPORTED 104

/**
 * The host's name was not found.
 */
#define SORTIE_ERR_RESOLVE 200

/**
 * No address of the host could be connected to.
 */
#define SORTIE_ERR_CONNECT 201

/**
 * The address policy refused the addresses of the host.
 */
#define SORTIE_ERR_ADDRESS 202

/**
 * A proxy opened no tunnel.
 */
#define SORTIE_ERR_PROXY 203

/**
 * TLS failed: the certificate, the handshake, or a record.
 */
#define SORTIE_ERR_TLS 204

/**
 * Making the connection.
 */
#define SORTIE_ERR_CONNECT_TIMEOUT 300

/**
 * Waiting for a connection.
 */
#define SORTIE_ERR_QUEUE_TIMEOUT 301

/**
 * Waiting for the response to begin.
 */
#define SORTIE_ERR_FIRST_BYTE_TIMEOUT 302

/**
 * A pause of the peer's.
 */
#define SORTIE_ERR_BETWEEN_BYTES_TIMEOUT 303

/**
 * The whole call.
 */
#define SORTIE_ERR_TOTAL_TIMEOUT 304

/**
 * The batch's deadline came first.
 */
#define SORTIE_ERR_DEADLINE 305

/**
 * The body could not be read while it was sent, or has another length than was said.
 */
#define SORTIE_ERR_BODY 400

/**
 * The request could not be written.
 */
#define SORTIE_ERR_SEND 401

/**
 * The response could not be read.
 */
#define SORTIE_ERR_RECEIVE 402

/**
 * The peer closed the connection before it answered.
 */
#define SORTIE_ERR_CLOSED 403

/**
 * What the peer sent is no HTTP, or is past a limit of its form.
 */
#define SORTIE_ERR_PROTOCOL 404

/**
 * The content ended before its end.
 */
#define SORTIE_ERR_TRUNCATED 405

/**
 * The content is damaged, or not what it was read as.
 */
#define SORTIE_ERR_CONTENT 406

/**
 * The content is larger than allowed.
 */
#define SORTIE_ERR_CONTENT_TOO_LARGE 407

/**
 * There were more redirects than allowed.
 */
#define SORTIE_ERR_TOO_MANY_REDIRECTS 500

/**
 * A redirect cannot be followed.
 */
#define SORTIE_ERR_REDIRECT 501

/**
 * Nobody could say who asks.
 */
#define SORTIE_ERR_AUTH 502

/**
 * The server did not switch protocols.
 */
#define SORTIE_ERR_UPGRADE 503

/**
 * The status is 400 or above; only `sortie_response_raise_for_status` says so.
 */
#define SORTIE_ERR_STATUS 504

/**
 * The call was cancelled, or a callback asked to stop.
 */
#define SORTIE_ERR_CANCELLED 600

/**
 * Another call of the batch failed, and the batch was asked to fail fast.
 */
#define SORTIE_ERR_FAILED_FAST 601

/**
 * A file could not be read, written or understood.
 */
#define SORTIE_ERR_FILE 700

/**
 * The system refused what is needed, such as another descriptor.
 */
#define SORTIE_ERR_SYSTEM 701

/**
 * Something that has no number yet.
 */
#define SORTIE_ERR_OTHER 999

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * What cancels calls. Give it to the functions that send, and fire it from any thread.
 *
 * Returns: `SORTIE_ERR_NULL`.
 * Ownership: `*cancel` is yours: free it by `sortie_cancel_free`. Calls that were given it do not need the handle any more.
 * Threads: any.
 */
sortie_status sortie_cancel_new(sortie_cancel **cancel,
                                sortie_error **error);

/**
 * Cancels all that it was given to: each ends with `SORTIE_ERR_CANCELLED`. Firing again does nothing.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any.
 */
sortie_status sortie_cancel_fire(const sortie_cancel *cancel, sortie_error **error);

/**
 * Whether it was fired.
 *
 * Returns: 1 or 0; 0 where `cancel` is NULL.
 * Threads: any.
 */
int32_t sortie_cancel_is_fired(const sortie_cancel *cancel);

/**
 * Lets it go. What it was given to goes on.
 *
 * Parameters: `cancel`: or NULL, which is ignored.
 * Threads: any.
 */
void sortie_cancel_free(sortie_cancel *cancel);

/**
 * The status that the failed function returned, or that tells why the call has no response.
 *
 * Returns: `SORTIE_OK` where `error` is NULL, never otherwise.
 * Threads: any.
 */
sortie_status sortie_error_status(const sortie_error *error);

/**
 * What went wrong, which request, which phase: one clause without secrets. `sortie_error_chain` tells why, too.
 *
 * Returns: a text that lives as long as `error`; NULL where that is NULL.
 * Threads: any.
 */
const char *sortie_error_message(const sortie_error *error);

/**
 * What kind of thing went wrong, in words, as `connect timeout`: for messages. A program decides by the status.
 *
 * Returns: a text that lives as long as `error`; NULL where that is NULL.
 * Threads: any.
 */
const char *sortie_error_kind(const sortie_error *error);

/**
 * The message and all that caused it, down to the system's own words, with a colon between them; without secrets.
 *
 * Returns: a text that lives as long as `error`; NULL where that is NULL.
 * Threads: any.
 */
const char *sortie_error_chain(const sortie_error *error);

/**
 * Which part of the call it happened in, as `connect` or `first byte`.
 *
 * Returns: a text that lives as long as `error`; NULL where the phase is not known, or `error` is NULL.
 * Threads: any.
 */
const char *sortie_error_phase(const sortie_error *error);

/**
 * The method that was asked for.
 *
 * Returns: a text that lives as long as `error`; NULL where it is not known, or `error` is NULL.
 * Threads: any.
 */
const char *sortie_error_method(const sortie_error *error);

/**
 * The URL that was asked for, without userinfo and secrets; as it was given where it is none.
 *
 * Returns: a text that lives as long as `error`; NULL where it is not known, or `error` is NULL.
 * Threads: any.
 */
const char *sortie_error_url(const sortie_error *error);

/**
 * The system's number of what went wrong: an `errno`.
 *
 * Returns: 0 where no cause has one, or `error` is NULL.
 * Threads: any.
 */
int32_t sortie_error_os_error(const sortie_error *error);

/**
 * Whether something took too long: any of the timeouts, or the batch's deadline.
 *
 * Returns: 1 or 0; 0 where `error` is NULL.
 * Threads: any.
 */
int32_t sortie_error_is_timeout(const sortie_error *error);

/**
 * How many exchanges were begun.
 *
 * Returns: 0 where nothing was sent, or `error` is NULL.
 * Threads: any.
 */
uint32_t sortie_error_attempts(const sortie_error *error);

/**
 * How many causes the error has: each is the cause of the one before it.
 *
 * Returns: 0 where `error` is NULL.
 * Threads: any.
 */
size_t sortie_error_cause_count(const sortie_error *error);

/**
 * What one of the causes says, without secrets.
 *
 * Parameters: `index`: from 0, the nearest first; the last is mostly the system's own.
 * Returns: a text that lives as long as `error`; NULL past the end, or where that is NULL.
 * Threads: any.
 */
const char *sortie_error_cause(const sortie_error *error, size_t index);

/**
 * How many hooks went wrong on the way.
 *
 * Returns: 0 where `error` is NULL.
 * Threads: any.
 */
size_t sortie_error_warning_count(const sortie_error *error);

/**
 * What one of them says, as `hook 2 of response failed: no such table`.
 *
 * Parameters: `index`: from 0, in the order they ran.
 * Returns: a text that lives as long as `error`; NULL past the end, or where that is NULL.
 * Threads: any.
 */
const char *sortie_error_warning(const sortie_error *error, size_t index);

/**
 * The last response there was, with the history before it: the one redirect too many, the one with a bad status.
 *
 * Returns: NULL where there was none, or `error` is NULL.
 * Ownership: it is lent by `error`, and lives as long.
 * Threads: any.
 */
const sortie_response *sortie_error_response(const sortie_error *error);

/**
 * Lets an error go.
 *
 * Parameters: `error`: or NULL, which is ignored; so is one that is lent to a callback.
 * Threads: one, when no other reads it any more.
 */
void sortie_error_free(sortie_error *error);

/**
 * How many responses came before this one: redirects that were followed, challenges that were answered, and what was tried
 * again.
 *
 * Returns: 0 where `response` is NULL.
 * Threads: any.
 */
size_t sortie_response_history_count(const sortie_response *response);

/**
 * One of the responses before this one.
 *
 * Parameters: `index`: from 0, oldest first.
 * Returns: NULL past the end, or where `response` is NULL.
 * Ownership: it is lent by `response`, and lives as long.
 * Threads: any.
 */
const sortie_response *sortie_response_history(const sortie_response *response, size_t index);

/**
 * Says why a hook is about to return `SORTIE_HOOK_FAIL` or `SORTIE_HOOK_REFUSE`. The last text counts.
 *
 * Parameters: `text`: a clause that reads well behind `failed: ` or `refused: `.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: `text` is copied.
 * Threads: the hook's.
 */
sortie_status sortie_reason_set(sortie_reason *reason, const char *text, sortie_error **error);

/**
 * How many links the Link fields have.
 *
 * Returns: 0 where `response` is NULL.
 * Threads: any.
 */
size_t sortie_response_link_count(const sortie_response *response);

/**
 * Where a link leads, as it was sent: perhaps relative to the URL of the response.
 *
 * Parameters: `index`: from 0, in the order of the wire.
 * Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
 * Threads: any.
 */
const char *sortie_response_link_target(const sortie_response *response, size_t index);

/**
 * What a link leads to, as `next`: its relations, with a space between them; empty where it names none.
 *
 * Parameters: `index`: from 0, in the order of the wire.
 * Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
 * Threads: any.
 */
const char *sortie_response_link_relation(const sortie_response *response, size_t index);

/**
 * Where the first link of that relation leads, as `next`.
 *
 * Parameters: `relation`: one, in any case.
 * Returns: a text that lives as long as `response`; NULL where there is no such link, or either is NULL.
 * Threads: any.
 */
const char *sortie_response_link(const sortie_response *response, const char *relation);

/**
 * The method.
 *
 * Returns: a text that lives until the hook returns; NULL where `prepared` is NULL.
 * Threads: the hook's.
 */
const char *sortie_prepared_method(const sortie_prepared *prepared);

/**
 * The URL, with its parameters.
 *
 * Returns: a text that lives until the hook returns; NULL where `prepared` is NULL.
 * Threads: the hook's.
 */
const char *sortie_prepared_url(const sortie_prepared *prepared);

/**
 * The value of the first header field of that name; credentials are not masked.
 *
 * Parameters: `name`: in any case.
 * Returns: a text that lives until the hook returns; NULL where there is no such field, or either is NULL.
 * Threads: the hook's.
 */
const char *sortie_prepared_header(const sortie_prepared *prepared, const char *name);

/**
 * How many header fields there are; one that is repeated counts each time.
 *
 * Returns: 0 where `prepared` is NULL.
 * Threads: the hook's.
 */
size_t sortie_prepared_header_count(const sortie_prepared *prepared);

/**
 * The name of one of the header fields, spelled as it is sent.
 *
 * Parameters: `index`: from 0, in the order of the wire.
 * Returns: a text that lives until the hook returns; NULL past the end, or where `prepared` is NULL.
 * Threads: the hook's.
 */
const char *sortie_prepared_header_name(const sortie_prepared *prepared, size_t index);

/**
 * The value of one of the header fields.
 *
 * Parameters: `index`: from 0, in the order of the wire.
 * Returns: a text that lives until the hook returns; NULL past the end, or where `prepared` is NULL.
 * Threads: the hook's.
 */
const char *sortie_prepared_header_value(const sortie_prepared *prepared, size_t index);

/**
 * The body, as it is sent.
 *
 * Returns: bytes that live until the hook returns; none where it is streamed, or `prepared` is NULL.
 * Threads: the hook's.
 */
sortie_bytes sortie_prepared_body(const sortie_prepared *prepared);

/**
 * Sets another method.
 *
 * Parameters: `method`: a token of RFC 9110, such as `PUT`.
 * Returns: `SORTIE_ERR_ARGUMENT` for a method that is no token; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: `method` is copied. What was lent of `prepared` before stays until the hook returns.
 * Threads: the hook's.
 */
sortie_status sortie_prepared_set_method(sortie_prepared *prepared, const char *method, sortie_error **error);

/**
 * Sets another URL; the Host field is derived from it anew. Where it leaves the origin, credentials that stood in the request
 * are not sent there, unless the hook sets them anew.
 *
 * Parameters: `url`: absolute.
 * Returns: `SORTIE_ERR_INVALID_URL`, `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: `url` is copied. What was lent of `prepared` before stays until the hook returns.
 * Threads: the hook's.
 */
sortie_status sortie_prepared_set_url(sortie_prepared *prepared,
                                      const char *url,
                                      sortie_error **error);

/**
 * Sets a header field: in place of those of that name, in any case.
 *
 * Returns: `SORTIE_ERR_INVALID_HEADER`, `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: both texts are copied. What was lent of `prepared` before stays until the hook returns.
 * Threads: the hook's.
 */
sortie_status sortie_prepared_set_header(sortie_prepared *prepared,
                                         const char *name,
                                         const char *value,
                                         sortie_error **error);

/**
 * Puts a header field last, beside others of its name.
 *
 * Returns: `SORTIE_ERR_INVALID_HEADER`, `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: both texts are copied. What was lent of `prepared` before stays until the hook returns.
 * Threads: the hook's.
 */
sortie_status sortie_prepared_append_header(sortie_prepared *prepared,
                                            const char *name,
                                            const char *value,
                                            sortie_error **error);

/**
 * Takes the header fields of that name away, in any case. That there is none is no failure.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: what was lent of `prepared` before stays until the hook returns.
 * Threads: the hook's.
 */
sortie_status sortie_prepared_remove_header(sortie_prepared *prepared, const char *name, sortie_error **error);

/**
 * Sets another body, and the Content-Length that it has. Content-Type stays as it is.
 *
 * Parameters: `data`: may be NULL where `size` is 0.
 * Returns: `SORTIE_ERR_NULL`.
 * Ownership: `data` is copied. What was lent of `prepared` before stays until the hook returns.
 * Threads: the hook's.
 */
sortie_status sortie_prepared_set_body(sortie_prepared *prepared,
                                       const uint8_t *data,
                                       size_t size,
                                       sortie_error **error);

/**
 * A request of any method, such as `GET` or `POST`. Faults of the URL are told when it is sent.
 *
 * Parameters: `method`: a token of RFC 9110; `url`: absolute, or relative where the session has a base URL.
 * Returns: `SORTIE_ERR_ARGUMENT` for a method that is no token; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: `*request` is yours: free it by `sortie_request_free`.
 * Threads: any; the request belongs to one thread at a time.
 */
sortie_status sortie_request_new(const char *method, const char *url, sortie_request **request, sortie_error **error);

/**
 * A request that is as this one is now; later changes of one do not reach the other.
 *
 * A body that is read by a callback can be sent once, by either of them.
 *
 * Parameters: `request`: also one that is lent to a hook; the copy is yours then too.
 * Returns: `SORTIE_ERR_NULL`.
 * Ownership: `*copy` is yours: free it by `sortie_request_free`.
 * Threads: the request's one.
 */
sortie_status sortie_request_copy(const sortie_request *request, sortie_request **copy, sortie_error **error);

/**
 * The method as it is now.
 *
 * Returns: a text that lives until the request is changed or freed; NULL where `request` is NULL.
 * Threads: the request's one.
 */
const char *sortie_request_method(const sortie_request *request);

/**
 * The URL as it is now: as it was given, without the parameters that were added.
 *
 * Returns: a text that lives until the request is changed or freed; NULL where `request` is NULL.
 * Threads: the request's one.
 */
const char *sortie_request_url(const sortie_request *request);

/**
 * The first header field of that name that is asked for so far. An `args` hook sees the session's among them; what is
 * derived when it is sent, such as Host, is in none.
 *
 * Parameters: `name`: in any case.
 * Returns: its value, which lives until the request is changed or freed; NULL where there is none, or a parameter is NULL.
 * Threads: the request's one.
 */
const char *sortie_request_header(const sortie_request *request,
                                  const char *name);

/**
 * Sets another method.
 *
 * Parameters: `method`: a token of RFC 9110, such as `PUT`.
 * Returns: `SORTIE_ERR_ARGUMENT` for a method that is no token; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_method(sortie_request *request, const char *method, sortie_error **error);

/**
 * Sets another URL. Its faults are told when the request is sent.
 *
 * Parameters: `url`: absolute, or relative where the session has a base URL.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_url(sortie_request *request, const char *url, sortie_error **error);

/**
 * Adds a query parameter to the URL. Several of one name are all sent; they take the place of the session's of that name.
 *
 * Parameters: `name`, `value`: not encoded; the library does that.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Threads: the request's one.
 */
sortie_status sortie_request_add_param(sortie_request *request,
                                       const char *name,
                                       const char *value,
                                       sortie_error **error);

/**
 * Lets a request go.
 *
 * Parameters: `request`: or NULL, which is ignored; so is one that is lent to a hook.
 * Threads: the request's one.
 */
void sortie_request_free(sortie_request *request);

/**
 * Sets a header field, in place of the session's, of a default, or of one of that name in any case.
 *
 * Parameters: `name`, `value`: UTF-8; a line break in them is told when the request is sent.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: both are copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_header(sortie_request *request,
                                        const char *name,
                                        const char *value,
                                        sortie_error **error);

/**
 * Puts a header field last, beside others of its name in this request.
 *
 * Parameters: `name`, `value`: UTF-8; a line break in them is told when the request is sent.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: both are copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_append_header(sortie_request *request,
                                           const char *name,
                                           const char *value,
                                           sortie_error **error);

/**
 * Sets a header field that holds a credential: it is not shown in logs, and dropped when a redirect leaves the origin.
 *
 * Parameters: `name`, `value`: UTF-8; a line break in them is told when the request is sent.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: both are copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_sensitive_header(sortie_request *request,
                                                  const char *name,
                                                  const char *value,
                                                  sortie_error **error);

/**
 * Sends no such header field, though the session or a default has one.
 *
 * Host and Content-Length, which HTTP needs, are derived then.
 *
 * Parameters: `name`: in any case.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Threads: the request's one.
 */
sortie_status sortie_request_unset_header(sortie_request *request, const char *name, sortie_error **error);

/**
 * Adds a cookie to this request, for its own origin only, in place of the session's of that name. It is not stored.
 *
 * Parameters: `name`, `value`: what may not stand in a cookie is told when the request is sent.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: both are copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_add_cookie(sortie_request *request,
                                        const char *name,
                                        const char *value,
                                        sortie_error **error);

/**
 * Asks for a part of the content alone, and for no content coding. A server that can answers 206, one that cannot 200 with
 * all of it.
 *
 * Parameters: `first`, `last`: counted from 0, both are part of it; `last`: or `SORTIE_UNKNOWN` for all from `first` on.
 * Returns: `SORTIE_ERR_ARGUMENT` where `last` comes before `first`, or `first` is `SORTIE_UNKNOWN`; `SORTIE_ERR_NULL`.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_range(sortie_request *request,
                                       uint64_t first,
                                       uint64_t last,
                                       sortie_error **error);

/**
 * Registers an `args` hook: it sees the request before anything is encoded, the session's defaults merged in. It may refuse
 * the call.
 *
 * Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
 * Returns: `SORTIE_ERR_NULL`.
 * Ownership: `drop` is called once, when the request, its copies and their calls are gone; at once where this fails.
 * Threads: the request's one. The hook runs on whichever thread sends, after the session's and those that were registered
 * before it.
 */
sortie_status sortie_request_on_args(sortie_request *request,
                                     sortie_args_hook hook,
                                     void *context,
                                     sortie_drop drop,
                                     sortie_error **error);

/**
 * Registers a `pre_request` hook: it sees the request directly before it is sent, complete but for cookies. It may refuse
 * the call.
 *
 * Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
 * Returns: `SORTIE_ERR_NULL`.
 * Ownership: `drop` is called once, when the request, its copies and their calls are gone; at once where this fails.
 * Threads: the request's one. The hook runs on whichever thread sends, after the session's and those that were registered
 * before it.
 */
sortie_status sortie_request_on_pre_request(sortie_request *request,
                                            sortie_pre_request_hook hook,
                                            void *context,
                                            sortie_drop drop,
                                            sortie_error **error);

/**
 * Registers a `post_request` hook: it sees what was sent and how the call ended, exactly once for every call that was
 * begun, also where it failed or was cancelled. What it puts in its place shows in `sortie_response_request_...` only.
 *
 * Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
 * Returns: `SORTIE_ERR_NULL`.
 * Ownership: `drop` is called once, when the request, its copies and their calls are gone; at once where this fails.
 * Threads: the request's one. The hook runs on whichever thread sends, after the session's and those that were registered
 * before it.
 */
sortie_status sortie_request_on_post_request(sortie_request *request,
                                             sortie_post_request_hook hook,
                                             void *context,
                                             sortie_drop drop,
                                             sortie_error **error);

/**
 * Registers a `response` hook: it sees each response that is about to be delivered. That of a stream has no content yet.
 *
 * Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
 * Returns: `SORTIE_ERR_NULL`.
 * Ownership: `drop` is called once, when the request, its copies and their calls are gone; at once where this fails.
 * Threads: the request's one. The hook runs on whichever thread sends, after the session's and those that were registered
 * before it.
 */
sortie_status sortie_request_on_response(sortie_request *request,
                                         sortie_response_hook hook,
                                         void *context,
                                         sortie_drop drop,
                                         sortie_error **error);

/**
 * The status code.
 *
 * Returns: 100 to 999; 0 where `response` is NULL.
 * Threads: any.
 */
uint16_t sortie_response_status(const sortie_response *response);

/**
 * Whether the status is below 400.
 *
 * Returns: 1 or 0; 0 where `response` is NULL.
 * Threads: any.
 */
int32_t sortie_response_is_ok(const sortie_response *response);

/**
 * Fails where the status is 400 or above.
 *
 * Returns: `SORTIE_ERR_STATUS`, whose message is as `404 Client Error: Not Found for url: ...`, and whose error has this
 * response; `SORTIE_ERR_NULL`.
 * Threads: any.
 */
sortie_status sortie_response_raise_for_status(const sortie_response *response,
                                               sortie_error **error);

/**
 * The content, decoded of its content codings. It is not copied.
 *
 * Returns: bytes that live as long as `response`; none where that is NULL.
 * Threads: any.
 */
sortie_bytes sortie_response_content(const sortie_response *response);

/**
 * The content as text: by its byte order mark, then by the charset of Content-Type, then as UTF-8. What is not valid there
 * reads as U+FFFD; nothing is guessed.
 *
 * Returns: UTF-8 behind which a NUL follows, that `size` does not count; there may be others in it. Made when it is asked for
 * first, then it lives as long as `response`; empty where that is NULL.
 * Threads: any.
 */
sortie_bytes sortie_response_text(const sortie_response *response);

/**
 * The name of the encoding that `sortie_response_text` reads the content in, as the Encoding standard spells it: `UTF-8`.
 *
 * Returns: a text that lives as long as `response`; NULL where that is NULL.
 * Threads: any.
 */
const char *sortie_response_encoding(const sortie_response *response);

/**
 * Sets the status of a response, for a `response` hook that replaces what it was lent. The reason phrase becomes the usual one.
 *
 * Parameters: `response`: a hook's own; `status`: 100 to 999.
 * Returns: `SORTIE_ERR_ARGUMENT` for any other response or status; `SORTIE_ERR_NULL`.
 * Threads: the hook's.
 */
sortie_status sortie_response_set_status(sortie_response *response,
                                         uint16_t status,
                                         sortie_error **error);

/**
 * Sets a header field of a response, for a `response` hook that replaces what it was lent: in place of those of that name, in
 * any case.
 *
 * Parameters: `response`: a hook's own.
 * Returns: `SORTIE_ERR_ARGUMENT` for any other response; `SORTIE_ERR_INVALID_HEADER`, `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: both texts are copied. What was lent of the response before stays until the hook returns.
 * Threads: the hook's.
 */
sortie_status sortie_response_set_header(sortie_response *response,
                                         const char *name,
                                         const char *value,
                                         sortie_error **error);

/**
 * Sets the content of a response, for a `response` hook that replaces what it was lent. Header fields stay as they are.
 *
 * Parameters: `response`: a hook's own; `data`: may be NULL where `size` is 0.
 * Returns: `SORTIE_ERR_ARGUMENT` for any other response; `SORTIE_ERR_NULL`.
 * Ownership: `data` is copied. What was lent of the response before stays until the hook returns.
 * Threads: the hook's.
 */
sortie_status sortie_response_set_content(sortie_response *response,
                                          const uint8_t *data,
                                          size_t size,
                                          sortie_error **error);

/**
 * Lets a response go, and all that it lent.
 *
 * Parameters: `response`: or NULL, which is ignored; so is one that is lent: of a history, by an error, to a callback.
 * Threads: one, when no other reads it any more.
 */
void sortie_response_free(sortie_response *response);

/**
 * The reason phrase as it came: empty where there was none.
 *
 * Returns: a text that lives as long as `response`; NULL where that is NULL.
 * Threads: any.
 */
const char *sortie_response_reason(const sortie_response *response);

/**
 * The protocol version that the response named: `HTTP/1.1`, or `HTTP/1.0`.
 *
 * Returns: a text that lives for ever; NULL where `response` is NULL.
 * Threads: any.
 */
const char *sortie_response_version(const sortie_response *response);

/**
 * The URL that answered, after all redirects; its fragment is in it, userinfo is not.
 *
 * Returns: a text that lives as long as `response`; NULL where that is NULL.
 * Threads: any.
 */
const char *sortie_response_url(const sortie_response *response);

/**
 * Whom the connection led to, as `127.0.0.1:80` or `[::1]:80`: the proxy, where there is one.
 *
 * Returns: a text that lives as long as `response`; NULL where that is NULL, or where there is no such address, as over a Unix socket.
 * Threads: any.
 */
const char *sortie_response_peer(const sortie_response *response);

/**
 * The value of the first header field of that name.
 *
 * Parameters: `name`: in any case.
 * Returns: a text that lives as long as `response`; NULL where there is no such field, or either is NULL.
 * Threads: any.
 */
const char *sortie_response_header(const sortie_response *response, const char *name);

/**
 * How many header fields there are; one that is repeated counts each time.
 *
 * Returns: 0 where `response` is NULL.
 * Threads: any.
 */
size_t sortie_response_header_count(const sortie_response *response);

/**
 * The name of one of the header fields, spelled as it came.
 *
 * Parameters: `index`: from 0, in the order of the wire.
 * Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
 * Threads: any.
 */
const char *sortie_response_header_name(const sortie_response *response, size_t index);

/**
 * The value of one of the header fields.
 *
 * Parameters: `index`: from 0, in the order of the wire.
 * Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
 * Threads: any.
 */
const char *sortie_response_header_value(const sortie_response *response, size_t index);

/**
 * How many trailer fields that came behind the content there are; one that is repeated counts each time.
 *
 * Returns: 0 where `response` is NULL.
 * Threads: any.
 */
size_t sortie_response_trailer_count(const sortie_response *response);

/**
 * The name of one of the trailer fields that came behind the content, spelled as it came.
 *
 * Parameters: `index`: from 0, in the order of the wire.
 * Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
 * Threads: any.
 */
const char *sortie_response_trailer_name(const sortie_response *response, size_t index);

/**
 * The value of one of the trailer fields that came behind the content.
 *
 * Parameters: `index`: from 0, in the order of the wire.
 * Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
 * Threads: any.
 */
const char *sortie_response_trailer_value(const sortie_response *response, size_t index);

/**
 * How many hooks went wrong on the way.
 *
 * Returns: 0 where `response` is NULL.
 * Threads: any.
 */
size_t sortie_response_warning_count(const sortie_response *response);

/**
 * What one of them says, as `hook 2 of response failed: no such table`.
 *
 * Parameters: `index`: from 0, in the order they ran.
 * Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
 * Threads: any.
 */
const char *sortie_response_warning(const sortie_response *response, size_t index);

/**
 * The method that was sent, after all redirects.
 *
 * Returns: a text that lives as long as `response`; NULL where that is NULL.
 * Threads: any.
 */
const char *sortie_response_request_method(const sortie_response *response);

/**
 * The URL that was sent to, without userinfo.
 *
 * Returns: a text that lives as long as `response`; NULL where that is NULL.
 * Threads: any.
 */
const char *sortie_response_request_url(const sortie_response *response);

/**
 * The value of the first header field of that name that was sent: credentials and cookies included.
 *
 * Parameters: `name`: in any case.
 * Returns: a text that lives as long as `response`; NULL where there was no such field, or either is NULL.
 * Threads: any.
 */
const char *sortie_response_request_header(const sortie_response *response, const char *name);

/**
 * How many header fields that were sent there are; one that is repeated counts each time.
 *
 * Returns: 0 where `response` is NULL.
 * Threads: any.
 */
size_t sortie_response_request_header_count(const sortie_response *response);

/**
 * The name of one of the header fields that were sent, spelled as it was sent.
 *
 * Parameters: `index`: from 0, in the order of the wire.
 * Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
 * Threads: any.
 */
const char *sortie_response_request_header_name(const sortie_response *response, size_t index);

/**
 * The value of one of the header fields that were sent.
 *
 * Parameters: `index`: from 0, in the order of the wire.
 * Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
 * Threads: any.
 */
const char *sortie_response_request_header_value(const sortie_response *response, size_t index);

/**
 * A session with the library's defaults: cookies are kept, redirects followed, connections reused.
 *
 * Returns: `SORTIE_ERR_NULL`.
 * Ownership: `*session` is yours: free it by `sortie_session_free`.
 * Threads: any.
 */
sortie_status sortie_session_new(sortie_session **session, sortie_error **error);

/**
 * Sends a request and waits for the answer, redirects included. A status of 400 or above is a response, no error.
 *
 * Parameters: `cancel`: ends the wait when it is fired, from any thread; or NULL.
 * Returns: `SORTIE_OK`, and else why no response could be had.
 * Ownership: the request is copied; `*response` is yours: free it by `sortie_response_free`.
 * Threads: any, several at once.
 */
sortie_status sortie_session_send(const sortie_session *session,
                                  const sortie_request *request,
                                  const sortie_cancel *cancel,
                                  sortie_response **response,
                                  sortie_error **error);

/**
 * Lets a session go. Its connections are closed when its batches and streams are gone too.
 *
 * Parameters: `session`: or NULL, which is ignored.
 * Threads: any.
 */
void sortie_session_free(sortie_session *session);

/**
 * Registers an `args` hook: it sees the request before anything is encoded, the session's defaults merged in. It may refuse
 * the call.
 *
 * Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Ownership: `drop` is called once, when the session and all its calls are gone; at once where this fails.
 * Threads: any. The hook runs on whichever thread sends, on several at once; it may use the session. The session's hooks
 * run before those of a request, in the order of registration, for calls that begin later.
 */
sortie_status sortie_session_on_args(const sortie_session *session,
                                     sortie_args_hook hook,
                                     void *context,
                                     sortie_drop drop,
                                     sortie_error **error);

/**
 * Registers a `pre_request` hook: it sees the request directly before it is sent, complete but for cookies. It may refuse
 * the call.
 *
 * Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Ownership: `drop` is called once, when the session and all its calls are gone; at once where this fails.
 * Threads: any. The hook runs on whichever thread sends, on several at once; it may use the session. The session's hooks
 * run before those of a request, in the order of registration, for calls that begin later.
 */
sortie_status sortie_session_on_pre_request(const sortie_session *session,
                                            sortie_pre_request_hook hook,
                                            void *context,
                                            sortie_drop drop,
                                            sortie_error **error);

/**
 * Registers a `post_request` hook: it sees what was sent and how the call ended, exactly once for every call that was
 * begun, also where it failed or was cancelled. What it puts in its place shows in `sortie_response_request_...` only.
 *
 * Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Ownership: `drop` is called once, when the session and all its calls are gone; at once where this fails.
 * Threads: any. The hook runs on whichever thread sends, on several at once; it may use the session. The session's hooks
 * run before those of a request, in the order of registration, for calls that begin later.
 */
sortie_status sortie_session_on_post_request(const sortie_session *session,
                                             sortie_post_request_hook hook,
                                             void *context,
                                             sortie_drop drop,
                                             sortie_error **error);

/**
 * Registers a `response` hook: it sees each response that is about to be delivered. That of a stream has no content yet.
 *
 * Parameters: `hook`: returns one of `SORTIE_HOOK_...`; `context`: its first argument; `drop`: lets that go, or NULL.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Ownership: `drop` is called once, when the session and all its calls are gone; at once where this fails.
 * Threads: any. The hook runs on whichever thread sends, on several at once; it may use the session. The session's hooks
 * run before those of a request, in the order of registration, for calls that begin later.
 */
sortie_status sortie_session_on_response(const sortie_session *session,
                                         sortie_response_hook hook,
                                         void *context,
                                         sortie_drop drop,
                                         sortie_error **error);

/**
 * Bounds a part of each call.
 *
 * Parameters: `which`: one of `SORTIE_TIMEOUT_...`, which say what each is by default; `timeout_ms`: 1 or more, or
 * `SORTIE_NEVER`, which lifts it.
 * Returns: `SORTIE_ERR_ARGUMENT` for another `which` or time; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_timeout_ms(const sortie_session *session,
                                            int32_t which,
                                            int64_t timeout_ms,
                                            sortie_error **error);

/**
 * The name of a status, such as `SORTIE_ERR_NULL`, for messages.
 *
 * Returns: a text that lives for ever; `unknown status` for a number that is none.
 * Threads: any.
 */
const char *sortie_status_name(sortie_status status);

/**
 * From sending the request to the end of this response's head, in nanoseconds; redirects are in the history.
 *
 * Returns: 0 where `response` is NULL.
 * Threads: any.
 */
uint64_t sortie_response_elapsed_ns(const sortie_response *response);

/**
 * Where the time of this exchange went.
 *
 * Returns: `SORTIE_ERR_NULL`.
 * Threads: any.
 */
sortie_status sortie_response_timings(const sortie_response *response, sortie_timings *timings, sortie_error **error);

/**
 * The library's version, as a number that grows: `major * 1000000 + minor * 1000 + patch`.
 *
 * A program compares it with `SORTIE_VERSION`, which is that of its header: a library that is older lacks functions.
 * Threads: any.
 */
uint32_t sortie_version_number(void);

/**
 * The library's version, as `0.1.0`.
 *
 * Returns: a text that lives for ever.
 * Threads: any.
 */
const char *sortie_version(void);

/**
 * What the library was built with beside HTTP/1.1, gzip and deflate: names between spaces, such as `br tls zstd`.
 *
 * Returns: a text that lives for ever.
 * Threads: any.
 */
const char *sortie_features(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SORTIE_H */
