// A library that is older than its header is told by the first session.
#include "check.h"

#undef SORTIE_VERSION
#define SORTIE_VERSION 999001002

#include "check.hpp"

int main() {
    begin();
    CHECK(thrown([] { sortie::check_version(); }) == SORTIE_ERR_UNSUPPORTED);
    const auto none = sortie::session::try_make();
    CHECK(!none && has(none.error().message(), "older than its header, which is of version 999.1.2"));
    CHECK(has(none.error().message(), sortie_version()));
    return 0;
}
