/* TLS trusts whom it was told to. Arguments: a server's URL that asks for a certificate, and the files of its authority, of
 * a client's chain, of its key, and of both. */
#include "check.h"

static size_t read_file(const char *path, uint8_t *room, size_t size) {
    FILE *file = fopen(path, "rb");
    size_t count;
    CHECK(file != NULL);
    count = fread(room, 1, size, file);
    fclose(file);
    return count;
}

int main(int argc, char **argv) {
    const char *base = argument(argc, argv, 1), *roots = argument(argc, argv, 2), *chain = argument(argc, argv, 3),
               *key = argument(argc, argv, 4), *both = argument(argc, argv, 5);
    static uint8_t pem[65536];
    uint8_t digest[32] = {0};
    size_t size;
    sortie_session *session = a_session();
    sortie_request *request;
    sortie_tls *tls = NULL;
    begin();
    CHECK(fails(session, a_request("GET", base, "/tls")) == SORTIE_ERR_TLS);
    OK(sortie_tls_new(&tls, &error));
    OK(sortie_tls_set_roots_file(tls, roots, &error));
    FAILS(SORTIE_ERR_FILE, sortie_tls_set_roots_file(tls, "/nowhere", &error));
    OK(sortie_tls_set_identity_files(tls, chain, key, &error));
    OK(sortie_tls_set_min_version(tls, SORTIE_TLS_1_3, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_tls_set_min_version(tls, 11, &error));
    OK(sortie_session_set_tls(session, tls, &error));
    OK(sortie_session_set_proxy_tls(session, tls, &error));
    answers_with(session, a_request("GET", base, "/tls"), "\"client_certificates\": 1");
    /* A pin that fits nobody. */
    OK(sortie_tls_add_pin_sha256(tls, digest, sizeof digest, &error));
    FAILS(SORTIE_ERR_ARGUMENT, sortie_tls_add_pin_sha256(tls, digest, 31, &error));
    request = a_request("GET", base, "/tls");
    OK(sortie_request_set_tls(request, tls, &error));
    CHECK(fails(session, request) == SORTIE_ERR_TLS);
    sortie_tls_free(tls);

    OK(sortie_tls_new(&tls, &error));
    size = read_file(roots, pem, sizeof pem);
    OK(sortie_tls_set_roots_pem(tls, pem, size, &error));
    OK(sortie_tls_add_roots_pem(tls, pem, size, &error));
    OK(sortie_tls_add_roots_file(tls, roots, &error));
    size = read_file(both, pem, sizeof pem);
    OK(sortie_tls_set_identity_pem(tls, pem, size, &error));
    OK(sortie_tls_set_min_version(tls, SORTIE_TLS_1_2, &error));
    OK(sortie_tls_set_resumption(tls, 0, &error));
    OK(sortie_tls_set_key_log(tls, 0, &error));
    OK(sortie_tls_set_server_name(tls, "localhost", &error));
    request = a_request("GET", base, "/tls");
    OK(sortie_request_set_tls(request, tls, &error));
    answers_with(session, request, "\"server_name\": \"localhost\"");
    OK(sortie_tls_set_server_name(tls, "elsewhere.test", &error));
    request = a_request("GET", base, "/tls");
    OK(sortie_request_set_tls(request, tls, &error));
    CHECK(fails(session, request) == SORTIE_ERR_TLS);
    OK(sortie_tls_set_danger_accept_invalid_certs(tls, 1, &error));
    request = a_request("GET", base, "/tls");
    OK(sortie_request_set_tls(request, tls, &error));
    answers_with(session, request, "\"client_certificates\": 1");
    {
        const uint8_t junk[] = "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n";
        sortie_error *error = NULL;
        CHECK(sortie_tls_set_roots_pem(tls, junk, sizeof junk - 1, &error) != SORTIE_OK && error != NULL);
        sortie_error_free(error);
        error = NULL;
        CHECK(sortie_tls_set_identity_pem(tls, junk, sizeof junk - 1, &error) != SORTIE_OK && error != NULL);
        sortie_error_free(error);
    }
    sortie_tls_free(tls);
    sortie_session_free(session);
    return 0;
}
