/// Lists of cookies.
#ifndef SORTIE_COOKIES_HPP
#define SORTIE_COOKIES_HPP

#include "call.hpp"

namespace sortie {

/// Cookies that were there at one moment. Iterate over it, or ask for one by name. What it lends lives as long as it:
/// one without a name lends nothing.
class cookies {
public:
    /// Takes a handle over.
    explicit cookies(sortie_cookies *raw) : raw_(raw) {}

    /// How many there are.
    std::size_t size() const { return sortie_cookies_count(raw()); }
    bool empty() const { return size() == 0; }
    /// Of an index below `size()`.
    cookie operator[](std::size_t index) const & { return at(raw(), index); }
    void operator[](std::size_t) const && = delete;
    /// The value of the first cookie of that name; nothing where there is none.
    std::optional<std::string_view> value(std::string_view name) const & {
        return detail::look_up(sortie_cookies_value, raw(), name);
    }
    void value(std::string_view) const && = delete;

    auto begin() const & { return list(raw()).begin(); }
    auto end() const & { return list(raw()).end(); }
    void begin() const && = delete;
    void end() const && = delete;
    const sortie_cookies *raw() const noexcept { return raw_.get(); }

private:
    static cookie at(const sortie_cookies *raw, std::size_t index) {
        sortie_cookie lent{};
        cookie made;
        if (sortie_cookies_at(raw, index, &lent, nullptr) != SORTIE_OK) {
            return made;
        }
        made.name = detail::view(lent.name);
        made.value = detail::view(lent.value);
        made.domain = detail::view(lent.domain);
        made.path = detail::view(lent.path);
        if (lent.expires_s != SORTIE_NEVER) {
            made.expires = moment(lent.expires_s);
        }
        made.secure = lent.secure != 0;
        made.http_only = lent.http_only != 0;
        made.host_only = lent.host_only != 0;
        made.same_site = detail::view(lent.same_site);
        return made;
    }

    /// A clock that counts nanoseconds ends in the year 2262: what expires later expires then.
    static std::chrono::system_clock::time_point moment(std::int64_t seconds) {
        using clock = std::chrono::system_clock;
        const auto last = std::chrono::duration_cast<std::chrono::seconds>(clock::duration::max()).count();
        const auto first = std::chrono::duration_cast<std::chrono::seconds>(clock::duration::min()).count();
        const std::int64_t kept = seconds > last ? last : seconds < first ? first : seconds;
        return clock::time_point(std::chrono::duration_cast<clock::duration>(std::chrono::seconds(kept)));
    }

    using list = detail::items<sortie_cookies, cookie, sortie_cookies_count, at>;
    detail::owned<sortie_cookies, sortie_cookies_free> raw_;
};

} // namespace sortie

#endif // SORTIE_COOKIES_HPP
