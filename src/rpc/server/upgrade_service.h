#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "rollmill/ports/control.h"
#include "rollmill/v1/control.grpc.pb.h"
#include "rpc/codec/view_codec.h"
#include "rpc/server/answer.h"
#include "rpc/server/out_stream.h"

namespace rollmill::rpc {

/// The operators' door: decodes, posts into `Control`, encodes what comes back. Keeps nothing.
/// THREAD: gRPC; replies on the loop.
class UpgradeService final : public pb::UpgradeService::CallbackService {
 public:
  explicit UpgradeService(ports::Control& control) : control_(control) {}

  /// Ends every stream and takes no new one. THREAD: any.
  void close();

 private:
  using Context = grpc::CallbackServerContext;
  using Unary = grpc::ServerUnaryReactor;

  Unary* PlanUpgrade(Context* context, const pb::PlanUpgradeRequest* request,
                     pb::PlanUpgradeResponse* response) override;
  Unary* StartUpgrade(Context* context, const pb::StartUpgradeRequest* request,
                      pb::StartUpgradeResponse* response) override;
  Unary* GetUpgrade(Context* context, const pb::GetUpgradeRequest* request,
                    pb::GetUpgradeResponse* response) override;
  Unary* ListUpgrades(Context* context, const pb::ListUpgradesRequest* request,
                      pb::ListUpgradesResponse* response) override;
  grpc::ServerWriteReactor<pb::WatchUpgradeResponse>* WatchUpgrade(
      Context* context, const pb::WatchUpgradeRequest* request) override;
  Unary* PauseUpgrade(Context* context, const pb::PauseUpgradeRequest* request,
                      pb::PauseUpgradeResponse* response) override;
  Unary* ResumeUpgrade(Context* context, const pb::ResumeUpgradeRequest* request,
                       pb::ResumeUpgradeResponse* response) override;
  Unary* QuarantineHost(Context* context, const pb::QuarantineHostRequest* request,
                        pb::QuarantineHostResponse* response) override;
  Unary* RollbackUpgrade(Context* context, const pb::RollbackUpgradeRequest* request,
                         pb::RollbackUpgradeResponse* response) override;
  Unary* AbortUpgrade(Context* context, const pb::AbortUpgradeRequest* request,
                      pb::AbortUpgradeResponse* response) override;
  Unary* ApproveUpgrade(Context* context, const pb::ApproveUpgradeRequest* request,
                        pb::ApproveUpgradeResponse* response) override;
  Unary* RetryUpgrade(Context* context, const pb::RetryUpgradeRequest* request,
                      pb::RetryUpgradeResponse* response) override;
  Unary* SkipStep(Context* context, const pb::SkipStepRequest* request,
                  pb::SkipStepResponse* response) override;
  Unary* ListHosts(Context* context, const pb::ListHostsRequest* request,
                   pb::ListHostsResponse* response) override;
  Unary* ListEvents(Context* context, const pb::ListEventsRequest* request,
                    pb::ListEventsResponse* response) override;
  grpc::ServerWriteReactor<pb::ReadLogsResponse>* ReadLogs(
      Context* context, const pb::ReadLogsRequest* request) override;
  Unary* GetInfo(Context* context, const pb::GetInfoRequest* request,
                 pb::GetInfoResponse* response) override;

  /// The id that a name stands for; asks the controller where it means the newest upgrade.
  void with_id(const std::string& name, std::function<void(base::Result<base::UpgradeId>)> then);

  /// A person's deed on one upgrade: who and why, then the event.
  template <typename Request, typename Response, typename MakeEvent>
  Unary* deed(Context& context, const Request& request, Response* response, MakeEvent make_event);

  /// Notes a stream for `close`. False, and the stream is ended, when that has been.
  bool note(const std::shared_ptr<Endable>& stream);

  ports::Control& control_;

  std::mutex mutex_;  ///< Guards all below.
  bool closed_ = false;
  std::vector<std::weak_ptr<Endable>> streams_;
};

}  // namespace rollmill::rpc
