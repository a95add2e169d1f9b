/* One line is enough for one request. Argument: the server's URL. */
#include "check.h"

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1);
    sortie_response *response = NULL;
    const uint8_t data[] = "{\"a\": 1}";
    begin();
    OK(sortie_get(at(base, "/get"), &response, &error));
    CHECK(sortie_response_status(response) == 200 && sortie_response_is_ok(response));
    sortie_response_free(response);

    OK(sortie_post(at(base, "/post"), data, sizeof data - 1, "application/json", &response, &error));
    CHECK(holds(sortie_response_content(response), "\"data\": \"{\\\"a\\\": 1}\""));
    CHECK(holds(sortie_response_content(response), "application/json"));
    sortie_response_free(response);
    OK(sortie_post(at(base, "/post"), NULL, 0, NULL, &response, &error));
    CHECK(holds(sortie_response_content(response), "\"data\": \"\""));
    sortie_response_free(response);

    /* Cookies are not kept from one to the next. */
    OK(sortie_get(at(base, "/cookies/set?a=b"), &response, &error));
    sortie_response_free(response);
    OK(sortie_get(at(base, "/cookies"), &response, &error));
    CHECK(holds(sortie_response_content(response), "\"cookies\": {}"));
    sortie_response_free(response);
    FAILS(SORTIE_ERR_INVALID_URL, sortie_get("no url", &response, &error));
    return 0;
}
