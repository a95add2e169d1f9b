/* 1,000 calls in a loop of libuv, beside a timer. Argument: a URL. */
#include "fetch.h"

#include <uv.h>

struct loop {
    struct fetch fetch;
    uv_poll_t poller;
    uv_timer_t due, ticker;
};

static void close_all(struct loop *loop) {
    uv_close((uv_handle_t *)&loop->poller, NULL);
    uv_close((uv_handle_t *)&loop->due, NULL);
    uv_close((uv_handle_t *)&loop->ticker, NULL);
}

static void on_due(uv_timer_t *timer);

/* Does what is ready, and has the timer ask again in time. */
static void turn(struct loop *loop) {
    int timeout_ms;
    fetch_turn(&loop->fetch);
    if (loop->fetch.left == 0) {
        close_all(loop);
        return;
    }
    timeout_ms = fetch_timeout_ms(&loop->fetch);
    if (timeout_ms < 0) {
        uv_timer_stop(&loop->due);
    } else {
        CHECK(uv_timer_start(&loop->due, on_due, (uint64_t)timeout_ms, 0) == 0);
    }
}

static void on_due(uv_timer_t *timer) {
    turn((struct loop *)timer->data);
}

static void on_ready(uv_poll_t *poller, int status, int events) {
    (void)events;
    CHECK(status == 0);
    turn((struct loop *)poller->data);
}

static void on_tick(uv_timer_t *timer) {
    fetch_tick(&((struct loop *)timer->data)->fetch);
}

int main(int argc, char **argv) {
    static struct loop loop;
    uv_loop_t *uv = uv_default_loop();
    loop.fetch = fetch_begin(argument(argc, argv, 1));
    CHECK(uv_poll_init(uv, &loop.poller, fetch_fd(&loop.fetch)) == 0);
    CHECK(uv_timer_init(uv, &loop.due) == 0 && uv_timer_init(uv, &loop.ticker) == 0);
    loop.poller.data = loop.due.data = loop.ticker.data = &loop;
    CHECK(uv_poll_start(&loop.poller, UV_READABLE, on_ready) == 0);
    CHECK(uv_timer_start(&loop.due, on_due, 0, 0) == 0);
    CHECK(uv_timer_start(&loop.ticker, on_tick, TICK_NS / 1000000, TICK_NS / 1000000) == 0);
    CHECK(uv_run(uv, UV_RUN_DEFAULT) == 0 && loop.fetch.left == 0);
    CHECK(uv_loop_close(uv) == 0);
    uv_library_shutdown();
    fetch_end(&loop.fetch);
    return 0;
}
