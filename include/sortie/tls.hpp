/// How TLS is spoken.
#ifndef SORTIE_TLS_HPP
#define SORTIE_TLS_HPP

#include <array>

#include "call.hpp"

namespace sortie {

/// Whom to trust, and who we are. What is given it copies it. A library without TLS says `SORTIE_ERR_UNSUPPORTED`.
///
/// Each function that may throw has a twin that does not: `try_` and its name, which gives a `result`.
class tls {
public:
    /// The library's defaults: the system's roots, TLS 1.2 and 1.3.
    tls() : tls(try_make().value()) {}
    static result<tls> try_make() { return detail::make<tls, sortie_tls>(sortie_tls_new); }
    /// Takes a handle over.
    explicit tls(sortie_tls *raw) : raw_(raw) {}

    /// Trusts the certificates of a file, or of a text, in PEM: these only, or these as well.
    tls &set_roots_file(std::string_view path) { return self(try_set_roots_file(path)); }
    result<void> try_set_roots_file(std::string_view path) {
        return detail::call(sortie_tls_set_roots_file, raw(), path);
    }
    tls &set_roots_pem(std::string_view pem) { return self(try_set_roots_pem(pem)); }
    result<void> try_set_roots_pem(std::string_view pem) {
        return detail::call(sortie_tls_set_roots_pem, raw(), detail::data(pem), pem.size());
    }
    tls &add_roots_file(std::string_view path) { return self(try_add_roots_file(path)); }
    result<void> try_add_roots_file(std::string_view path) {
        return detail::call(sortie_tls_add_roots_file, raw(), path);
    }
    tls &add_roots_pem(std::string_view pem) { return self(try_add_roots_pem(pem)); }
    result<void> try_add_roots_pem(std::string_view pem) {
        return detail::call(sortie_tls_add_roots_pem, raw(), detail::data(pem), pem.size());
    }
    /// Shows a certificate where a server asks for one.
    tls &set_identity_files(std::string_view chain_path, std::string_view key_path) {
        return self(try_set_identity_files(chain_path, key_path));
    }
    result<void> try_set_identity_files(std::string_view chain_path, std::string_view key_path) {
        return detail::call(sortie_tls_set_identity_files, raw(), chain_path, key_path);
    }
    tls &set_identity_pem(std::string_view pem) { return self(try_set_identity_pem(pem)); }
    result<void> try_set_identity_pem(std::string_view pem) {
        return detail::call(sortie_tls_set_identity_pem, raw(), detail::data(pem), pem.size());
    }
    /// Wants this SHA-256 of a public key somewhere in the server's chain.
    tls &add_pin_sha256(const std::array<std::uint8_t, 32> &digest) { return self(try_add_pin_sha256(digest)); }
    result<void> try_add_pin_sha256(const std::array<std::uint8_t, 32> &digest) {
        return detail::call(sortie_tls_add_pin_sha256, raw(), digest.data(), digest.size());
    }
    /// Asks for another name than the URL's.
    tls &set_server_name(std::string_view name) { return self(try_set_server_name(name)); }
    result<void> try_set_server_name(std::string_view name) {
        return detail::call(sortie_tls_set_server_name, raw(), name);
    }
    /// The oldest version that is spoken.
    tls &set_min_version(tls_version version) { return self(try_set_min_version(version)); }
    result<void> try_set_min_version(tls_version version) {
        return detail::call(sortie_tls_set_min_version, raw(), version);
    }
    /// Trusts whoever answers. That is as good as no TLS.
    tls &set_danger_accept_invalid_certs(bool accept) { return self(try_set_danger_accept_invalid_certs(accept)); }
    result<void> try_set_danger_accept_invalid_certs(bool accept) {
        return detail::call(sortie_tls_set_danger_accept_invalid_certs, raw(), accept);
    }
    /// Writes secrets to the file that SSLKEYLOGFILE names, for those who debug.
    tls &set_key_log(bool write) { return self(try_set_key_log(write)); }
    result<void> try_set_key_log(bool write) { return detail::call(sortie_tls_set_key_log, raw(), write); }
    /// Whether sessions of TLS are resumed.
    tls &set_resumption(bool on) { return self(try_set_resumption(on)); }
    result<void> try_set_resumption(bool on) { return detail::call(sortie_tls_set_resumption, raw(), on); }

    const sortie_tls *raw() const noexcept { return raw_.get(); }

private:
    sortie_tls *raw() noexcept { return raw_.get(); }
    tls &self(result<void> done) { return done.value(), *this; }

    detail::owned<sortie_tls, sortie_tls_free> raw_;
};

} // namespace sortie

#endif // SORTIE_TLS_HPP
