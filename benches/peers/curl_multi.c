/* Sends requests by libcurl's multi interface, with as many easy handles as the concurrency, each used again.
 *
 * The loop is curl_multi_perform and curl_multi_poll: curl_multi_socket_action on an epoll was tried with libcurl 7.88
 * and cost no less, even at a concurrency of 1000. Content is written into memory of its size. The line that is printed
 * and the exit codes are those of the other programs.
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LONGEST_WAIT_MS = 60000, FAILURES_TOLD = 5, RESERVED_AT_MOST = 1 << 20 };

/* A response that is kept: a status of 0 says that there is none, and `result` why. */
struct kept {
    unsigned char *content;
    size_t length;
    long status;
    CURLcode result;
};

struct client {
    CURLM *multi;
    CURLSH *share;             /* the sessions of TLS, which every handle may take up */
    struct curl_slist *fields; /* of each request, if connections are not kept */
    size_t count, next, done;
    struct kept *kept;
};

/* An easy handle and what it receives. */
struct transfer {
    struct client *client;
    CURL *easy;
    size_t index;    /* of its request */
    size_t capacity; /* of the content that is being received */
};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "curl_multi: %s: %s\n", what, why);
    exit(1);
}

static void check(CURLMcode code, const char *what)
{
    if (code != CURLM_OK)
        fail(what, curl_multi_strerror(code));
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec time;
    if (clock_gettime(clock, &time) != 0)
        fail("clock_gettime", "no such clock");
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Not getrusage: its peak outlives exec, so that a small program under a large shell would show the shell's. */
static long peak_rss_kib(void)
{
    long peak = -1;
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    while (status && peak < 0 && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld kB", &peak) != 1)
            peak = -1;
    if (peak < 0)
        fail("/proc/self/status", "cannot read the peak of the memory");
    fclose(status);
    return peak;
}

/* Keeps what arrived. The announced length is reserved at once, up to a limit; without one the memory grows. */
static size_t on_content(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct kept *kept = &transfer->client->kept[transfer->index];
    size_t wanted = kept->length + size * count;
    if (wanted > transfer->capacity) {
        curl_off_t announced = -1;
        curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
        if (transfer->capacity == 0 && announced >= (curl_off_t)wanted && announced <= RESERVED_AT_MOST)
            wanted = (size_t)announced;
        else if (wanted < 2 * transfer->capacity)
            wanted = 2 * transfer->capacity;
        unsigned char *content = realloc(kept->content, wanted);
        if (!content)
            return 0;
        kept->content = content;
        transfer->capacity = wanted;
    }
    memcpy(kept->content + kept->length, bytes, size * count);
    kept->length += size * count;
    return size * count;
}

/* Sends the next request, if one is left. */
static void send_next(struct transfer *transfer)
{
    struct client *client = transfer->client;
    if (client->next == client->count)
        return;
    transfer->index = client->next++;
    transfer->capacity = 0;
    check(curl_multi_add_handle(client->multi, transfer->easy), "curl_multi_add_handle");
}

/* Takes what has ended, and has its handles send again. */
static void take_ended(struct client *client)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        struct transfer *transfer;
        CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        struct kept *kept = &client->kept[transfer->index];
        kept->result = result;
        if (result == CURLE_OK)
            curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &kept->status);
        if (kept->length > 0 && kept->length < transfer->capacity) {
            unsigned char *content = realloc(kept->content, kept->length);
            kept->content = content ? content : kept->content;
        }
        client->done++;
        check(curl_multi_remove_handle(client->multi, transfer->easy), "curl_multi_remove_handle");
        send_next(transfer);
    }
}

/* Until all have ended: lets libcurl do what it can, and wait for its sockets. */
static void run(struct client *client)
{
    int running;
    while (client->done < client->count) {
        check(curl_multi_perform(client->multi, &running), "curl_multi_perform");
        size_t done = client->done;
        take_ended(client);
        if (client->done == done)
            check(curl_multi_poll(client->multi, NULL, 0, LONGEST_WAIT_MS, NULL), "curl_multi_poll");
    }
}

/* What the arguments ask for. */
struct job {
    const char *url, *ca;
    size_t count, concurrency;
    bool keep_alive;
};

static struct transfer *open_transfers(struct client *client, const struct job *job)
{
    struct transfer *transfers = calloc(job->concurrency ? job->concurrency : 1, sizeof *transfers);
    for (size_t i = 0; transfers && i < job->concurrency; i++) {
        CURL *easy = curl_easy_init();
        if (!easy)
            fail("curl_easy_init", "no handle");
        transfers[i] = (struct transfer){.client = client, .easy = easy};
        if (curl_easy_setopt(easy, CURLOPT_URL, job->url) != CURLE_OK)
            fail("CURLOPT_URL", job->url);
        if (job->ca && curl_easy_setopt(easy, CURLOPT_CAINFO, job->ca) != CURLE_OK)
            fail("CURLOPT_CAINFO", job->ca);
        curl_easy_setopt(easy, CURLOPT_SHARE, client->share);
        if (!job->keep_alive) {
            curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
            curl_easy_setopt(easy, CURLOPT_HTTPHEADER, client->fields);
        }
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfers[i]);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfers[i]);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_content);
    }
    return transfers;
}

