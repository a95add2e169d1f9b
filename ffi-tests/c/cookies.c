/* A session keeps cookies, and lends a list of them. Arguments: the server's URL, and a folder. */
#include "check.h"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1), *folder = argument(argc, argv, 2);
    sortie_session *session = a_session();
    sortie_response *response;
    sortie_cookies *cookies = NULL;
    sortie_cookie cookie;
    size_t count = 0;
    begin();
    response = sent(session, a_request("GET", base, "/response-headers?Set-Cookie=a%3Db%3B%20Path%3D/%3B%20HttpOnly%3B%20SameSite%3DLax"));
    OK(sortie_response_cookies(response, &cookies, &error));
    sortie_response_free(response);
    CHECK(sortie_cookies_count(cookies) == 1);
    OK(sortie_cookies_at(cookies, 0, &cookie, &error));
    SAME(cookie.name, "a");
    SAME(cookie.value, "b");
    SAME(cookie.path, "/");
    SAME(cookie.same_site, "Lax");
    CHECK(cookie.http_only && !cookie.secure && cookie.host_only && cookie.expires_s == SORTIE_NEVER);
    CHECK(strstr(base, cookie.domain) != NULL);
    FAILS(SORTIE_ERR_ARGUMENT, sortie_cookies_at(cookies, 1, &cookie, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_cookies_at(cookies, SIZE_MAX, &cookie, &error));
    SAME(sortie_cookies_value(cookies, "a"), "b");
    CHECK(sortie_cookies_value(cookies, "A") == NULL);
    sortie_cookies_free(cookies);

    OK(sortie_session_add_cookie(session, at(base, "/"), "c=d; Max-Age=3600", &error));
    answers_with(session, a_request("GET", base, "/cookies"), "\"c\": \"d\"");
    OK(sortie_session_save_cookies(session, at(folder, "/cookies.txt"), SORTIE_COOKIES_NETSCAPE, 0, &error));
    OK(sortie_session_save_cookies(session, at(folder, "/cookies.json"), SORTIE_COOKIES_JSON, 1, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_session_save_cookies(session, at(folder, "/x"), 2, 1, &error));
    OK(sortie_session_clear_cookies(session, &error));
    OK(sortie_session_cookies(session, &cookies, &error));
    CHECK(sortie_cookies_count(cookies) == 0);
    sortie_cookies_free(cookies);

    OK(sortie_session_load_cookies(session, at(folder, "/cookies.txt"), SORTIE_COOKIES_NETSCAPE, &count, &error));
    CHECK(count == 1);
    OK(sortie_session_load_cookies(session, at(folder, "/cookies.json"), SORTIE_COOKIES_JSON, &count, &error));
    CHECK(count == 2);
    FAILS(SORTIE_ERR_FILE, sortie_session_load_cookies(session, "/nowhere", SORTIE_COOKIES_JSON, &count, &error));
    OK(sortie_session_cookies(session, &cookies, &error));
    CHECK(sortie_cookies_count(cookies) == 2);
    CHECK(sortie_cookies_value(cookies, "c") != NULL);
    /* The list was true at one moment, and outlives the session. */
    OK(sortie_session_set_cookies(session, 0, &error));
    answers_with(session, a_request("GET", base, "/cookies"), "\"cookies\": {}");
    sortie_session_free(session);
    SAME(sortie_cookies_value(cookies, "c"), "d");
    sortie_cookies_free(cookies);
    return 0;
}
