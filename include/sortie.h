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
 * A response whose head is here, and whose content comes as it is read. Where nobody reads, nothing is received: the server
 * has to wait. What is held does not grow with the content.
 */
typedef struct sortie_stream sortie_stream;

/**
 * How a function ended: `SORTIE_OK`, `SORTIE_EMPTY`, or one of `SORTIE_ERR_...`. New ones may be added in their groups.
 */
typedef int32_t sortie_status;

/**
 * Takes a piece of content, which is lent until it returns. 0 goes on; anything else stops the call, which ends with
 * `SORTIE_ERR_CANCELLED`.
 */
typedef int32_t (*sortie_write)(void *context, const uint8_t *data, size_t size);

/**
 * Gives the next bytes of a body: writes up to `size` of them to `buffer`, and returns how many; 0 is the end. A negative
 * number, or more than `size`, is a failure: the call ends with `SORTIE_ERR_BODY`. It may wait.
 */
typedef int64_t (*sortie_read)(void *context, uint8_t *buffer, size_t size);

/**
 * Lets a callback's context go, once, when nothing can call back any more. NULL where there is nothing to let go.
 */
typedef void (*sortie_drop)(void *context);

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
 * Sends a request, and writes the content to a file: beside it first, to its name with `.part` behind it, which takes the
 * file's place when it is whole and on the disk.
 *
 * What came before a download stopped is kept there, and the next one goes on from it, where the server can send parts and
 * the content is still the same. Two downloads to one file must not run at the same time.
 *
 * Parameters: `path`: a file that is there is replaced; `resume`: 1, or 0 to begin anew in any case; `sha256`: what the file
 * must have, in 64 hexadecimal digits; or NULL. `cancel`: ends the call when it is fired, from any thread; or NULL.
 * Returns: `SORTIE_ERR_STATUS` for a status of 400 or above: nothing is written then; `SORTIE_ERR_FILE`; `SORTIE_ERR_CONTENT` for
 * another SHA-256, and what was downloaded is removed; `SORTIE_ERR_ARGUMENT` for a `sha256` that is none.
 * Ownership: the request is copied; `*response` is yours, its content is empty: free it by `sortie_response_free`.
 * Threads: any, several at once.
 */
sortie_status sortie_session_download(const sortie_session *session,
                                      const sortie_request *request,
                                      const char *path,
                                      int32_t resume,
                                      const char *sha256,
                                      const sortie_cancel *cancel,
                                      sortie_response **response,
                                      sortie_error **error);

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
 * Lets an error go.
 *
 * Parameters: `error`: or NULL, which is ignored; so is one that is lent to a callback.
 * Threads: one, when no other reads it any more.
 */
void sortie_error_free(sortie_error *error);

/**
 * Sends a request, and hands the content to a callback as it comes, decoded: nothing of it is kept. Nothing is received
 * while the callback runs; it may take its time.
 *
 * The callback is called for whatever status came; it may use the session.
 *
 * Parameters: `write`: is called on the caller's thread; `context`: its first argument; `cancel`: ends the call when it is
 * fired, from any thread; or NULL.
 * Returns: `SORTIE_ERR_CANCELLED` where the callback asked to stop, or `cancel` was fired; else why there is no response, or
 * its content could not be read on.
 * Ownership: the request is copied; `*response` is yours, its content is empty: free it by `sortie_response_free`.
 * Threads: any, several at once.
 */
