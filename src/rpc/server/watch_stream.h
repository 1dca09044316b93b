#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "rollmill/ports/control.h"
#include "rpc/codec/view_codec.h"
#include "rpc/server/out_stream.h"

namespace rollmill::rpc {

/// One watch of an upgrade: reads the events after the last one sent whenever the controller says
/// that something is new, and only when the reader has taken all before.
class WatchStream final : public OutStream<pb::WatchUpgradeResponse> {
 public:
  WatchStream(ports::Control& control, const pb::WatchUpgradeRequest& request)
      : control_(control), with_view_(request.with_view()), after_(request.after_sequence()) {}

  /// Finds the upgrade, subscribes and begins. THREAD: any.
  void start(const base::UpgradeId& id);

 private:
  using View = base::Result<core::UpgradeView>;
  using Events = base::Result<std::vector<core::EventView>>;

  void on_drained() override { pump(); }
  void on_over() override;

  std::shared_ptr<WatchStream> self();
  void wake();
  void pump();
  void began(const View& view);     // THREAD: loop
  void read(const Events& events);  // THREAD: loop
  void read_view(std::vector<core::EventView> events);
  void send(const std::vector<core::EventView>& events, const core::UpgradeView* view);
  void take_stock(const std::vector<core::EventView>& events);

  ports::Control& control_;
  const bool with_view_;

  std::mutex mutex_;  ///< Guards all below.
  base::UpgradeId id_;
  base::Sequence after_;  ///< Sequence of the last event sent.
  bool ready_ = false;    ///< The upgrade was found.
  bool reading_ = false;  ///< A call into `control_` is out.
  bool news_ = true;      ///< There may be events after `after_`.
  bool final_ = false;    ///< The upgrade has ended.
  bool over_ = false;
  std::shared_ptr<void> ticket_;  ///< Of the subscription.
};

}  // namespace rollmill::rpc
