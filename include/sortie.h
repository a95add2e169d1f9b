/*
 * libsortie: HTTP for humans, in batches.
 *
 * Made by cbindgen from crates/capi; change that, not this. docs/c.md is the guide.
 *
 * The laws that hold for every function:
 *
 *  1. What a function hands over through an out parameter is yours, unless it says that it is lent: free it once, by the
 *     `_free` of its type, which ignores NULL. What an accessor returns, and what a callback is given, is lent. No function
 *     keeps or frees a handle that you pass: it copies.
 *  2. Functions that can fail return a `sortie_status` and take a `sortie_error **` last. Other out parameters are written
 *     only on success, `*error` only on failure, and a NULL `error` is not written.
 *  3. A session may be used from any thread, and from several at once; a batch, a stream and a request from one thread at a
 *     time; a waker and a cancel from any. Responses and errors may be read by any thread.
 *  4. A NULL handle gives SORTIE_ERR_NULL, or, from a function that returns a value, a value of nothing: 0, NULL, no bytes.
 *     Texts are UTF-8 and end with a NUL. Bodies carry a length. Enumerations are passed as int32_t, yes and no as 1 and 0.
 *  5. Callbacks take their context first and come with a `drop` for it, or NULL; it is called once, also where the function
 *     that was handed it fails. A callback that uses the batch, or reads the stream, which called it gets SORTIE_ERR_BUSY;
 *     it may free that: it goes when the function that has called back returns.
 *  6. What is lent lives as long as the handle that lent it; what a callback is given, until the callback returns.
 *  7. No panic crosses the boundary: it becomes SORTIE_ERR_PANIC. A callback must not throw, or jump out by longjmp.
 *  8. After fork() a session, a batch, a stream, a waker and a cancel answer SORTIE_ERR_FORKED in the child, where their
 *     `_free` only closes; the child makes its own. Other handles are plain data, and stay of use. A `drop` is called in
 *     the process that handed its context over, and in no child of it. A child that is forked in a callback other than
 *     sortie_write and sortie_done has to exec or _exit in it.
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
 * Every address may be connected to.
 */
#define SORTIE_ADDRESSES_ALL 0

/**
 * Only what the whole internet can reach: no loopback, private, link-local or otherwise special address.
 */
#define SORTIE_ADDRESSES_PUBLIC 1

/**
 * TLS 1.2 (RFC 5246).
 */
#define SORTIE_TLS_1_2 12

/**
 * TLS 1.3 (RFC 8446).
 */
#define SORTIE_TLS_1_3 13

/**
 * A log has a line for each exchange as it is sent: local time, method, URL without secrets.
 */
#define SORTIE_LOG_LINES 0

/**
 * A log has a line for everything that happens; the words may change between versions.
 */
#define SORTIE_LOG_DETAILED 1

/**
 * Cookies as `cookies.txt` of Netscape, which curl, wget and many others share.
 */
#define SORTIE_COOKIES_NETSCAPE 0

/**
 * Cookies as JSON, with all that is known of them.
 */
#define SORTIE_COOKIES_JSON 1

/**
 * Many calls on one loop: submit, turn, take. Each call ends in exactly one outcome.
 *
 * It belongs to one thread at a time. A function that finds it in use, by another thread or since it has called back, gives
 * `SORTIE_ERR_BUSY` at once.
 */
typedef struct sortie_batch sortie_batch;

/**
 * Ends the calls that it was given to, from any thread. Once fired it stays so: what is sent with it later ends at once.
 */
typedef struct sortie_cancel sortie_cancel;

/**
 * Cookies as they were at one moment: later ones do not come in. Reading it is free of races: any thread may, at any time.
 */
typedef struct sortie_cookies sortie_cookies;

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
 * Whether, how often and when a call goes again: after a failure of the network, or after a status that says that the server
 * could not do it now. Only idempotent methods go again (RFC 9110, section 9.2.2), unless it says otherwise or nothing of the
 * request was sent; and only a body that can be sent again does.
 */
typedef struct sortie_retries sortie_retries;

/**
 * What persists between calls: cookies, defaults, hooks, connections. Threads may share one: none waits for another's I/O.
 */
typedef struct sortie_session sortie_session;

/**
 * A response whose head is here, and whose content comes as it is read. Where nobody reads, nothing is received: the server
 * has to wait. What is held does not grow with the content.
 *
 * It belongs to one thread at a time. A read that finds it in use, by another thread or since it has called back, gives
 * `SORTIE_ERR_BUSY` at once.
 */
typedef struct sortie_stream sortie_stream;

/**
 * How connections are secured: whom to trust, who we are. What is not said is as it is by default: the system's roots, TLS 1.2
 * and 1.3, everything verified.
 */
typedef struct sortie_tls sortie_tls;

/**
 * Ends the wait of a batch's turn, from any thread. It may outlive its batch, and wakes nobody then.
 */
typedef struct sortie_waker sortie_waker;

/**
 * How a function ended: `SORTIE_OK`, `SORTIE_EMPTY`, or one of `SORTIE_ERR_...`. New ones may be added in their groups.
 */
typedef int32_t sortie_status;

/**
 * How far a batch had come at one moment.
 */
typedef struct {
    /**
     * How many requests there are in all; `SORTIE_UNKNOWN` where more may be submitted.
     */
    uint64_t total;
    /**
     * How many were submitted, those that could not be sent included.
     */
    uint64_t submitted;
    /**
     * How many have not ended: queued or under way.
     */
    uint64_t in_flight;
    /**
     * How many have ended, the failed ones included.
     */
    uint64_t done;
    /**
     * How many of those ended with an error. A status of 400 or above is none.
     */
    uint64_t failed;
    /**
     * How many bytes of content came, decoded, in responses.
     */
    uint64_t bytes;
    /**
     * From the first submission to the last turn.
     */
    uint64_t elapsed_ns;
} sortie_progress;

/**
 * Is told how far a batch has come. `progress` is lent.
 */
typedef void (*sortie_progress_callback)(void *context, const sortie_progress *progress);

/**
 * Lets a callback's context go, once, when nothing can call back any more. NULL where there is nothing to let go. In the child
 * of a fork it is not called: what the context is belongs to the parent.
 */
typedef void (*sortie_drop)(void *context);

/**
 * How one call has ended: `response` or `error`, the other is NULL.
 *
 * What `sortie_batch_take` or a map has filled is yours: free the one that is there. What a callback is given is lent.
 */
typedef struct {
    /**
     * The number that the call was given when it was submitted; in a map the index of its request.
     */
    uint64_t call;
    /**
     * What it was submitted with; NULL in a map.
     */
    void *user;
    /**
     * The response, whatever its status.
     */
    sortie_response *response;
    /**
     * Why there is none.
     */
    sortie_error *error;
} sortie_outcome;

/**
 * Is told how a call has ended, by the turn that comes across it. `outcome`, and what is in it, is lent.
 */
typedef void (*sortie_done)(void *context, const sortie_outcome *outcome);