sortie_status sortie_session_receive(const sortie_session *session,
                                     const sortie_request *request,
                                     sortie_write write,
                                     void *context,
                                     const sortie_cancel *cancel,
                                     sortie_response **response,
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
 * Sends user and password with this request, in place of the session's credentials. They do not follow a redirect to another
 * origin.
 *
 * Parameters: `user`: a colon in it, or a control character in either, is told when the request is sent.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: both are copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_basic_auth(sortie_request *request,
                                            const char *user,
                                            const char *password,
                                            sortie_error **error);

/**
 * Answers the server's challenge with user and password by the Digest scheme, which does not show the password, in place
 * of the session's credentials.
 *
 * What the server's challenge has taught is kept with these credentials: a copy of this request shares it.
 *
 * Parameters: `user`, `password`: a control character in either is told when the request is sent.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: both are copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_digest_auth(sortie_request *request,
                                             const char *user,
                                             const char *password,
                                             sortie_error **error);

/**
 * Sends a token with this request, in place of the session's credentials. It does not follow a redirect to another origin.
 *
 * Parameters: `token`: without the word `Bearer`; what no header field can hold is told when the request is sent.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: it is copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_bearer_auth(sortie_request *request,
                                             const char *token,
                                             sortie_error **error);

/**
 * Sends no credentials, though the session has some. An Authorization field, and those in the URL, still hold.
 *
 * Returns: `SORTIE_ERR_NULL`.
 * Threads: the request's one.
 */
sortie_status sortie_request_unset_auth(sortie_request *request, sortie_error **error);

/**
 * Sends these bytes as the body, in place of any other. No Content-Type is added.
 *
 * Parameters: `data`: or NULL where `size` is 0, which makes a body of length 0.
 * Returns: `SORTIE_ERR_ARGUMENT` for a size that no memory has; `SORTIE_ERR_NULL`.
 * Ownership: the bytes are copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_body(sortie_request *request, const uint8_t *data, size_t size, sortie_error **error);

/**
 * Sends this text as the body, in place of any other: `text/plain; charset=utf-8`, unless another Content-Type is set.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: the text is copied, without its NUL.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_text(sortie_request *request, const char *text, sortie_error **error);

/**
 * Sends this JSON as the body, in place of any other: as it stands, as `application/json` unless another Content-Type is
 * set.
 *
 * Returns: `SORTIE_ERR_INVALID_BODY` for what is no JSON: the message says from where on; `SORTIE_ERR_NULL`,
 * `SORTIE_ERR_UTF8`.
 * Ownership: the text is copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_json(sortie_request *request,
                                      const char *json,
                                      sortie_error **error);

/**
 * Adds a pair to the form that is the body: `application/x-www-form-urlencoded`, in UTF-8, unless another Content-Type is
 * set. A body of another kind goes.
 *
 * Parameters: `name`, `value`: not encoded; the library does that.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: both are copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_add_form(sortie_request *request,
                                      const char *name,
                                      const char *value,
                                      sortie_error **error);

/**
 * Sends the file at this path as the body, in place of any other. It is looked for when the request is sent, and streamed;
 * no Content-Type is added.
 *
 * Parameters: `path`: where nothing that can be read is, sending fails with `SORTIE_ERR_INVALID_BODY`.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_file(sortie_request *request,
                                      const char *path,
                                      sortie_error **error);

/**
 * Holds the body back until the server says that it wants it (`Expect: 100-continue`), or a second is over. Default: not.
 *
 * Parameters: `on`: 1 or 0.
 * Returns: `SORTIE_ERR_NULL`.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_expect_continue(sortie_request *request,
                                                 int32_t on,
                                                 sortie_error **error);

/**
 * Puts a content coding on the body. Default: none.
 *
 * Parameters: `coding`: `gzip`, `deflate`, or `zstd` where it is built in; another is `SORTIE_ERR_UNSUPPORTED` when the request
 * is sent.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_compress(sortie_request *request,
                                          const char *coding,
                                          sortie_error **error);

/**
 * Sends this request through a proxy, or straight, whatever session and environment say.
 *
 * Parameters: `url`: as `http://user:password@proxy.test:3128`; the schemes are `http`, `https`, `socks5` (names are looked up
 * here) and `socks5h` (by the proxy). One that is none is told when the request is sent. NULL: no proxy.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: it is copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_proxy(sortie_request *request,
                                       const char *url,
                                       sortie_error **error);

/**
 * Connects to this Unix socket, in the place of the host that the URL names. Redirects to another origin go where they
 * lead.
 *
 * Parameters: `path`: with a proxy of the request's own it is the proxy that is there.
 * Returns: `SORTIE_ERR_ARGUMENT` for a request that is lent to a hook; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: it is copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_unix_socket(sortie_request *request, const char *path, sortie_error **error);

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
 * Bounds a part of the call, in place of the session's limit.
 *
 * Parameters: `which`: one of `SORTIE_TIMEOUT_...`; `timeout_ms`: 1 or more, or `SORTIE_NEVER`, which lifts the session's limit.
 * Returns: `SORTIE_ERR_ARGUMENT` for other numbers; `SORTIE_ERR_NULL`.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_timeout_ms(sortie_request *request,
                                            int32_t which,
                                            int64_t timeout_ms,
                                            sortie_error **error);

/**
 * Whether redirects are followed. Default: as the session says, which follows them, but for HEAD.
 *
 * Parameters: `follow`: 1 or 0.
 * Returns: `SORTIE_ERR_NULL`.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_redirects(sortie_request *request, int32_t follow, sortie_error **error);

/**
 * How many redirects are followed; one more is `SORTIE_ERR_TOO_MANY_REDIRECTS`. Default: as the session says, which is 30.
 *
 * Parameters: `most`: 0 fails on the first.
 * Returns: `SORTIE_ERR_NULL`.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_max_redirects(sortie_request *request,
                                               uint32_t most,
                                               sortie_error **error);

/**
 * How many bytes of decoded content are accepted; more is `SORTIE_ERR_CONTENT_TOO_LARGE`. Default: as the session says, which
 * has no limit but that against bombs.
 *
 * Parameters: `bytes`: or `SORTIE_UNKNOWN`, which lifts the session's limit.
 * Returns: `SORTIE_ERR_NULL`.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_max_content(sortie_request *request,
                                             uint64_t bytes,
                                             sortie_error **error);

/**
 * Whether it may be sent again, though its method is not idempotent, where a connection that was reused turns out to be
 * closed. Default: as the session says, which says no.
 *
 * Parameters: `resend`: 1 or 0.
 * Returns: `SORTIE_ERR_NULL`.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_resend(sortie_request *request, int32_t resend, sortie_error **error);

/**
 * Adds a field, or a file that is in memory, to the `multipart/form-data` message that is the body. A body of another kind
 * goes; in a hook, so does a message that was given before.
 *
 * Parameters: `filename`: makes it a file; or NULL, for a field. `content_type`: or NULL; a file is then
 * `application/octet-stream`, and a field has none.
 * Returns: `SORTIE_ERR_ARGUMENT` for a type that no header field can hold; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: all of it is copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_add_part(sortie_request *request,
                                      const char *name,
                                      const uint8_t *data,
                                      size_t size,
                                      const char *filename,
                                      const char *content_type,
                                      sortie_error **error);

/**
 * Adds the file at this path, under its own name, to the `multipart/form-data` message that is the body. A body of another
 * kind goes; in a hook, so does a message that was given before.
 *
 * The file is open only while it is sent, and streamed.
 *
 * Parameters: `content_type`: or NULL, for `application/octet-stream`.
 * Returns: `SORTIE_ERR_INVALID_BODY` where there is nothing that could be read; `SORTIE_ERR_ARGUMENT` for a type that no header
 * field can hold; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Threads: the request's one.
 */
sortie_status sortie_request_add_file_part(sortie_request *request,
                                           const char *name,
                                           const char *path,
                                           const char *content_type,
                                           sortie_error **error);

/**
 * Sends what a callback gives as the body, in place of any other: streamed, and once. No Content-Type is added.
 *
 * Such a request can be sent once: sent again, also as a copy, and where a redirect would need the body once more, it fails
 * with an error that says so.
 *
 * Parameters: `size`: how many bytes it gives, fewer or more are `SORTIE_ERR_BODY`; or `SORTIE_UNKNOWN`: it is sent in chunks then.
 * Returns: `SORTIE_ERR_NULL`.
 * Ownership: `drop` is called with `context` once, when nothing reads any more: also where the body was never sent, and
 * where this function fails.
 * Threads: the request's one; `read` and `drop` run on a thread of the library's, or on one that uses the session.
 */
sortie_status sortie_request_set_reader(sortie_request *request,
                                        sortie_read read,
                                        void *context,
                                        sortie_drop drop,
                                        uint64_t size,
                                        sortie_error **error);

/**
 * The status code.
 *
 * Returns: 100 to 599; 0 where `response` is NULL.
 * Threads: any.
 */
uint16_t sortie_response_status(const sortie_response *response);

/**
 * The content, decoded of its content codings.
 *
 * Returns: bytes that live as long as `response`; none where that is NULL.
 * Threads: any.
 */
sortie_bytes sortie_response_content(const sortie_response *response);

/**
 * Lets a response go, and all that it lent.
 *
 * Parameters: `response`: or NULL, which is ignored; so is one that is lent: of a history, by an error, to a callback.
 * Threads: one, when no other reads it any more.
 */
void sortie_response_free(sortie_response *response);

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
 * Sends a request, and gives the response when its head is here, redirects followed; the content is read from it.
 *
 * `response` hooks run before the content is there; `post_request` hooks when it has ended, failed, or was given up.
 *
 * Parameters: `cancel`: ends the call when it is fired, from any thread, also while content is read; or NULL.
 * Returns: `SORTIE_OK`, and else why no response could be had.
 * Ownership: the request is copied; `*stream` is yours: free it by `sortie_stream_free`. It outlives the session.
 * Threads: any, several at once; the stream belongs to one thread at a time.
 */
sortie_status sortie_session_stream(const sortie_session *session,
                                    const sortie_request *request,
                                    const sortie_cancel *cancel,
                                    sortie_stream **stream,
                                    sortie_error **error);

/**
 * The head of the response, and the history before it. Its content is empty, and its times are those up to the head.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Ownership: `*response` is lent: it lives as long as the stream, and is not freed.
 * Threads: the stream's one; the response may be read by any.
 */
sortie_status sortie_stream_response(const sortie_stream *stream,
                                     const sortie_response **response,
                                     sortie_error **error);

/**
 * Reads the next bytes of the content, decoded of its content codings, as soon as there are some.
 *
 * Only time that is spent in here counts against the time between bytes; that of the whole call goes on. Read to its end, its
 * connection serves the next call.
 *
 * Parameters: `count`: how many bytes were written to `buffer`. 0 is the end, and comes again; where `size` is 0 it says
 * nothing.
 * Returns: why the content cannot be read on, behind all that came before; the same error comes again.
 * `SORTIE_ERR_ARGUMENT` for a size that no memory has; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: the stream's one.
 */
sortie_status sortie_stream_read(sortie_stream *stream,
                                 uint8_t *buffer,
                                 size_t size,
                                 size_t *count,
                                 sortie_error **error);

/**
 * How many trailer fields came behind the content.
 *
 * Returns: 0 before the end, and where `stream` is NULL.
 * Threads: the stream's one.
 */
size_t sortie_stream_trailer_count(const sortie_stream *stream);

/**
 * The name of a trailer field, as it was sent.
 *
 * Parameters: `index`: counted from 0.
 * Returns: a text that lives as long as the stream; NULL past the last, before the end, and where `stream` is NULL.
 * Threads: the stream's one.
 */
const char *sortie_stream_trailer_name(const sortie_stream *stream, size_t index);

/**
 * The value of a trailer field.
 *
 * Parameters: `index`: counted from 0.
 * Returns: a text that lives as long as the stream; NULL past the last, before the end, and where `stream` is NULL.
 * Threads: the stream's one.
 */
const char *sortie_stream_trailer_value(const sortie_stream *stream, size_t index);

/**
 * Lets a stream go, and the response that it lent. Content that was not read to its end is given up: its connection is
 * closed.
 *
 * Parameters: `stream`: or NULL, which is ignored.
 * Threads: the stream's one.
 */
void sortie_stream_free(sortie_stream *stream);

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
