/// Times, sizes and enumerations of sortie.hpp.
#ifndef SORTIE_VALUES_HPP
#define SORTIE_VALUES_HPP

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "../sortie.h"

namespace sortie {

/// A time that never comes: a timeout that is lifted, a wait without end.
struct never_t {};
inline constexpr never_t never{};

/// How long something may take: any duration of `std::chrono`, rounded up to whole milliseconds, or `never`.
class timeout {
public:
    constexpr timeout(never_t) : ms_(SORTIE_NEVER) {}

    template <class Rep, class Period>
    constexpr timeout(std::chrono::duration<Rep, Period> time) : ms_(whole(time)) {}

    /// In milliseconds, or `SORTIE_NEVER`.
    constexpr std::int64_t count_ms() const { return ms_; }

private:
    /// A time below zero, or one that is no number, is a fault that the library tells: it must not be taken for
    /// `SORTIE_NEVER`.
    template <class Rep, class Period> static constexpr std::int64_t whole(std::chrono::duration<Rep, Period> time) {
        constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
        const double rough = std::chrono::duration<double, std::milli>(time).count();
        if (!(rough >= 0)) {
            return std::numeric_limits<std::int64_t>::min();
        }
        using whole_ms = std::chrono::duration<std::int64_t, std::milli>;
        return rough >= 9.2e18 ? most : std::chrono::ceil<whole_ms>(time).count();
    }

    std::int64_t ms_;
};

/// A text that may be missing.
using optional_text = std::optional<std::string_view>;

/// A number of bytes, or none that is known: `std::nullopt`.
class size_limit {
public:
    constexpr size_limit(std::uint64_t bytes) : bytes_(bytes) {}
    constexpr size_limit(std::nullopt_t) : bytes_(SORTIE_UNKNOWN) {}
    /// In bytes, or `SORTIE_UNKNOWN`.
    constexpr std::uint64_t count() const { return bytes_; }

private:
    std::uint64_t bytes_;
};

/// What a timeout bounds.
enum class timeout_of : std::int32_t {
    total = SORTIE_TIMEOUT_TOTAL,
    connect = SORTIE_TIMEOUT_CONNECT,
    first_byte = SORTIE_TIMEOUT_FIRST_BYTE,
    between_bytes = SORTIE_TIMEOUT_BETWEEN_BYTES,
    queue = SORTIE_TIMEOUT_QUEUE,
    resolve = SORTIE_TIMEOUT_RESOLVE,
    proxy = SORTIE_TIMEOUT_PROXY,
    tls = SORTIE_TIMEOUT_TLS,
};

/// How much a log tells.
enum class log_style : std::int32_t { lines = SORTIE_LOG_LINES, detailed = SORTIE_LOG_DETAILED };

/// How cookies are written to a file.
enum class cookie_format : std::int32_t { netscape = SORTIE_COOKIES_NETSCAPE, json = SORTIE_COOKIES_JSON };

/// Which addresses may be connected to.
enum class addresses : std::int32_t { all = SORTIE_ADDRESSES_ALL, public_ones = SORTIE_ADDRESSES_PUBLIC };

/// The versions of TLS.
enum class tls_version : std::int32_t { v1_2 = SORTIE_TLS_1_2, v1_3 = SORTIE_TLS_1_3 };

/// A header field, or a trailer. Both texts are lent.
struct header {
    std::string_view name;
    std::string_view value;
};

/// A link of a response (RFC 8288). Both texts are lent.
struct link {
    std::string_view target;
    /// Relations, spaces between them.
    std::string_view relation;
};

/// A cookie. Its texts live as long as the list that it is from.
struct cookie {
    std::string_view name;
    std::string_view value;
    std::string_view domain;
    std::string_view path;
    /// Nothing where it ends with the session.
    std::optional<std::chrono::system_clock::time_point> expires;
    bool secure = false;
    bool http_only = false;
    bool host_only = false;
    /// `Strict`, `Lax`, `None`, or empty.
    std::string_view same_site;
};

} // namespace sortie

#endif // SORTIE_VALUES_HPP