/**
 * A cookie. Its texts live as long as the list that it is from.
 */
typedef struct {
    /**
     * The name; empty where it has none.
     */
    const char *name;
    /**
     * The value, as it was received: quotes stay where they stood.
     */
    const char *value;
    /**
     * The host, or the parent whose hosts it is all for: lower case, no leading dot.
     */
    const char *domain;
    /**
     * The path at and below which it is sent.
     */
    const char *path;
    /**
     * When it ends, in seconds since 1970; `SORTIE_NEVER`: with the session.
     */
    int64_t expires_s;
    /**
     * Whether it goes by https only: 1 or 0.
     */
    int32_t secure;
    /**
     * Whether it was marked HttpOnly, which holds nothing back here: 1 or 0.
     */
    int32_t http_only;
    /**
     * Whether it is for that host alone: 1 or 0.
     */
    int32_t host_only;
    /**
     * What it said of SameSite, which holds nothing back here: "Strict", "Lax" or "None"; NULL where it said nothing.
     */
    const char *same_site;
} sortie_cookie;

/**
 * What became of the connections of a batch's loop.
 */
typedef struct {
    /**
     * How many were opened.
     */
    uint64_t opened;
    /**
     * How often a connection served another request.
     */
    uint64_t reused;
    /**
     * How many could not be opened.
     */
    uint64_t failed;
    /**
     * How many of those that were opened are secured by TLS.
     */
    uint64_t secured;
    /**
     * How many of those took up an earlier session of TLS.
     */
    uint64_t resumed;
} sortie_pool;

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
 * Takes a piece of content, which is lent until it returns. 0 goes on; anything else stops the call, which ends with
 * `SORTIE_ERR_CANCELLED`.
 */
typedef int32_t (*sortie_write)(void *context, const uint8_t *data, size_t size);

/**
 * Runs before anything is encoded; the session's defaults are merged in. `request` is a copy that the hook may change: see
 * `sortie_session_on_args`.
 */
typedef int32_t (*sortie_args_hook)(void *context, sortie_request *request, sortie_reason *reason);

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
 * Gives the next bytes of a body: writes up to `size` of them to `buffer`, and returns how many; 0 is the end. A negative
 * number, or more than `size`, is a failure: the call ends with `SORTIE_ERR_BODY`. It may wait.
 *
 * It may run on after the call has ended, as by a timeout or a cancel, and after the request and the session were freed: what
 * `context` leads to has to live until its `drop` is called.
 */
typedef int64_t (*sortie_read)(void *context, uint8_t *buffer, size_t size);

/**
 * Is told a line of a log: NUL-ended, without a line break, `size` bytes of UTF-8 before the NUL. It is lent until the callback
 * returns. Called on whichever thread works for the session, several at once; it may use the session.
 */
typedef void (*sortie_log)(void *context, const char *line, size_t size);

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
 * A batch of a session's: what is submitted brings its defaults and cookies along, and uses its connections.
 *
 * Parameters: `session`: its limits hold, unless `sortie_batch_set_...` says otherwise.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Ownership: `*batch` is yours: free it by `sortie_batch_free`. The session may be freed before.
 * Threads: any; the batch belongs to one thread at a time.
 */
sortie_status sortie_batch_new(const sortie_session *session, sortie_batch **batch, sortie_error **error);

/**
 * Cancels a call, whatever state it is in: its outcome is an error of the status `SORTIE_ERR_CANCELLED`.
 *
 * Parameters: `call`: what `sortie_batch_submit` gave.
 * Returns: `SORTIE_EMPTY` where it had ended, or never was; `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one; from another one, use a `sortie_cancel`.
 */
sortie_status sortie_batch_cancel(const sortie_batch *batch, uint64_t call, sortie_error **error);

/**
 * Cancels all that is unfinished. The outcomes come as others do.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one; from another one, use a `sortie_cancel`.
 */
sortie_status sortie_batch_cancel_all(const sortie_batch *batch, sortie_error **error);

/**
 * How many calls were submitted, and neither taken nor told to their callbacks.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_unfinished(const sortie_batch *batch, size_t *count, sortie_error **error);

/**
 * Lets a batch go. What is unfinished is cancelled; outcomes that were not taken are lost, and their callbacks not called.
 * Hooks and `drop` functions that run meanwhile find the batch in use.
 *
 * In a callback of the batch's own turn it goes when that turn returns, which tells no other callback.
 *
 * Parameters: `batch`: or NULL, which is ignored.
 * Threads: the batch's one. Where another is in it all the same, it goes when that one is out.
 */
void sortie_batch_free(sortie_batch *batch);

/**
 * How many connections there may be at the same time, in all and to one origin.
 *
 * Parameters: `most`: 0 counts as 1. Default: the session's limits, which are 128 in all and 16 an origin.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_set_concurrency(const sortie_batch *batch, size_t most, sortie_error **error);

/**
 * How many connections to one origin there may be at the same time.
 *
 * Parameters: `most`: 0 counts as 1. Default: as many as `sortie_batch_set_concurrency` says, and else the session's limit.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_set_per_origin(const sortie_batch *batch,
                                          size_t most,
                                          sortie_error **error);

/**
 * Bounds the whole batch, from its first request on: what is unfinished then, or comes later, ends with
 * `SORTIE_ERR_DEADLINE`.
 *
 * Parameters: `deadline_ms`: `SORTIE_NEVER` lifts one that has not passed. Default: never.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_set_deadline_ms(const sortie_batch *batch, int64_t deadline_ms, sortie_error **error);

/**
 * Whether the rest is given up when a call has ended with an error: it ends with `SORTIE_ERR_FAILED_FAST`.
 *
 * Parameters: `fast`: 1 or 0. A status of 400 or above is no error. Default: 0.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_set_fail_fast(const sortie_batch *batch, int32_t fast, sortie_error **error);

/**
 * How many bytes of content may be held at the same time: by calls that are being received, and by outcomes that wait to be
 * taken. When they are more, nothing is read until outcomes were taken, but for the oldest call.
 *
 * Parameters: `bytes`: `SORTIE_UNKNOWN` for any number, which is the default. What is past it is 1 MiB a connection at the
 * most. Where calls have callbacks, the outcomes of others no longer count once a turn or a take has come across them.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_set_memory_budget(const sortie_batch *batch,
                                             uint64_t bytes,
                                             sortie_error **error);

/**
 * Heeds servers that ask for time: a 429 or 503 with Retry-After holds the calls to that origin that were not sent yet.
 *
 * Parameters: `most_ms`: for how long at the most; `SORTIE_NEVER` does not heed them, which is the default.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_set_gate_ms(const sortie_batch *batch, int64_t most_ms, sortie_error **error);

/**
 * Bounds the retries of the batch to a share of the calls that were submitted so far.
 *
 * Parameters: `share`: 0.1 allows one retry for each ten calls, 0 none, a negative number any number, which is the default.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_set_retry_budget(const sortie_batch *batch,
                                            double share,
                                            sortie_error **error);

/**
 * Has a cancel end all that is unfinished, from any thread, and all that is submitted later.
 *
 * Parameters: `cancel`: takes the place of one that was given before; or NULL for none.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_set_cancel(const sortie_batch *batch, const sortie_cancel *cancel, sortie_error **error);

/**
 * Has a callback told of the progress as outcomes come in, at most ten times a second, and when all that was submitted has
 * been taken.
 *
 * Parameters: `report`: takes the place of one that was given before, whose context is let go at once; or NULL for none. `drop`:
 * lets `context` go, or NULL.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one, on which the callback is called too. In it, the batch is busy.
 */
