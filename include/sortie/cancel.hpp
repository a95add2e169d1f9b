/// What ends calls from elsewhere.
#ifndef SORTIE_CANCEL_HPP
#define SORTIE_CANCEL_HPP

#include "call.hpp"

namespace sortie {

/// Ends the calls that it was given to, from any thread. Once fired it stays so.
class cancel {
public:
    cancel() : cancel(try_make().value()) {}
    static result<cancel> try_make() { return detail::make<cancel, sortie_cancel>(sortie_cancel_new); }
    /// Takes a handle over.
    explicit cancel(sortie_cancel *raw) : raw_(raw) {}

    /// Ends them all: each with an error of the status `SORTIE_ERR_CANCELLED`.
    void fire() const { try_fire().value(); }
    result<void> try_fire() const { return detail::call(sortie_cancel_fire, raw()); }
    /// Whether it was fired.
    bool is_fired() const { return sortie_cancel_is_fired(raw()) != 0; }

    const sortie_cancel *raw() const noexcept { return raw_.get(); }

private:
    detail::owned<sortie_cancel, sortie_cancel_free> raw_;
};

namespace detail {

inline const sortie_cancel *raw_of(const cancel *token) { return token == nullptr ? nullptr : token->raw(); }

} // namespace detail

} // namespace sortie

#endif // SORTIE_CANCEL_HPP
