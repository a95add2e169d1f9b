/* A session keeps cookies, defaults and connections from one call to the next.
 *
 *     cc -std=c99 session_cookies.c $(pkg-config --cflags --libs sortie) -o cookies && ./cookies http://127.0.0.1:8000
 */
#include <sortie.h>
#include <stdio.h>

/* Sends a GET for a path below the session's base URL; gives its status, or 0. */
static int get(const sortie_session *session, const char *path) {
    sortie_request *request = NULL;
    sortie_response *response = NULL;
    sortie_error *error = NULL;
    int status = 0;
    if (sortie_request_new("GET", path, &request, &error) == SORTIE_OK &&
        sortie_session_send(session, request, NULL, &response, &error) == SORTIE_OK) {
        status = sortie_response_status(response);
    } else {
        fprintf(stderr, "%s\n", sortie_error_chain(error));
    }
    /* NULL is ignored by each of them. */
    sortie_error_free(error);
    sortie_response_free(response);
    sortie_request_free(request);
    return status;
}

int main(int argc, char **argv) {
    sortie_session *session = NULL;
    sortie_cookies *cookies = NULL;
    sortie_cookie cookie;
    int failed = 1;
    /* Who does not ask why may leave the error out. */
    if (argc == 2 && sortie_session_new(&session, NULL) == SORTIE_OK &&
        sortie_session_set_base_url(session, argv[1], NULL) == SORTIE_OK &&
        sortie_session_set_user_agent(session, "session_cookies/1", NULL) == SORTIE_OK &&
        get(session, "/cookies/set?flavour=oat") == 200 && get(session, "/cookies/set?size=large") == 200 &&
        sortie_session_cookies(session, &cookies, NULL) == SORTIE_OK) {
        for (size_t index = 0; index < sortie_cookies_count(cookies); index++) {
            if (sortie_cookies_at(cookies, index, &cookie, NULL) == SORTIE_OK) {
                printf("%s=%s, for %s%s\n", cookie.name, cookie.value, cookie.domain, cookie.path);
            }
        }
        failed = sortie_cookies_value(cookies, "flavour") == NULL;
    }
    sortie_cookies_free(cookies);
    sortie_session_free(session);
    return failed;
}