sortie_status sortie_batch_on_progress(const sortie_batch *batch,
                                       sortie_progress_callback report,
                                       void *context,
                                       sortie_drop drop,
                                       sortie_error **error);

/**
 * Queues a request. Nothing is sent before the next `sortie_batch_turn`. One that cannot be sent does not fail here: its
 * outcome is the error.
 *
 * Parameters: `user`: comes back with the outcome, or NULL; `call`: names the call until its outcome is taken, or NULL.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Ownership: the request is copied: free it, or submit it again.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_submit(const sortie_batch *batch,
                                  const sortie_request *request,
                                  void *user,
                                  uint64_t *call,
                                  sortie_error **error);

/**
 * Queues a request whose outcome a callback is told, within the turn that comes across it. `sortie_batch_take` does not give
 * it then.
 *
 * Parameters: `done`: called once, unless the batch is freed before; `drop`: lets `context` go, after that, or NULL; `call`:
 * names the call until it has ended, or NULL.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Ownership: the request is copied. What the callback is told is lent to it: it copies what it wants to keep.
 * Threads: the batch's one, on which the callback is called too. In it, the batch is busy.
 */
sortie_status sortie_batch_submit_with(const sortie_batch *batch,
                                       const sortie_request *request,
                                       sortie_done done,
                                       void *context,
                                       sortie_drop drop,
                                       uint64_t *call,
                                       sortie_error **error);

/**
 * Queues many requests: all of them, or, where it fails, none.
 *
 * Parameters: `requests`: `count` of them; `users`: one for each, which comes back with its outcome, or NULL for none; `calls`:
 * room for `count` numbers, or NULL.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Ownership: the requests are copied.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_submit_many(const sortie_batch *batch,
                                       const sortie_request *const *requests,
                                       void *const *users,
                                       size_t count,
                                       uint64_t *calls,
                                       sortie_error **error);

/**
 * Waits for something to happen, and does what follows from it; calls that have ended are told to their callbacks.
 *
 * Returns at once when nothing is unfinished, or when outcomes wait to be taken.
 *
 * Parameters: `wait_ms`: how long it may wait; 0 does not wait, `SORTIE_NEVER` waits as long as it takes.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`; `SORTIE_ERR_SYSTEM` where the
 * system's event queue has failed: all that was unfinished has ended with that error.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_turn(const sortie_batch *batch,
                                int64_t wait_ms,
                                sortie_error **error);

/**
 * The next outcome, in the order in which calls ended; those that a callback is told are passed over.
 *
 * Returns: `SORTIE_EMPTY` where there is none, and nothing is written; `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`,
 * `SORTIE_ERR_FORKED`.
 * Ownership: the response or the error in it is yours: free it.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_take(const sortie_batch *batch, sortie_outcome *outcome, sortie_error **error);

/**
 * The next outcomes, as many as there are and there is room for.
 *
 * Parameters: `outcomes`: room for `capacity` of them; `count`: how many were written, 0 where there are none.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Ownership: the responses and errors in them are yours: free them.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_take_many(const sortie_batch *batch,
                                     sortie_outcome *outcomes,
                                     size_t capacity,
                                     size_t *count,
                                     sortie_error **error);

/**
 * The descriptor that becomes readable when a turn is due, for a loop of your own.
 *
 * Wait for it, and for `sortie_batch_timeout_ms`, whichever comes first; then turn, and take. It may be waited for
 * edge-triggered. Take it out of your loop before the batch is freed: it may stay open, and serve the session's next call.
 *
 * Parameters: `fd`: stays the same until a turn fails. It is the library's: do not close it.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`; `SORTIE_ERR_SYSTEM` where the loop cannot be made.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_fd(const sortie_batch *batch,
                              int32_t *fd,
                              sortie_error **error);

/**
 * How long a loop of your own may wait before it turns the batch, though its descriptor is quiet. Ask anew after each submit,
 * turn and take.
 *
 * Parameters: `timeout_ms`: rounded up to whole milliseconds, as poll and epoll take it; 0 where there is work left, -1 where
 * nothing is awaited. May be early, never late.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_timeout_ms(const sortie_batch *batch,
                                      int32_t *timeout_ms,
                                      sortie_error **error);

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
 * How many cookies there are.
 *
 * Returns: 0 where `cookies` is NULL.
 * Threads: any.
 */
size_t sortie_cookies_count(const sortie_cookies *cookies);

/**
 * One of the cookies, the oldest first.
 *
 * Parameters: `index`: from 0 on.
 * Returns: `SORTIE_ERR_ARGUMENT` for an index past the end; `SORTIE_ERR_NULL`.
 * Ownership: the texts in `*cookie` are lent by the list.
 * Threads: any.
 */
sortie_status sortie_cookies_at(const sortie_cookies *cookies,
                                size_t index,
                                sortie_cookie *cookie,
                                sortie_error **error);

/**
 * The value of the first cookie of this name, the oldest of them; names are of upper and lower case.
 *
 * Returns: a text that lives as long as `cookies`; NULL where there is none of that name, and where either is NULL.
 * Threads: any.
 */
const char *sortie_cookies_value(const sortie_cookies *cookies, const char *name);

/**
 * Lets a list go, and all that it lent.
 *
 * Parameters: `cookies`: or NULL, which is ignored.
 * Threads: one, when no other reads it any more.
 */
void sortie_cookies_free(sortie_cookies *cookies);

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
 * Sends many requests at once, as far as the session's limits go, and waits for all answers.
 *
 * Parameters: `requests`: `count` of them, the same one as often as you like; `cancel`: ends all that is unfinished when it is
 * fired, or NULL; `outcomes`: room for `count`, filled in the order of the requests. A failure stays in its own slot.
 * Returns: `SORTIE_OK`, also where calls have failed; `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_FORKED`: nothing
 * was sent then, and no slot is written.
 * Ownership: requests are copied; what is in the outcomes is yours: free each response and each error.
 * Threads: any, several at once.
 */
sortie_status sortie_session_map(const sortie_session *session,
                                 const sortie_request *const *requests,
                                 size_t count,
                                 const sortie_cancel *cancel,
                                 sortie_outcome *outcomes,
                                 sortie_error **error);

