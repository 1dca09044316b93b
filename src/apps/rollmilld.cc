#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "apps/asio_loop.h"
#include "apps/crash/journal.h"
#include "apps/event_log.h"
#include "apps/log.h"
#include "apps/rpc_log.h"
#include "apps/status_doors.h"
#include "apps/usage.h"
#include "codec/fact_codec.h"
#include "config/controller_config.h"
#include "config/fleet_file.h"
#include "controller/posted_control.h"
#include "rpc/server.h"
#include "store/sqlite_journal.h"

/// The controller: reads its files, takes its journal, serves until a signal.
namespace rollmill::apps {
namespace {

constexpr const char* kUsage =
    "rollmilld: controller of rolling upgrades\n\n"
    "  rollmilld --config FILE    run with this controller file\n"
    "  rollmilld --check FILE     read the controller file and its fleet file, then end\n"
    "  rollmilld --verify-journal FILE    check every fact of a journal, the controller's or an\n"
    "                             agent's, then end; changes nothing, a program may be using it\n"
    "  rollmilld --version\n\n"
    "Ends cleanly on SIGTERM; may be killed at any moment, a restart goes on.\n"
    "Exit codes: 0 asked to end, 1 cannot run here and now, 2 a wrong command line or file.\n";

int fail(const std::string& message, int code) {
  std::cerr << "rollmilld: " << message << "\n";
  return code;
}

rpc::ServerOptions server_options(const config::ControllerConfig& config, const LogLine& log) {
  rpc::ServerOptions options;
  options.address = config.listen;
  if (config.tls) options.tls = rpc::TlsFiles{config.tls->ca, config.tls->cert, config.tls->key};
  options.insecure = config.insecure;
  options.log = rpc_log(log);
  return options;
}

/// Everything of one running controller, in the order in which it is made.
class Program {
 public:
  Program(config::ControllerConfig config, core::Fleet fleet, LogLine log,
          std::unique_ptr<ports::Journal> journal)
      : config_(std::move(config)),
        log_(std::move(log)),
        journal_(crash::with_points(std::move(journal))),
        codec_(codec::make_fact_codec()),
        server_(rpc::make_server(server_options(config_, log_))),
        controller_({*journal_, *codec_, server_->agent_link(), loop_.clock()},
                    core::ironic_profile(), std::move(fleet), config_.policy, ROLLMILL_VERSION),
        control_(controller_, loop_.poster()),
        doors_(config_, control_, log_),
        events_(control_, log_) {}

  int run() {
    if (const base::Status recovered = controller_.recover(); !recovered) {
      return fail(recovered.error().message, 1);
    }
    if (const base::Status served = serve(); !served) return fail(served.error().message, 1);
    events_.start();
    log_(LogLevel::Info, "serving on " + config_.listen + ", journal " + config_.journal);
    loop_.run([this] { end(); });
    if (ender_.joinable()) ender_.join();
    log_(LogLevel::Info, "ended");
    return 0;
  }

 private:
  base::Status serve() {
    if (base::Status served = server_->start(control_); !served) return served;
    return doors_.start();
  }

  /// The doors close on a thread of their own: calls in flight still need the loop.
  void end() {
    log_(LogLevel::Info, "asked to end; a running upgrade goes on at the next start");
    ender_ = std::thread([this] {
      doors_.stop();
      server_->shutdown();
      loop_.stop();
    });
  }

  const config::ControllerConfig config_;
  const LogLine log_;
  std::unique_ptr<ports::Journal> journal_;
  std::unique_ptr<ports::FactCodec> codec_;
  AsioLoop loop_;
  std::unique_ptr<rpc::RpcServer> server_;
  controller::Controller controller_;
  controller::PostedControl control_;
  StatusDoors doors_;
  EventLog events_;
  std::thread ender_;
};

int run(const std::string& file, bool only_check) {
  auto config = config::read_controller_config(file);
  if (!config) return fail(config.error().message, 2);
  auto fleet = config::read_fleet(config->fleet);
  if (!fleet) return fail(fleet.error().message, 2);
  if (only_check) {
    std::cout << file << " and " << config->fleet << " are good\n";
    return 0;
  }
  auto log = open_log(config->log, "rollmilld");
  if (!log) return fail(log.error().message, 1);
  auto journal = store::open_sqlite_journal(config->journal, store::kHandover);
  if (!journal) return fail(journal.error().message, 1);
  return Program(std::move(*config), std::move(*fleet), std::move(*log), std::move(*journal)).run();
}

int verify(const std::string& file) {
  const auto journal = store::verify_sqlite_journal(file);
  if (!journal) return fail(journal.error().message, 1);
  std::cout << file << ": " << journal->facts << " facts, the chain holds (journal schema "
            << journal->schema << ", last hash " << journal->last_hash << ")\n";
  return 0;
}

}  // namespace
}  // namespace rollmill::apps

int main(int argc, char** argv) {
  using namespace rollmill::apps;
  std::signal(SIGPIPE, SIG_IGN);
  const std::string word = argc > 1 ? argv[1] : "";
  if (word == "--version") {
    std::cout << "rollmilld " << ROLLMILL_VERSION << "\n";
    return 0;
  }
  if (word == "--help" || word == "-h") {
    std::cout << kUsage;
    return 0;
  }
  if (argc == 3 && word == "--verify-journal") return verify(argv[2]);
  if (argc != 3 || (word != "--config" && word != "--check")) {
    std::cerr << "rollmilld: " << wrong_line(argc, word) << "\n\n" << kUsage;
    return 2;
  }
  return run(argv[2], word == "--check");
}
