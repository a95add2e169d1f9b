/* The library says which it is. */
#include "check.h"

int main(void) {
    char text[32];
    begin();
    CHECK(sortie_version_number() == SORTIE_VERSION);
    snprintf(text, sizeof text, "%d.%d.%d", SORTIE_VERSION_MAJOR, SORTIE_VERSION_MINOR, SORTIE_VERSION_PATCH);
    SAME(sortie_version(), text);
    SAME(sortie_features(), "br tls zstd");
    SAME(sortie_status_name(SORTIE_ERR_BUSY), "SORTIE_ERR_BUSY");
    SAME(sortie_status_name(INT32_MIN), "unknown status");
    return 0;
}
