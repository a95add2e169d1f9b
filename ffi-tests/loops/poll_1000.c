/* 1,000 calls in a loop of poll, beside a timer that is the loop's own. Argument: a URL. */
#include "fetch.h"

#include <poll.h>

int main(int argc, char **argv) {
    struct fetch fetch = fetch_begin(argument(argc, argv, 1));
    struct pollfd poller = {0, POLLIN, 0};
    poller.fd = fetch_fd(&fetch);
    while (fetch.left > 0) {
        int64_t until = fetch.due_ns - now_ns();
        int tick_ms = until > 0 ? (int)((until + 999999) / 1000000) : 0;
        int timeout_ms = fetch_timeout_ms(&fetch);
        if (timeout_ms < 0 || timeout_ms > tick_ms) {
            timeout_ms = tick_ms;
        }
        CHECK(poll(&poller, 1, timeout_ms) >= 0);
        if (now_ns() >= fetch.due_ns) {
            fetch_tick(&fetch);
        }
        fetch_turn(&fetch);
    }
    fetch_end(&fetch);
    return 0;
}
