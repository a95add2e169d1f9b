/// When a request is tried again.
#ifndef SORTIE_RETRIES_HPP
#define SORTIE_RETRIES_HPP

#include "call.hpp"

namespace sortie {

/// When, how often and after which wait a request is sent again. What is given it copies it.
///
/// Each function that may throw has a twin that does not: `try_` and its name, which gives a `result`.
class retries {
public:
    /// At most `count` times after the first.
    explicit retries(std::uint32_t count) : retries(try_make(count).value()) {}
    static result<retries> try_make(std::uint32_t count) {
        return detail::make<retries, sortie_retries>(sortie_retries_new, count);
    }
    /// Takes a handle over.
    explicit retries(sortie_retries *raw) : raw_(raw) {}

    /// After these statuses.
    retries &set_statuses(const std::vector<std::uint16_t> &statuses) { return self(try_set_statuses(statuses)); }
    result<void> try_set_statuses(const std::vector<std::uint16_t> &statuses) {
        return detail::call(sortie_retries_set_statuses, raw(), statuses.data(), statuses.size());
    }
    /// After failures of the network.
    retries &set_failures(bool on) { return self(try_set_failures(on)); }
    result<void> try_set_failures(bool on) { return detail::call(sortie_retries_set_failures, raw(), on); }
    /// Also for methods that are not idempotent.
    retries &set_any_method(bool on) { return self(try_set_any_method(on)); }
    result<void> try_set_any_method(bool on) { return detail::call(sortie_retries_set_any_method, raw(), on); }
    /// The wait before the first try, and the longest: each is twice the one before.
    retries &set_backoff(timeout first, timeout most) { return self(try_set_backoff(first, most)); }
    result<void> try_set_backoff(timeout first, timeout most) {
        return detail::call(sortie_retries_set_backoff_ms, raw(), first, most);
    }
    /// How much of a wait is left to chance.
    retries &set_jitter(std::int32_t percent) { return self(try_set_jitter(percent)); }
    result<void> try_set_jitter(std::int32_t percent) {
        return detail::call(sortie_retries_set_jitter, raw(), percent);
    }

    const sortie_retries *raw() const noexcept { return raw_.get(); }

private:
    sortie_retries *raw() noexcept { return raw_.get(); }
    retries &self(result<void> done) { return done.value(), *this; }

    detail::owned<sortie_retries, sortie_retries_free> raw_;
};

} // namespace sortie

#endif // SORTIE_RETRIES_HPP
