/// Requests.
#ifndef SORTIE_REQUEST_HPP
#define SORTIE_REQUEST_HPP

#include "arguments.hpp"

namespace sortie {

/// A request that was not sent yet. What sends it copies it: change it, send it again or let it go at once.
///
/// Each function that may throw has a twin that does not: `try_` and its name, which gives a `result`. Belongs to one
/// thread at a time.
class request : public detail::arguments<request> {
public:
    /// Of any method, such as `GET`. Faults of the URL are told when it is sent.
    request(std::string_view method, std::string_view url) : request(try_make(method, url).value()) {}
    static result<request> try_make(std::string_view method, std::string_view url) {
        return detail::make<request, sortie_request>(sortie_request_new, method, url);
    }
    /// Takes a handle over.
    explicit request(sortie_request *raw) : raw_(raw) {}

    /// Another one that is the same.
    request copy() const { return try_copy().value(); }
    result<request> try_copy() const { return detail::make<request, sortie_request>(sortie_request_copy, raw()); }

    sortie_request *raw() noexcept { return raw_.get(); }
    const sortie_request *raw() const noexcept { return raw_.get(); }

private:
    detail::owned<sortie_request, sortie_request_free> raw_;
};

/// A request that is lent to an `args` hook, which may change it, but not keep it: `copy` makes one that is its own.
class lent_request : public detail::arguments<lent_request> {
public:
    explicit lent_request(sortie_request *raw) : raw_(raw) {}
    lent_request(const lent_request &) = delete;
    lent_request &operator=(const lent_request &) = delete;

    /// One of your own that is the same.
    request copy() const { return try_copy().value(); }
    result<request> try_copy() const { return detail::make<request, sortie_request>(sortie_request_copy, raw()); }

    sortie_request *raw() noexcept { return raw_; }
    const sortie_request *raw() const noexcept { return raw_; }

private:
    sortie_request *raw_;
};

} // namespace sortie

#endif // SORTIE_REQUEST_HPP
