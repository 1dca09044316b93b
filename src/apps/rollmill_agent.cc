#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "agent/agent.h"
#include "apps/asio_loop.h"
#include "apps/crash/host.h"
#include "apps/crash/journal.h"
#include "apps/host_drivers.h"
#include "apps/log.h"
#include "apps/rpc_log.h"
#include "apps/usage.h"
#include "codec/task_codec.h"
#include "config/agent_config.h"
#include "drivers/process/keeper.h"
#include "rpc/agent_client.h"
#include "store/sqlite_journal.h"

/// The agent: reads its file, takes its journal, dials the controller until a signal.
namespace rollmill::apps {
namespace {

constexpr const char* kUsage =
    "rollmill-agent: does the work of rolling upgrades on this host\n\n"
    "  rollmill-agent --config FILE    run with this agent file\n"
    "  rollmill-agent --check FILE     read the agent file, then end\n"
    "  rollmill-agent --version\n\n"
    "May be killed at any moment; commands that it runs go on, and a restart finds them.\n"
    "Exit codes: 0 asked to end, 1 cannot run here and now, 2 a wrong command line or file.\n";

int fail(const std::string& message, int code) {
  std::cerr << "rollmill-agent: " << message << "\n";
  return code;
}

std::string read_boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

agent::AgentSettings make_settings(const config::AgentConfig& config) {
  agent::AgentSettings settings;
  settings.fleet.text = config.fleet;
  settings.host.text = config.host;
  settings.agent_version = ROLLMILL_VERSION;
  settings.boot_id = read_boot_id();
  settings.min_free_mb = config.release.min_free_mb;
  settings.heartbeat_interval = config.heartbeat_interval;
  settings.poll = config.poll;
  settings.settle = config.settle;
  for (const core::Service& service : config.services) {
    const bool conductor = service.role == "conductor";
    const std::string name = config.conductor_name.empty() ? config.host : config.conductor_name;
    settings.services.push_back({service, conductor ? name : ""});
  }
  return settings;
}

rpc::AgentClientOptions client_options(const config::AgentConfig& config, const LogLine& log,
                                       AsioLoop& loop) {
  rpc::AgentClientOptions options;
  options.controller = config.controller;
  if (config.tls) options.tls = rpc::TlsFiles{config.tls->ca, config.tls->cert, config.tls->key};
  options.insecure = config.insecure;
  options.server_name = config.server_name;
  options.post = loop.poster();
  options.log = rpc_log(log);
  return options;
}

/// Everything of one running agent, in the order in which it is made.
class Program {
 public:
  Program(const config::AgentConfig& config, LogLine log, std::unique_ptr<ports::Journal> journal)
      : log_(std::move(log)),
        journal_(crash::with_points(std::move(journal))),
        codec_(codec::make_task_codec()),
        commands_(crash::with_points(
            drivers::make_task_commands({.folder = config.state_dir + "/tasks"}))),
        drivers_(crash::with_points(make_host_drivers(config, commands_))),
        pacer_(agent::make_real_pacer()),
        settings_(make_settings(config)) {}

  int run(const config::AgentConfig& config) {
    auto client = rpc::make_agent_client(client_options(config, log_, loop_));
    if (!client) return fail(client.error().message, 2);
    const std::unique_ptr<ports::Worker> worker = make_thread_worker(loop_);
    agent::Agent agent(settings_, drivers_.ports(),
                       {*journal_, *codec_, *worker, **client, loop_.clock(), *commands_, *pacer_,
                        [this](const std::string& line) { log_(LogLevel::Info, line); }});
    if (const base::Status begun = agent.begin(); !begun) return fail(begun.error().message, 1);
    (*client)->start(agent);
    log_(LogLevel::Info, "agent of " + config.host + ", controller " + config.controller);
    loop_.run([&] { loop_.stop(); });
    (*client)->stop();
    log_(LogLevel::Info, "ended; what was in progress goes on at the next start");
    // A task may be waiting for a command that outlives us: leave without waiting for it.
    std::_Exit(0);
  }

 private:
  const LogLine log_;
  std::unique_ptr<ports::Journal> journal_;
  std::unique_ptr<ports::TaskCodec> codec_;
  std::shared_ptr<drivers::TaskCommands> commands_;
  HostDrivers drivers_;
  std::unique_ptr<agent::Pacer> pacer_;
  const agent::AgentSettings settings_;
  AsioLoop loop_;
};

int run(const std::string& file, bool only_check) {
  auto config = config::read_agent_config(file);
  if (!config) return fail(config.error().message, 2);
  if (only_check) {
    std::cout << file << " is good\n";
    return 0;
  }
  auto log = open_log(config->log, "rollmill-agent");
  if (!log) return fail(log.error().message, 1);
  std::error_code unmade;  // the journal says what is wrong with the folder
  std::filesystem::create_directories(config->state_dir, unmade);
  std::filesystem::permissions(config->state_dir, std::filesystem::perms::owner_all, unmade);
  auto journal = store::open_sqlite_journal(config->state_dir + "/agent.db", store::kHandover);
  if (!journal) return fail(journal.error().message, 1);
  return Program(*config, std::move(*log), std::move(*journal)).run(*config);
}

}  // namespace
}  // namespace rollmill::apps

int main(int argc, char** argv) {
  using namespace rollmill::apps;
  const std::string word = argc > 1 ? argv[1] : "";
  if (argc == 3 && word == "keep") return rollmill::drivers::keeper_main(argv[2]);
  std::signal(SIGPIPE, SIG_IGN);
  if (word == "--version") {
    std::cout << "rollmill-agent " << ROLLMILL_VERSION << "\n";
    return 0;
  }
  if (word == "--help" || word == "-h") {
    std::cout << kUsage;
    return 0;
  }
  if (argc != 3 || (word != "--config" && word != "--check")) {
    std::cerr << "rollmill-agent: " << wrong_line(argc, word) << "\n\n" << kUsage;
    return 2;
  }
  return run(argv[2], word == "--check");
}
