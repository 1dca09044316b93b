#include "rpc/server/watch_stream.h"

#include <algorithm>
#include <utility>

#include "rollmill/core/views.h"

namespace rollmill::rpc {
namespace {

constexpr std::uint32_t kBatch = 256;

}  // namespace

std::shared_ptr<WatchStream> WatchStream::self() {
  return std::static_pointer_cast<WatchStream>(shared_from_this());
}

void WatchStream::start(const base::UpgradeId& id) {
  const std::weak_ptr<WatchStream> weak = self();
  auto ticket = control_.subscribe([weak] {
    if (const auto stream = weak.lock()) stream->wake();
  });
  {
    const std::lock_guard lock(mutex_);
    if (over_) return;
    ticket_ = std::move(ticket);
  }
  control_.get(id, core::Detail::Summary,
               [stream = self()](const View& view) { stream->began(view); });
}

void WatchStream::began(const View& view) {
  if (!view.ok()) return finish(view.error());
  {
    const std::lock_guard lock(mutex_);
    id_ = {view->id};
    final_ = core::has_ended(*view);
    ready_ = true;
  }
  if (with_view_) send({}, &*view);
  pump();
}

void WatchStream::wake() {
  {
    const std::lock_guard lock(mutex_);
    news_ = true;
  }
  pump();
}

void WatchStream::pump() {
  base::UpgradeId id;
  base::Sequence after = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!ready_ || reading_ || !news_ || over_ || !drained()) return;
    reading_ = true;
    news_ = false;
    id = id_;
    after = after_;
  }
  control_.events(id, after, kBatch,
                  [stream = self()](const Events& events) { stream->read(events); });
}

void WatchStream::read(const Events& events) {
  if (!events.ok()) return finish(events.error());
  if (!events->empty()) {
    if (with_view_) return read_view(*events);
    send(*events, nullptr);
  }
  take_stock(*events);
}

void WatchStream::read_view(std::vector<core::EventView> events) {
  base::UpgradeId id;
  {
    const std::lock_guard lock(mutex_);
    id = id_;
  }
  control_.get(id, core::Detail::Summary,
               [stream = self(), events = std::move(events)](const View& view) {
                 stream->send(events, view.ok() ? &*view : nullptr);
                 stream->take_stock(events);
               });
}

void WatchStream::send(const std::vector<core::EventView>& events, const core::UpgradeView* view) {
  for (std::size_t i = 0; i + 1 < events.size(); ++i) {
    pb::WatchUpgradeResponse message;
    encode(events[i], message.mutable_event());
    if (!push(std::move(message))) return;
  }
  pb::WatchUpgradeResponse last;
  if (!events.empty()) encode(events.back(), last.mutable_event());
  if (view != nullptr) encode(*view, last.mutable_upgrade());
  push(std::move(last));
}

/// After a batch: a full one may have more behind it; the end of the upgrade ends the watch.
void WatchStream::take_stock(const std::vector<core::EventView>& events) {
  bool ended = false;
  {
    const std::lock_guard lock(mutex_);
    reading_ = false;
    if (!events.empty()) {
      after_ = events.back().sequence;
      news_ = news_ || events.size() == kBatch;
      final_ = final_ || std::any_of(events.begin(), events.end(), core::ends_upgrade);
    }
    ended = final_ && !news_;
  }
  if (ended) return finish(base::success());
  pump();
}

void WatchStream::on_over() {
  std::shared_ptr<void> ticket;
  const std::lock_guard lock(mutex_);
  over_ = true;
  ticket.swap(ticket_);
}

}  // namespace rollmill::rpc