static void open_client(struct client *client, const struct job *job)
{
    *client = (struct client){.multi = curl_multi_init(), .share = curl_share_init(), .count = job->count};
    client->kept = calloc(job->count ? job->count : 1, sizeof *client->kept);
    client->fields = curl_slist_append(NULL, "Connection: close");
    if (!client->multi || !client->share || !client->fields || !client->kept)
        fail("client", "out of memory");
    if (curl_share_setopt(client->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK)
        fail("CURLSHOPT_SHARE", "libcurl has no TLS");
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)job->concurrency);
}

/* Prints the line; returns the exit code. */
static int report(const struct client *client, int64_t wall_ns, int64_t cpu_ns, long peak_kib)
{
    size_t ok = 0, told = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < client->count; i++) {
        const struct kept *kept = &client->kept[i];
        bytes += kept->result == CURLE_OK ? kept->length : 0;
        ok += kept->status == 200;
        if (kept->status == 200 || told++ >= FAILURES_TOLD)
            continue;
        if (kept->status)
            fprintf(stderr, "request %zu: status %ld\n", i, kept->status);
        else
            fprintf(stderr, "request %zu: %s\n", i, curl_easy_strerror(kept->result));
    }
    char each[32] = "null";
    if (client->count)
        snprintf(each, sizeof each, "%.3f", (double)cpu_ns / 1e3 / (double)client->count);
    printf("{\"requests\":%zu,\"ok\":%zu,\"bytes\":%llu,\"wall_s\":%.6f,\"cpu_s\":%.6f,", client->count, ok,
           (unsigned long long)bytes, (double)wall_ns / 1e9, (double)cpu_ns / 1e9);
    printf("\"us_cpu_per_request\":%s,\"requests_per_s\":%.3f,\"peak_rss_kib\":%ld}\n", each,
           (double)client->count * 1e9 / (double)(wall_ns > 0 ? wall_ns : 1), peak_kib);
    if (ok == client->count)
        return 0;
    fprintf(stderr, "%zu of %zu were not answered with 200\n", client->count - ok, client->count);
    return 1;
}

static bool number(const char *text, size_t least, size_t *value)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 15 || text[digits] != '\0')
        return false;
    *value = strtoull(text, NULL, 10);
    return *value >= least;
}

/* Reads the arguments; options may stand anywhere. */
static bool arguments(int argc, char **argv, struct job *job)
{
    const char *places[3];
    int found = 0;
    *job = (struct job){.keep_alive = true};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--no-keep-alive") == 0)
            job->keep_alive = false;
        else if (strcmp(argv[i], "--ca") == 0 && i + 1 < argc)
            job->ca = argv[++i];
        else if (argv[i][0] == '-' || found == 3)
            return false;
        else
            places[found++] = argv[i];
    }
    if (found < 3 || !number(places[1], 0, &job->count) || !number(places[2], 1, &job->concurrency))
        return false;
    job->url = places[0];
    if (job->concurrency > job->count)
        job->concurrency = job->count;
    return job->ca || strncmp(job->url, "https:", 6) != 0;
}

int main(int argc, char **argv)
{
    struct job job;
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts(curl_version_info(CURLVERSION_NOW)->version);
        return 0;
    }
    if (!arguments(argc, argv, &job)) {
        fputs("usage: curl_multi URL COUNT CONCURRENCY [--ca FILE] [--no-keep-alive]\n"
              "       curl_multi --version\n"
              "  --ca FILE  trust the certificates in that file, in PEM; an https URL needs it\n", stderr);
        return 2;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        fail("curl_global_init", "failed");

    struct client client;
    int64_t wall_ns = clock_ns(CLOCK_MONOTONIC), cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    open_client(&client, &job);
    struct transfer *transfers = open_transfers(&client, &job);
    if (!transfers)
        fail("transfers", "out of memory");
    for (size_t i = 0; i < job.concurrency; i++)
        send_next(&transfers[i]);
    run(&client);
    wall_ns = clock_ns(CLOCK_MONOTONIC) - wall_ns;
    cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns;
    int code = report(&client, wall_ns, cpu_ns, peak_rss_kib());

    for (size_t i = 0; i < job.concurrency; i++)
        curl_easy_cleanup(transfers[i].easy);
    curl_multi_cleanup(client.multi);
    curl_share_cleanup(client.share);
    curl_slist_free_all(client.fields);
    for (size_t i = 0; i < job.count; i++)
        free(client.kept[i].content);
    free(client.kept);
    free(transfers);
    curl_global_cleanup();
    return code;
}
