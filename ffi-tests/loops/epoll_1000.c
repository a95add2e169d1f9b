/* 1,000 calls in a loop of epoll, beside a timer. Argument: a URL. */
#include "fetch.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>

int main(int argc, char **argv) {
    struct fetch fetch = fetch_begin(argument(argc, argv, 1));
    struct itimerspec every = {{0, TICK_NS}, {0, TICK_NS}};
    struct epoll_event events[2], of_batch = {.events = EPOLLIN}, of_timer = {.events = EPOLLIN};
    int loop = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
    CHECK(loop >= 0 && timer >= 0 && timerfd_settime(timer, 0, &every, NULL) == 0);
    of_batch.data.fd = fetch_fd(&fetch);
    of_timer.data.fd = timer;
    CHECK(epoll_ctl(loop, EPOLL_CTL_ADD, of_batch.data.fd, &of_batch) == 0);
    CHECK(epoll_ctl(loop, EPOLL_CTL_ADD, timer, &of_timer) == 0);
    while (fetch.left > 0) {
        int index, count = epoll_wait(loop, events, 2, fetch_timeout_ms(&fetch));
        CHECK(count >= 0);
        for (index = 0; index < count; index++) {
            if (events[index].data.fd == timer) {
                uint64_t times;
                CHECK(read(timer, &times, sizeof times) == (ssize_t)sizeof times);
                fetch_tick(&fetch);
            }
        }
        fetch_turn(&fetch);
    }
    CHECK(close(timer) == 0 && close(loop) == 0);
    fetch_end(&fetch);
    return 0;
}