/**
 * Sends many requests at once, within the limits of a batch, and waits for all answers. What was submitted to the batch
 * stays as it is, on connections of its own.
 *
 * Parameters: `requests`: `count` of them; `outcomes`: room for `count`, filled in the order of the requests. The batch's
 * deadline counts from now, for these requests alone; with a memory budget, what does not fit fails in its slot.
 * Returns: `SORTIE_OK`, also where calls have failed; `SORTIE_ERR_NULL`, `SORTIE_ERR_ARGUMENT`, `SORTIE_ERR_BUSY`,
 * `SORTIE_ERR_FORKED`: nothing was sent then, and no slot is written.
 * Ownership: requests are copied; what is in the outcomes is yours: free each response and each error.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_map(const sortie_batch *batch,
                               const sortie_request *const *requests,
                               size_t count,
                               sortie_outcome *outcomes,
                               sortie_error **error);

/**
 * Sends a GET request, and waits for the answer, redirects included. A status of 400 or above is a response, no error.
 *
 * Such calls share connections in the process; cookies live as long as each call.
 *
 * Parameters: `url`: absolute.
 * Returns: `SORTIE_OK`, and else why no response could be had.
 * Ownership: `*response` is yours: free it by `sortie_response_free`.
 * Threads: any, several at once.
 */
sortie_status sortie_get(const char *url, sortie_response **response, sortie_error **error);

/**
 * Sends a POST request with this body, as `sortie_get` sends a GET request.
 *
 * Parameters: `url`: absolute; `data`, `size`: the body, NULL where it is empty; `content_type`: the Content-Type field, or
 * NULL for none.
 * Returns: `SORTIE_OK`, and else why no response could be had.
 * Ownership: the body is copied; `*response` is yours: free it by `sortie_response_free`.
 * Threads: any, several at once.
 */
sortie_status sortie_post(const char *url,
                          const uint8_t *data,
                          size_t size,
                          const char *content_type,
                          sortie_response **response,
                          sortie_error **error);

/**
 * What became of the connections of a batch's loop since that was made. All is 0 before the first request.
 *
 * Parameters: `pool`: a loop that has served the session before brings its figures along.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_pool(const sortie_batch *batch, sortie_pool *pool, sortie_error **error);

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
 * Sets another body, and the Content-Length that it has. Content-Encoding goes, since it told of the body before: a hook that
 * encodes the new one sets it afterwards. Content-Type stays as it is.
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
 * How far a batch has come, as of its last turn.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`; never `SORTIE_ERR_BUSY`.
 * Threads: any, also while another turns the batch. Each figure is right; they may be of slightly different moments.
 */
sortie_status sortie_batch_progress(const sortie_batch *batch, sortie_progress *progress, sortie_error **error);

/**
 * Sends a request, and hands the content to a callback as it comes, decoded: nothing of it is kept. Nothing is received
 * while the callback runs; it may take its time.
 *
 * The callback is called for whatever status came; it may use the session. Where it forks, and returns in both processes, the
 * call goes on in the parent.
 *
 * Parameters: `write`: is called on the caller's thread; `context`: its first argument; `cancel`: ends the call when it is
 * fired, from any thread; or NULL.
 * Returns: `SORTIE_ERR_CANCELLED` where the callback asked to stop, or `cancel` was fired; else why there is no response, or
 * its content could not be read on; `SORTIE_ERR_FORKED` in the child of a callback that has forked.
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
 * How this request's connections are secured, those of redirects included, in place of the session's way.
 *
 * Requests that were given the same handle, which was not changed in between, share connections.
 *
 * Parameters: `tls`: as it is now; a client certificate in it is shown to any server on the way that asks for one.
 * Returns: `SORTIE_ERR_ARGUMENT` for a request that is lent to a hook; `SORTIE_ERR_UNSUPPORTED` where the library was built
 * without TLS; `SORTIE_ERR_NULL`.
 * Ownership: it is copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_tls(sortie_request *request,
                                     const sortie_tls *tls,
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
 * Says that it goes where a redirect led which the program follows itself: the session's parameters are not added again.
 *
 * Parameters: `left_origin`: whether one of the redirects left the first request's origin. Then what no other origin may see of
 * the session's defaults is not sent either: its credentials, and its sensitive header fields. netrc still holds.
 * Returns: `SORTIE_ERR_NULL`.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_redirected(sortie_request *request,
                                            int32_t left_origin,
                                            sortie_error **error);

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
 * Whether, how often and when it goes again after what went wrong, in place of what the session says.
 *
 * Parameters: `retries`: as they are now.
 * Returns: `SORTIE_ERR_NULL`.
 * Ownership: they are copied.
 * Threads: the request's one.
 */
sortie_status sortie_request_set_retries(sortie_request *request, const sortie_retries *retries, sortie_error **error);

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
 * where this function fails. It may be later than the call's end: without a `drop` nothing says when `context` may go.
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
 * Lets a response go, and all that it lent.
 *
 * Parameters: `response`: or NULL, which is ignored; so is one that is lent: of a history, by an error, to a callback.
 * Threads: one, when no other reads it any more.
 */
void sortie_response_free(sortie_response *response);

/**
 * The cookies that this response set; those of redirects are in the history. What was refused, or expired at once, is left out.
 *
 * Returns: `SORTIE_ERR_NULL`.
 * Ownership: `*cookies` is yours: free it by `sortie_cookies_free`.
 * Threads: any.
 */
sortie_status sortie_response_cookies(const sortie_response *response,
                                      sortie_cookies **cookies,
                                      sortie_error **error);

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
 * Fails where the status is 400 or above.
 *
 * Returns: `SORTIE_ERR_STATUS`, whose message is as `404 Client Error: Not Found for url: ...`, and whose error has this
 * response; `SORTIE_ERR_NULL`.
 * Threads: any.
 */
sortie_status sortie_response_raise_for_status(const sortie_response *response,
                                               sortie_error **error);

/**
 * Sets the status of a response, for a `response` hook that replaces what it was lent. The reason phrase becomes the usual one.
 *
 * Parameters: `response`: a hook's own; `status`: 100 to 999.
 * Returns: `SORTIE_ERR_ARGUMENT` for any other response or status; `SORTIE_ERR_NULL`.
 * Ownership: what was lent of the response before stays until the hook returns.
 * Threads: the hook's.
 */
