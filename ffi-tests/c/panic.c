/* A panic inside is a status outside. For the library with the feature `test-panic`, without all others. */
#include "check.h"

#ifdef __cplusplus
extern "C"
#endif
sortie_status sortie_test_panic(sortie_error **error);

int main(void) {
    sortie_error *error = NULL;
    sortie_tls *tls = NULL;
    begin();
    CHECK(sortie_test_panic(NULL) == SORTIE_ERR_PANIC);
    CHECK(sortie_test_panic(&error) == SORTIE_ERR_PANIC);
    CHECK(sortie_error_status(error) == SORTIE_ERR_PANIC);
    fprintf(stderr, "%s\n", sortie_error_message(error));
    sortie_error_free(error);
    /* What is not built in is a status, too. */
    SAME(sortie_features(), "");
    FAILS(SORTIE_ERR_UNSUPPORTED, sortie_tls_new(&tls, &error));
    return 0;
}
