// What the programs that use sortie.hpp need beside check.h. Include it first.
#ifndef SORTIE_CHECK_HPP
#define SORTIE_CHECK_HPP

#include "check.h"

#include <string>
#include <string_view>

#include <sortie.hpp>

// The status of the error that `work` throws; SORTIE_OK where it throws none.
template <class Work> sortie_status thrown(Work &&work) {
    try {
        work();
    } catch (const sortie::error &error) {
        CHECK(!error.message().empty() && !error.chain().empty());
        CHECK(std::string_view(error.what()) == error.chain());
        return error.status();
    }
    return SORTIE_OK;
}

// A copy of the content, which outlives the response.
inline std::string content_of(const sortie::response &response) { return std::string(response.content()); }

// Whether one text is in the other.
inline bool has(std::string_view text, std::string_view part) {
    if (text.find(part) != std::string_view::npos) {
        return true;
    }
    fprintf(stderr, "no `%s` in `%s`\n", std::string(part).c_str(), std::string(text).c_str());
    return false;
}

#endif