sortie_status sortie_response_set_status(sortie_response *response,
                                         int32_t status,
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
 * So many retries of a call at most, and the defaults for the rest. Hand it to a session or a request.
 *
 * Parameters: `count`: 0 is never.
 * Returns: `SORTIE_ERR_NULL`.
 * Ownership: `*retries` is yours: free it by `sortie_retries_free`.
 * Threads: any; it belongs to one thread at a time.
 */
sortie_status sortie_retries_new(uint32_t count, sortie_retries **retries, sortie_error **error);

/**
 * After which statuses a call goes again.
 *
 * Parameters: `statuses`: `count` of them, each 100 to 599, in place of the default: 429, 502, 503 and 504. None at all: after
 * failures only.
 * Returns: `SORTIE_ERR_ARGUMENT` for another number; `SORTIE_ERR_NULL`.
 * Ownership: `statuses` is copied.
 * Threads: its one.
 */
sortie_status sortie_retries_set_statuses(sortie_retries *retries,
                                          const uint16_t *statuses,
                                          size_t count,
                                          sortie_error **error);

/**
 * Whether after failures of the network too: no address, no connection, a connection that broke or timed out.
 * Default: yes.
 *
 * Returns: `SORTIE_ERR_NULL`.
 * Threads: its one.
 */
sortie_status sortie_retries_set_failures(sortie_retries *retries, int32_t on, sortie_error **error);

/**
 * Whether whatever the method is. Default: no. With it the server may do twice what should be done once.
 *
 * Returns: `SORTIE_ERR_NULL`.
 * Threads: its one.
 */
sortie_status sortie_retries_set_any_method(sortie_retries *retries, int32_t on, sortie_error **error);

/**
 * How long to wait before each: the first time `first_ms`, then twice as long as the time before, at most `most_ms`. A
 * Retry-After that asks for longer is heeded; where it asks for more than `most_ms`, the response is the answer.
 *
 * Parameters: `first_ms`: 0 or more, by default 500; `most_ms`: 0 or more, by default 60,000.
 * Returns: `SORTIE_ERR_ARGUMENT` for a negative one; `SORTIE_ERR_NULL`.
 * Threads: its one.
 */
sortie_status sortie_retries_set_backoff_ms(sortie_retries *retries,
                                            int64_t first_ms,
                                            int64_t most_ms,
                                            sortie_error **error);

/**
 * How much of each wait is left to chance, so that many do not come back at once.
 *
 * Parameters: `percent`: 0 to 100. Default: 50.
 * Returns: `SORTIE_ERR_ARGUMENT` for another number; `SORTIE_ERR_NULL`.
 * Threads: its one.
 */
sortie_status sortie_retries_set_jitter(sortie_retries *retries, int32_t percent, sortie_error **error);

/**
 * Lets it go. What it was handed to has a copy.
 *
 * Parameters: `retries`: or NULL, which is ignored.
 * Threads: its one.
 */
void sortie_retries_free(sortie_retries *retries);

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
 * A `drop` that runs meanwhile, and uses the session, gets `SORTIE_ERR_BUSY`.
 *
 * Parameters: `session`: or NULL, which is ignored.
 * Threads: any.
 */
void sortie_session_free(sortie_session *session);

/**
 * Brings a name and a password with each request (RFC 7617), in place of other credentials. A redirect to another
 * origin does not get them.
 *
 * Parameters: `user`: without a colon.
 * Returns: `SORTIE_ERR_ARGUMENT` for a colon in `user`, or a control character; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`,
 * `SORTIE_ERR_FORKED`.
 * Ownership: both are copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_basic_auth(const sortie_session *session,
                                            const char *user,
                                            const char *password,
                                            sortie_error **error);

/**
 * Answers challenges of the scheme Digest (RFC 7616) by a name and a password, which are never sent as they are. In
 * place of other credentials.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Ownership: both are copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_digest_auth(const sortie_session *session,
                                             const char *user,
                                             const char *password,
                                             sortie_error **error);

/**
 * Brings a token with each request (RFC 6750), in place of other credentials. A redirect to another origin does not
 * get it.
 *
 * Returns: `SORTIE_ERR_INVALID_HEADER` for a token that no header field can have; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`,
 * `SORTIE_ERR_FORKED`.
 * Ownership: `token` is copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_bearer_auth(const sortie_session *session, const char *token, sortie_error **error);

/**
 * Brings nobody's credentials, which is the default. A netrc file still tells the hosts that it names.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_unset_auth(const sortie_session *session, sortie_error **error);

/**
 * Tells hosts the names and passwords of a netrc file, in place of the one that the environment names, where nothing
 * else is said of who asks. The file is read now.
 *
 * Returns: `SORTIE_ERR_FILE` where it cannot be read or understood; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`,
 * `SORTIE_ERR_FORKED`.
 * Ownership: `path` is copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_netrc(const sortie_session *session, const char *path, sortie_error **error);

/**
 * Sends each request through a proxy, in place of all that was said of proxies before, also by the environment. By
 * default it is what the environment says.
 *
 * Parameters: `url`: as `http://user:password@proxy.test:3128`; the schemes are `http`, `https`, `socks5` (names are looked up
 * here) and `socks5h` (by the proxy). NULL: straight, whatever the environment says.
 * Returns: `SORTIE_ERR_ARGUMENT` for a URL of no such proxy; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Ownership: `url` is copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_proxy(const sortie_session *session,
                                       const char *url,
                                       sortie_error **error);

/**
 * Sends some requests through a proxy, beside all else that was said of proxies before.
 *
 * Parameters: `key`: `http`, `https` or `all`, alone or before `://` and a host, such as `all://example.com`; the most precise
 * key holds. `proxy_url`: as for `sortie_session_set_proxy`.
 * Returns: `SORTIE_ERR_ARGUMENT` for another key, or a URL of no such proxy; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`,
 * `SORTIE_ERR_FORKED`.
 * Ownership: both are copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_proxy_for(const sortie_session *session,
                                           const char *key,
                                           const char *proxy_url,
                                           sortie_error **error);

/**
 * Which hosts need no proxy, in place of those that were named before, also by the environment.
 *
 * Parameters: `list`: between commas: `example.com` (and all below it), `10.0.0.1`, `10.0.0.0/8`, each of them with or without a
 * port, or `*`. Empty: every host needs it.
 * Returns: `SORTIE_ERR_ARGUMENT` for an entry that is none of these; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`,
 * `SORTIE_ERR_FORKED`.
 * Ownership: `list` is copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_no_proxy(const sortie_session *session,
                                          const char *list,
                                          sortie_error **error);

/**
 * Whether `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy` and netrc files are heeded where nothing else is said.
 * Default: yes.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_trust_env(const sortie_session *session, int32_t trusted, sortie_error **error);

/**
 * Connects to a Unix socket, in the place of whatever host a URL names. The environment's proxies are put aside; with
 * `sortie_session_set_proxy` it is the proxy that is there.
 *
 * Parameters: `path`: or NULL for none; the environment's proxies stay aside then.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Ownership: `path` is copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_unix_socket(const sortie_session *session, const char *path, sortie_error **error);

/**
 * The local address to connect from. Default: the system's choice.
 *
 * Parameters: `address`: an IPv4 or IPv6 address, without a port; or NULL for the default.
 * Returns: `SORTIE_ERR_ARGUMENT` for what is no address; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_bind(const sortie_session *session, const char *address, sortie_error **error);

/**
 * The network interface to connect through, such as `eth0`. Linux only. Default: the system's choice.
 *
 * Parameters: `name`: or NULL for the default.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`. One that there is not is told by the calls.
 * Ownership: `name` is copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_interface(const sortie_session *session, const char *name, sortie_error **error);

/**
 * How long a connection may be idle before the system asks the peer whether it is still there (SO_KEEPALIVE).
 *
 * Parameters: `idle_ms`: 1 or more, which counts as 1,000 at least and 32,767,000 at most, or `SORTIE_NEVER`. Default: 60,000.
 * Returns: `SORTIE_ERR_ARGUMENT` for another time; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_tcp_keepalive_ms(const sortie_session *session,
                                                  int64_t idle_ms,
                                                  sortie_error **error);

/**
 * The addresses of a name for connections to a port: nobody is asked for them. Once for each name and port; the last one
 * counts.
 *
 * Parameters: `port`: 1 to 65535; `addresses`: IPv4 and IPv6 addresses between commas, one at least.
 * Returns: `SORTIE_ERR_ARGUMENT` for another port, and for what is no address; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Ownership: both are copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_resolve(const sortie_session *session,
                                         const char *name,
                                         int32_t port,
                                         const char *addresses,
                                         sortie_error **error);

/**
 * Which addresses may be connected to, whoever names them: URLs, redirects, the resolver, proxies. Calls to others end with
 * `SORTIE_ERR_ADDRESS`.
 *
 * Parameters: `rule`: `SORTIE_ADDRESSES_ALL`, which is the default, or `SORTIE_ADDRESSES_PUBLIC`, for URLs that strangers choose.
 * Returns: `SORTIE_ERR_ARGUMENT` for another rule; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_addresses(const sortie_session *session,
                                           int32_t rule,
                                           sortie_error **error);

/**
 * Sees to it that up to `count` connections to the origin of a URL stand, TLS and proxy included, for the session's next
 * calls. Those that are there already and idle count; the others are opened. Waits for them; nothing is sent.
 *
 * Parameters: `count`: no more stand than the session's limits allow; 64 are opened at a time, and none after those of which
 * one has failed; `*standing`: how many stand, at least 1 unless `count` is 0.
 * Returns: why not one stands, such as `SORTIE_ERR_CONNECT`; `SORTIE_ERR_INVALID_URL`; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Threads: any.
 */
sortie_status sortie_session_warm(const sortie_session *session,
                                  const char *url,
                                  size_t count,
                                  size_t *standing,
                                  sortie_error **error);

/**
 * Whether cookies are kept and sent. Default: yes. Either way those that are there are let go.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_cookies(const sortie_session *session, int32_t kept, sortie_error **error);

/**
 * The cookies as they are now, the oldest first; none where the session keeps none.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Ownership: `*cookies` is yours: free it by `sortie_cookies_free`.
 * Threads: any.
 */
sortie_status sortie_session_cookies(const sortie_session *session, sortie_cookies **cookies, sortie_error **error);

/**
 * Keeps a cookie as if a response had set it.
 *
 * Parameters: `url`: which the response would have come from; `set_cookie`: the value of the field, such as
 * `sid=31d4; Path=/; Max-Age=3600`. One that has expired takes that of its name, domain and path away.
 * Returns: `SORTIE_ERR_ARGUMENT` where the rules of cookies refuse it, or the session keeps none;
 * `SORTIE_ERR_INVALID_URL`; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Ownership: both are copied.
 * Threads: any.
 */
sortie_status sortie_session_add_cookie(const sortie_session *session,
                                        const char *url,
                                        const char *set_cookie,
                                        sortie_error **error);

/**
 * Lets all cookies go.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any.
 */
sortie_status sortie_session_clear_cookies(const sortie_session *session, sortie_error **error);

/**
 * Saves the cookies to a file, which is replaced as a whole or not at all, and is for its owner alone.
 *
 * Parameters: `format`: `SORTIE_COOKIES_NETSCAPE`, which curl and others share, or `SORTIE_COOKIES_JSON`; `all`: 0 leaves out
 * those that end with the session.
 * Returns: `SORTIE_ERR_FILE`; `SORTIE_ERR_ARGUMENT` for another format, or where the session keeps no cookies;
 * `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Threads: any.
 */
sortie_status sortie_session_save_cookies(const sortie_session *session,
                                          const char *path,
                                          int32_t format,
                                          int32_t all,
                                          sortie_error **error);

/**
 * Keeps the cookies of a file, beside those that are there; one of the same name, domain and path is replaced. What is
 * damaged, expired or refused is passed over.
 *
 * Parameters: `format`: that of the file; `*count`: how many were kept.
 * Returns: `SORTIE_ERR_FILE` where it cannot be read, or is no such JSON; `SORTIE_ERR_ARGUMENT` for another format, or where
 * the session keeps no cookies; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Threads: any.
 */
sortie_status sortie_session_load_cookies(const sortie_session *session,
                                          const char *path,
                                          int32_t format,
                                          size_t *count,
                                          sortie_error **error);

/**
 * Joins the relative URLs of requests with this one, as a browser does with those of a page (RFC 3986, section 5).
 *
 * Parameters: `url`: absolute; end it with a `/`, since what stands behind its last `/` gives way. NULL: none, which is
 * the default, and a relative URL is an error.
 * Returns: `SORTIE_ERR_INVALID_URL`; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Ownership: `url` is copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_base_url(const sortie_session *session, const char *url, sortie_error **error);

/**
 * Sets the User-Agent field. By default it is `sortie/<version>`; `sortie_session_unset_header` sends none.
 *
 * Returns: `SORTIE_ERR_INVALID_HEADER` for a line break; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Ownership: `name` is copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_user_agent(const sortie_session *session, const char *name, sortie_error **error);

/**
 * Sets a header field of each request, in place of a default or of one of that name in any case.
 *
 * Returns: `SORTIE_ERR_INVALID_HEADER` for a name that is none or a value with a line break; `SORTIE_ERR_NULL`,
 * `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Ownership: both are copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_header(const sortie_session *session,
                                        const char *name,
                                        const char *value,
                                        sortie_error **error);

/**
 * Sets a header field that holds a credential: it is dropped when a redirect leaves the origin, and shown nowhere.
 *
 * Returns: `SORTIE_ERR_INVALID_HEADER` for a name that is none or a value with a line break; `SORTIE_ERR_NULL`,
 * `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Ownership: both are copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_sensitive_header(const sortie_session *session,
                                                  const char *name,
                                                  const char *value,
                                                  sortie_error **error);

/**
 * Sends no such header field, though it was set, or is a default such as `Accept`.
 *
 * Returns: `SORTIE_ERR_INVALID_HEADER` for a name that is none; `SORTIE_ERR_NULL`,
 * `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Ownership: `name` is copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_unset_header(const sortie_session *session, const char *name, sortie_error **error);

/**
 * Adds a query parameter to each request. It is encoded here; what stands in a URL stays as it is.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Ownership: both are copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_add_param(const sortie_session *session,
                                       const char *name,
                                       const char *value,
                                       sortie_error **error);

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
 * Whether redirects are followed. By default they are, but for HEAD.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_redirects(const sortie_session *session, int32_t follow, sortie_error **error);

/**
 * How many redirects of a call are followed; one more is `SORTIE_ERR_TOO_MANY_REDIRECTS`. Default: 30.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_max_redirects(const sortie_session *session, uint32_t most, sortie_error **error);

/**
 * Whether a redirect's request says by Referer where it comes from: the whole URL on the same origin, the origin alone on
 * another, nothing from https to http. Default: no.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_referer(const sortie_session *session,
                                         int32_t told,
                                         sortie_error **error);

/**
 * Whether, how often and when a call goes again after what went wrong. Default: never.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Ownership: `retries` is copied: later changes of it change nothing here.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_retries(const sortie_session *session,
                                         const sortie_retries *retries,
                                         sortie_error **error);

/**
 * Whether anything but https is refused, unsent (`SORTIE_ERR_INVALID_URL`), and redirects to it are not followed
 * (`SORTIE_ERR_REDIRECT`). Default: no.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_https_only(const sortie_session *session, int32_t only, sortie_error **error);

/**
 * How many bytes of decoded content are accepted; more is `SORTIE_ERR_CONTENT_TOO_LARGE`.
 *
 * Parameters: `most`: or `SORTIE_UNKNOWN`, which is the default: any number, but for content that decodes to more than
 * 256 MiB and 200 times its coded size.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_max_content(const sortie_session *session, uint64_t most, sortie_error **error);

/**
 * Whether a request that is not idempotent may be sent again where a pooled connection turns out to be closed.
 * Default: no.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_resend(const sortie_session *session, int32_t resend, sortie_error **error);

/**
 * How many connections a loop has at the same time, idle ones included. A batch is a loop of its own; so is each thread that sends at the same time as others.
 *
 * Parameters: `most`: 0 counts as 1. Default: 128.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_connections(const sortie_session *session,
                                             size_t most,
                                             sortie_error **error);

/**
 * How many connections a loop has to one origin at the same time.
 *
 * Parameters: `most`: 0 counts as 1. Default: 16.
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_per_origin(const sortie_session *session, size_t most, sortie_error **error);

/**
 * How long an idle connection is kept; a shorter `Keep-Alive: timeout` of the server wins.
 *
 * Parameters: `timeout_ms`: 1 or more, or `SORTIE_NEVER`: for as long as the server keeps it. Default: 90,000.
 * Returns: `SORTIE_ERR_ARGUMENT` for another time; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_idle_timeout_ms(const sortie_session *session,
                                                 int64_t timeout_ms,
                                                 sortie_error **error);

/**
 * Writes what happens to a descriptor, a line each by one write, in place of what was said of logs before. A line that cannot
 * be written is lost; no call fails for it.
 *
 * Parameters: `fd`: duplicated, so that it may be closed at once; a pipe whose reader is gone raises SIGPIPE, as with any
 * write. `style`: `SORTIE_LOG_LINES`: local time, method and URL of each exchange as it is sent; `SORTIE_LOG_DETAILED`:
 * everything, for debugging. Neither shows secrets.
 * Returns: `SORTIE_ERR_ARGUMENT` for another style; `SORTIE_ERR_SYSTEM` where `fd` is not open;
 * `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_log_fd(const sortie_session *session,
                                        int32_t fd,
                                        int32_t style,
                                        sortie_error **error);

/**
 * Appends what happens to a file, a line each by one write, in place of what was said of logs before. It is made where it is
 * not there. A line that cannot be written is lost; no call fails for it.
 *
 * Parameters: `style`: as for `sortie_session_set_log_fd`.
 * Returns: `SORTIE_ERR_FILE` where it cannot be opened; `SORTIE_ERR_ARGUMENT` for another style; `SORTIE_ERR_NULL`,
 * `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Ownership: `path` is copied.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_log_path(const sortie_session *session,
                                          const char *path,
                                          int32_t style,
                                          sortie_error **error);

/**
 * Tells a callback what happens, in place of what was said of logs before.
 *
 * Parameters: `style`: as for `sortie_session_set_log_fd`.
 * Returns: `SORTIE_ERR_ARGUMENT` for another style; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Ownership: `context` is let go by `drop`, unless that is NULL: when another log is set, or the session is gone, and the calls
 * that began before have ended; at once where this fails.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_log_callback(const sortie_session *session,
                                              sortie_log log,
                                              void *context,
                                              sortie_drop drop,
                                              int32_t style,
                                              sortie_error **error);

/**
 * Tells nobody what happens, which is the default.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_unset_log(const sortie_session *session, sortie_error **error);

/**
 * A session as a file of `sortie_session_save` tells it, upon the library's defaults. What is not known in it, and cookies that
 * are damaged or expired, are passed over.
 *
 * Returns: `SORTIE_ERR_FILE` where it cannot be read, or what it says cannot be used: a cause names the line and the field;
 * `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: `*session` is yours: free it by `sortie_session_free`.
 * Threads: any.
 */
sortie_status sortie_session_restore(const char *path,
                                     sortie_session **session,
                                     sortie_error **error);

/**
 * Saves what a session was told, as JSON. Callbacks, and how connections are made (TLS, addresses, sockets), are never in it.
 * The file is replaced as a whole or not at all, and is for its owner alone. Blocks until the disk has it.
 *
 * Parameters: `with_secrets`: 0: no credentials, no cookies; 1: with them, but for cookies that end with the session.
 * Returns: `SORTIE_ERR_FILE`; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
 * Threads: any.
 */
sortie_status sortie_session_save(const sortie_session *session,
                                  const char *path,
                                  int32_t with_secrets,
                                  sortie_error **error);

/**
 * How connections are secured: roots, pins, a client certificate. Default: the system's roots, TLS 1.2 and 1.3.
 *
 * Returns: `SORTIE_ERR_UNSUPPORTED` where the library was built without TLS; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Ownership: `tls` is copied: later changes of it change nothing here. Sessions and requests that were handed the same one, not
 * changed in between, resume each other's TLS sessions.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_tls(const sortie_session *session,
                                     const sortie_tls *tls,
                                     sortie_error **error);

/**
 * How connections to an `https` proxy are secured. By default with the roots, the lowest version and the key log of
 * `sortie_session_set_tls`, and nothing else of it.
 *
 * Returns: `SORTIE_ERR_UNSUPPORTED` where the library was built without TLS; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
 * Ownership: `tls` is copied: later changes of it change nothing here. Sessions and requests that were handed the same one, not
 * changed in between, resume each other's TLS sessions.
 * Threads: any; it holds for calls that begin later.
 */
sortie_status sortie_session_set_proxy_tls(const sortie_session *session,
                                           const sortie_tls *tls,
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
 * `response` hooks run before the content is there: what they set in its place is dropped. `post_request` hooks when it has ended, failed, or was given up.
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
 * `SORTIE_ERR_ARGUMENT` for a size that no memory has; `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
 * Threads: the stream's one. A hook of the request may run in it.
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
 * In a hook that its own read runs it goes when that read returns, and what it lent with it.
 *
 * Parameters: `stream`: or NULL, which is ignored.
 * Threads: the stream's one. Where another reads it all the same, it goes when that one is out.
 */
void sortie_stream_free(sortie_stream *stream);

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
 * How connections are secured, as it is by default. Hand it to a session or a request.
 *
 * Returns: `SORTIE_ERR_UNSUPPORTED` where the library was built without TLS; `SORTIE_ERR_NULL`.
 * Ownership: `*tls` is yours: free it by `sortie_tls_free`.
 * Threads: any; it belongs to one thread at a time.
 */
sortie_status sortie_tls_new(sortie_tls **tls, sortie_error **error);

/**
 * Trusts the certificates of a PEM file in place of the system's roots, beside others that are given.
 *
 * The file is read now, and not again.
 * Returns: `SORTIE_ERR_FILE` where it cannot be read or has no such certificate; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: `path` is copied.
 * Threads: its one.
 */
sortie_status sortie_tls_set_roots_file(sortie_tls *tls, const char *path, sortie_error **error);

/**
 * Trusts the certificates in `pem` in place of the system's roots, beside others that are given.
 *
 * Parameters: `pem`: `size` bytes of PEM.
 * Returns: `SORTIE_ERR_ARGUMENT` where it has no such certificate; `SORTIE_ERR_NULL`.
 * Ownership: `pem` is copied.
 * Threads: its one.
 */
sortie_status sortie_tls_set_roots_pem(sortie_tls *tls, const uint8_t *pem, size_t size, sortie_error **error);

/**
 * Trusts the certificates of a PEM file as well as the system's roots, and others that are given.
 *
 * The file is read now, and not again.
 * Returns: `SORTIE_ERR_FILE` where it cannot be read or has no such certificate; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: `path` is copied.
 * Threads: its one.
 */
sortie_status sortie_tls_add_roots_file(sortie_tls *tls, const char *path, sortie_error **error);

/**
 * Trusts the certificates in `pem` as well as the system's roots, and others that are given.
 *
 * Parameters: `pem`: `size` bytes of PEM.
 * Returns: `SORTIE_ERR_ARGUMENT` where it has no such certificate; `SORTIE_ERR_NULL`.
 * Ownership: `pem` is copied.
 * Threads: its one.
 */
sortie_status sortie_tls_add_roots_pem(sortie_tls *tls, const uint8_t *pem, size_t size, sortie_error **error);

/**
 * Shows a certificate of ours to servers that ask for one.
 *
 * The files are read now, and not again.
 * Parameters: `chain_path`: PEM, our own certificate first; `key_path`: its key as PEM, PKCS#8, PKCS#1 or SEC1, not encrypted. Both
 * may be the same file.
 * Returns: `SORTIE_ERR_FILE` where one cannot be read or used, or they do not belong together; `SORTIE_ERR_NULL`,
 * `SORTIE_ERR_UTF8`.
 * Ownership: both are copied.
 * Threads: its one.
 */
sortie_status sortie_tls_set_identity_files(sortie_tls *tls,
                                            const char *chain_path,
                                            const char *key_path,
                                            sortie_error **error);

/**
 * Shows a certificate of ours to servers that ask for one.
 *
 * Parameters: `pem`: `size` bytes of PEM: the chain, our own first, and its key, as in `sortie_tls_set_identity_files`.
 * Returns: `SORTIE_ERR_ARGUMENT` where it cannot be used; `SORTIE_ERR_NULL`.
 * Ownership: `pem` is copied.
 * Threads: its one.
 */
sortie_status sortie_tls_set_identity_pem(sortie_tls *tls, const uint8_t *pem, size_t size, sortie_error **error);

/**
 * Trusts only a peer whose key is known, beside the usual verification. Can be given several times; one has to match.
 *
 * Parameters: `digest`: the SHA-256 of a certificate's SubjectPublicKeyInfo (RFC 7469, section 2.4); `size`: 32.
 * Returns: `SORTIE_ERR_ARGUMENT` for another size; `SORTIE_ERR_NULL`.
 * Ownership: `digest` is copied.
 * Threads: its one.
 */
sortie_status sortie_tls_add_pin_sha256(sortie_tls *tls, const uint8_t *digest, size_t size, sortie_error **error);

/**
 * Asks for a name, and verifies it, in place of the host that a URL names.
 *
 * Parameters: `name`: a name or an IP address.
 * Returns: `SORTIE_ERR_ARGUMENT` for what is neither; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
 * Ownership: `name` is copied.
 * Threads: its one.
 */
sortie_status sortie_tls_set_server_name(sortie_tls *tls, const char *name, sortie_error **error);

/**
 * The lowest version that is spoken.
 *
 * Parameters: `version`: `SORTIE_TLS_1_2`, which is the default, or `SORTIE_TLS_1_3`.
 * Returns: `SORTIE_ERR_ARGUMENT` for another; `SORTIE_ERR_NULL`.
 * Threads: its one.
 */
sortie_status sortie_tls_set_min_version(sortie_tls *tls, int32_t version, sortie_error **error);

/**
 * Trusts any certificate: expired, of another host, of an unknown issuer. Default: no. Whoever stands between can then read and
 * change everything, unless a pin tells the peer.
 *
 * Returns: `SORTIE_ERR_NULL`.
 * Threads: its one.
 */
sortie_status sortie_tls_set_danger_accept_invalid_certs(sortie_tls *tls,
                                                         int32_t accept,
                                                         sortie_error **error);

/**
 * Writes the secrets of each TLS session to the file that `SSLKEYLOGFILE` names, for whoever looks into a capture of it.
 * Default: no, whatever the environment says.
 *
 * Returns: `SORTIE_ERR_NULL`.
 * Threads: its one.
 */
sortie_status sortie_tls_set_key_log(sortie_tls *tls,
                                     int32_t write,
                                     sortie_error **error);

/**
 * Whether TLS sessions are resumed, which spares a round trip, or signatures and certificates. Default: yes.
 *
 * Returns: `SORTIE_ERR_NULL`.
 * Threads: its one.
 */
sortie_status sortie_tls_set_resumption(sortie_tls *tls, int32_t resume, sortie_error **error);

/**
 * Lets it go. What it was handed to has a copy.
 *
 * Parameters: `tls`: or NULL, which is ignored.
 * Threads: its one.
 */
void sortie_tls_free(sortie_tls *tls);

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

/**
 * What ends the wait of a batch's turn.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`; `SORTIE_ERR_SYSTEM` where the loop cannot be made.
 * Ownership: `*waker` is yours: free it by `sortie_waker_free`, before or after the batch.
 * Threads: the batch's one.
 */
sortie_status sortie_batch_waker(const sortie_batch *batch,
                                 sortie_waker **waker,
                                 sortie_error **error);

/**
 * Ends the present wait of the batch's turn, or the next one. Several wakes before a turn are one.
 *
 * Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`; `SORTIE_ERR_SYSTEM` where the system refuses, of which no cause is known.
 * Threads: any.
 */
sortie_status sortie_waker_wake(const sortie_waker *waker,
                                sortie_error **error);

/**
 * Lets a waker go. Its batch goes on.
 *
 * Parameters: `waker`: or NULL, which is ignored.
 * Threads: one, when no other uses it any more.
 */
void sortie_waker_free(sortie_waker *waker);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SORTIE_H */
