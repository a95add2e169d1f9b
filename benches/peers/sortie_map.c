/* Sends requests by libsortie's sortie_session_map, as a C program would. The line that is printed and the exit codes are those of
 * the other programs.
 */
#include <sortie.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FAILURES_TOLD = 5 };

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "sortie_map: %s: %s\n", what, why);
    exit(1);
}

static void check(sortie_status status, sortie_error *error, const char *what)
{
    if (status != SORTIE_OK)
        fail(what, sortie_error_message(error));
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

/* What the arguments ask for. */
struct job {
    const char *url, *ca;
    size_t count, concurrency;
    bool keep_alive;
};

static sortie_session *open_session(const struct job *job)
{
    sortie_session *session;
    sortie_error *error;
    check(sortie_session_new(&session, &error), error, "sortie_session_new");
    check(sortie_session_set_connections(session, job->concurrency, &error), error, "sortie_session_set_connections");
    check(sortie_session_set_per_origin(session, job->concurrency, &error), error, "sortie_session_set_per_origin");
    check(sortie_session_set_proxy(session, NULL, &error), error, "sortie_session_set_proxy");
    if (!job->keep_alive)
        check(sortie_session_set_header(session, "Connection", "close", &error), error, "sortie_session_set_header");
    if (job->ca) {
        sortie_tls *tls;
        check(sortie_tls_new(&tls, &error), error, "sortie_tls_new");
        check(sortie_tls_set_roots_file(tls, job->ca, &error), error, "sortie_tls_set_roots_file");
        check(sortie_session_set_tls(session, tls, &error), error, "sortie_session_set_tls");
        sortie_tls_free(tls);
    }
    return session;
}

static void send_all(const struct job *job, sortie_outcome *outcomes)
{
    sortie_session *session = open_session(job);
    sortie_request *request;
    sortie_error *error;
    const sortie_request **requests = calloc(job->count ? job->count : 1, sizeof *requests);
    if (!requests)
        fail("requests", "out of memory");
    check(sortie_request_new("GET", job->url, &request, &error), error, "sortie_request_new");
    for (size_t i = 0; i < job->count; i++)
        requests[i] = request;
    check(sortie_session_map(session, requests, job->count, NULL, outcomes, &error), error, "sortie_session_map");
    sortie_request_free(request);
    free(requests);
    sortie_session_free(session);
}

/* Prints the line; returns the exit code. */
static int report(const struct job *job, const sortie_outcome *outcomes, int64_t wall_ns, int64_t cpu_ns, long peak_kib)
{
    size_t ok = 0, told = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < job->count; i++) {
        const sortie_response *response = outcomes[i].response;
        bytes += sortie_response_content(response).size;
        ok += sortie_response_status(response) == 200;
        if (sortie_response_status(response) == 200 || told++ >= FAILURES_TOLD)
            continue;
        if (response)
            fprintf(stderr, "request %zu: status %d\n", i, sortie_response_status(response));
        else
            fprintf(stderr, "request %zu: %s\n", i, sortie_error_message(outcomes[i].error));
    }
    char each[32] = "null";
    if (job->count)
        snprintf(each, sizeof each, "%.3f", (double)cpu_ns / 1e3 / (double)job->count);
    printf("{\"requests\":%zu,\"ok\":%zu,\"bytes\":%" PRIu64 ",\"wall_s\":%.6f,\"cpu_s\":%.6f,", job->count, ok, bytes,
           (double)wall_ns / 1e9, (double)cpu_ns / 1e9);
    printf("\"us_cpu_per_request\":%s,\"requests_per_s\":%.3f,\"peak_rss_kib\":%ld}\n", each,
           (double)job->count * 1e9 / (double)(wall_ns > 0 ? wall_ns : 1), peak_kib);
    if (ok == job->count)
        return 0;
    fprintf(stderr, "%zu of %zu were not answered with 200\n", job->count - ok, job->count);
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
    return job->ca || strncmp(job->url, "https:", 6) != 0;
}

int main(int argc, char **argv)
{
    struct job job;
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts(sortie_version());
        return 0;
    }
    if (!arguments(argc, argv, &job)) {
        fputs("usage: sortie_map URL COUNT CONCURRENCY [--ca FILE] [--no-keep-alive]\n"
              "       sortie_map --version\n"
              "  --ca FILE  trust the certificates in that file, in PEM; an https URL needs it\n", stderr);
        return 2;
    }

    int64_t wall_ns = clock_ns(CLOCK_MONOTONIC), cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    sortie_outcome *outcomes = calloc(job.count ? job.count : 1, sizeof *outcomes);
    if (!outcomes)
        fail("outcomes", "out of memory");
    send_all(&job, outcomes);
    wall_ns = clock_ns(CLOCK_MONOTONIC) - wall_ns;
    cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns;
    int code = report(&job, outcomes, wall_ns, cpu_ns, peak_rss_kib());

    for (size_t i = 0; i < job.count; i++) {
        sortie_response_free(outcomes[i].response);
        sortie_error_free(outcomes[i].error);
    }
    free(outcomes);
    return code;
}
