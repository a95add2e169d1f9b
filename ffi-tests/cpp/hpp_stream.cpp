// Content that is read as it comes, and bodies that are written as they go, by sortie.hpp.
#include "check.hpp"

#include <cstring>
#include <stdexcept>

static void a_stream_is_read_to_its_end(const sortie::session &session, const std::string &base) {
    auto stream = session.stream(sortie::request("GET", base + "/bytes/100000"));
    CHECK(stream.response().status() == 200 && stream.response().content().empty());
    char buffer[1000];
    const std::size_t first = stream.read(buffer, sizeof buffer);
    CHECK(first > 0 && first <= sizeof buffer);
    CHECK(stream.read_all().size() == 100000 - first);
    CHECK(stream.read(buffer, sizeof buffer) == 0 && stream.trailers().empty());

    auto trailing = session.stream(sortie::request("GET", base + "/trailers").set_header("TE", "trailers"));
    trailing.read_all();
    for (const sortie::header &trailer : trailing.trailers()) {
        CHECK(!trailer.name.empty());
    }
    // Given up.
    auto unread = session.stream(sortie::request("GET", base + "/bytes/100000"));
    unread = session.stream(sortie::request("GET", base + "/bytes/10"));
    CHECK(unread.read_all().size() == 10);
}

static void pieces_are_handed_on(const sortie::session &session, const std::string &base) {
    const sortie::request request("GET", base + "/bytes/100000");
    std::size_t size = 0;
    const auto response = session.receive(request, [&](std::string_view piece) { size += piece.size(); });
    CHECK(response.status() == 200 && response.content().empty() && size == 100000);
    const auto stopped = session.try_receive(request, [](std::string_view) { return false; });
    CHECK(!stopped && stopped.error().status() == SORTIE_ERR_CANCELLED);
}

static void what_a_writer_throws_comes_out(const sortie::session &session, const std::string &base) {
    const sortie::request request("GET", base + "/bytes/100000");
    int pieces = 0;
    bool out = false;
    try {
        session.receive(request, [&](std::string_view) {
            pieces += 1;
            throw std::runtime_error("no more");
        });
    } catch (const std::runtime_error &thrown) {
        out = std::string_view(thrown.what()) == "no more";
    }
    CHECK(out && pieces == 1);
    CHECK(session.get(base + "/get").is_ok());
}

static void a_body_is_read_from_a_function(const sortie::session &session, const std::string &base) {
    std::string_view left = "read by a lambda";
    sortie::request request("POST", base + "/anything");
    request.set_reader(
        [left](std::uint8_t *buffer, std::size_t size) mutable {
            const std::size_t count = left.size() < size ? left.size() : size;
            std::memcpy(buffer, left.data(), count);
            left.remove_prefix(count);
            return count;
        },
        left.size());
    CHECK(has(content_of(session.send(request)), "read by a lambda"));

    sortie::request failing("POST", base + "/anything");
    failing.set_reader([](std::uint8_t *, std::size_t) -> std::size_t { throw std::runtime_error("empty"); });
    CHECK(thrown([&] { session.send(failing); }) == SORTIE_ERR_BODY);
}

static void a_file_is_written(const sortie::session &session, const std::string &base, const std::string &folder) {
    const sortie::request request("GET", base + "/bytes/5000");
    CHECK(session.download(request, folder + "/bytes").status() == 200);
    sortie::request upload("POST", base + "/anything");
    upload.set_file(folder + "/bytes");
    CHECK(session.send(upload).is_ok());
    const auto wrong = session.try_download(request, folder + "/other", false, std::string(64, '0'));
    CHECK(!wrong);
    sortie::cancel token;
    token.fire();
    const auto cancelled = session.try_download(request, folder + "/other", true, std::nullopt, &token);
    CHECK(!cancelled && cancelled.error().status() == SORTIE_ERR_CANCELLED);
}

int main(int argc, char **argv) {
    begin();
    const std::string base = argument(argc, argv, 1);
    const std::string folder = argument(argc, argv, 2);
    sortie::session session;
    a_stream_is_read_to_its_end(session, base);
    pieces_are_handed_on(session, base);
    what_a_writer_throws_comes_out(session, base);
    a_body_is_read_from_a_function(session, base);
    a_file_is_written(session, base, folder);
    return 0;
}
