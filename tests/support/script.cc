#include "support/script.h"

#include <algorithm>
#include <map>
#include <set>

#include "support/builders.h"
#include "support/script_print.h"
#include "support/script_setup.h"

namespace rollmill::test {
namespace {

using core::Actor;
using core::Verb;
using Words = std::istringstream;

constexpr int kMostSteps = 20000;

/// Plays one script; a member function for each word of the language.
class Player {
 public:
  explicit Player(Keep keep) : keep_(keep) {}

  void play(const std::string& line) {
    run_.output += "> " + line + "\n";
    Words in(line);
    const std::string word = take_word(in);
    const auto found = table().find(word);
    if (found == table().end()) not_understood(line);
    if (!started_ && !is_word_of_setup(word)) not_understood(line + "\" before \"start");
    (this->*found->second)(in);
    for (const std::string& what : loop().broken) {
      if (told_.insert(what).second) say("BROKEN: " + what);
    }
  }

  Played take() {
    loop().on_fact = nullptr;
    loop().on_command = nullptr;
    loop().on_append = nullptr;
    return std::move(run_);
  }

 private:
  using Play = void (Player::*)(Words&);
  static const std::map<std::string, Play>& table();

  static bool is_word_of_setup(const std::string& word) {
    static const std::set<std::string> words = {"fleet",    "from", "to",   "policy", "host",
                                                "stranger", "no",   "plan", "start",  "trace"};
    return words.contains(word);
  }

  EngineLoop& loop() { return run_.loop; }
  FleetTwin& twin() { return started_ ? loop().fleet : twin_; }
  void say(const std::string& text) { run_.output += indent(text, "  "); }

  void refusal(const std::optional<base::Error>& error) {
    if (!error) return;
    run_.output += "  refused: " + mask(error->message, plan_ ? plan_->id.text : "") + "\n";
  }
  void event(const core::Event& event) { refusal(loop().handle(event)); }
  static Actor actor(const std::string& reason) { return {"alice", reason}; }

  // What there is.
  void set_fleet(Words& in) {
    fleet_ = fleet(take_rest(in));
    twin_ = FleetTwin(fleet_, from_);
  }
  void set_from(Words& in) {
    from_ = take_release(in);
    twin_ = FleetTwin(fleet_, from_);
  }
  void set_to(Words& in) { to_ = take_release(in); }
  void set_policy_line(Words& in) { set_policy(policy_, in); }
  void set_host_line(Words& in) {
    const std::string name = take_word(in);
    if (in.str().find(" silent") != std::string::npos) {
      silent_.insert(name);
    } else {
      set_host(twin().host(known(name)), from_, to_, in);
    }
  }
  const std::string& known(const std::string& name) const {
    const auto is_it = [&](const core::Host& host) { return host.name.text == name; };
    const auto& hosts = started_ ? run_.loop.state.plan->fleet.hosts : fleet_.hosts;
    if (std::none_of(hosts.begin(), hosts.end(), is_it)) not_understood("host " + name);
    return name;
  }
  base::HostName take_host(Words& in) const { return {known(take_word(in))}; }
  void add_stranger(Words& in) {
    twin().strangers.push_back(take_word(in) + "||alive|fake-hardware");
  }
  void no_strangers(Words&) { twin().strangers.clear(); }

  // Plan and start.
  base::Result<core::Plan> make() {
    core::PlanRequest request{fleet_, policy_, to_, twin_.read_all(start_time())};
    for (const std::string& name : silent_) request.facts.erase(base::HostName{name});
    return core::make_plan(core::ironic_profile(), request);
  }
  void plan(Words& in) {
    const bool again = take_rest(in) == "again";
    if (again && !plan_) not_understood("plan again\" before \"plan");
    const base::Result<core::Plan> made = make();
    if (!made) {
      refusal(made.error());
      return;
    }
    if (again) {
      print_drift(*made);
    } else {
      say(mask(core::print_plan(*made), made->id.text));
    }
    plan_ = made.value();
  }
  void print_drift(const core::Plan& now) {
    for (const std::string& line : core::diff_plans(*plan_, now)) {
      if (line.find("plan ") != 2) say(line);
    }
  }
  void start(Words& in) {
    const bool shown = take_rest(in) == "shown";
    if (shown && !plan_) not_understood("start shown\" before \"plan");
    base::Result<core::Plan> made = make();
    if (!made) {
      refusal(made.error());
    } else if (shown && made->id != plan_->id) {
      run_.output += "  refused: the plan has changed since it was shown\n";
      print_drift(*made);
    } else {
      plan_ = made.value();
      begin();
    }
  }
  void begin() {
    loop() = EngineLoop(*plan_, twin_);
    started_ = true;
    watch();
    loop().begin(*plan_, actor(""));
  }
  void watch() {
    loop().on_fact = [this](const core::Fact& fact) { show(fact); };
    loop().on_command = [this](const core::Command& command) {
      const bool cancels = std::holds_alternative<core::CancelTask>(command);
      if (loud_ || cancels) run_.output += print_command(command);
    };
    if (keep_ == Keep::CrashPoints) {
      loop().on_append = [this](const EngineLoop& at) {
        if (!loud_ && !is_telling(at.facts.back()->body)) return;
        EngineLoop copy = at;
        copy.on_fact = nullptr;
        copy.on_command = nullptr;
        copy.on_append = nullptr;
        run_.crash_points.push_back(std::move(copy));
      };
    }
  }
  void show(const core::Fact& fact) {
    if (loud_ || is_telling(fact.body)) {
      run_.output += print_fact(loop().state, fact);
    } else {
      ++quiet_;
    }
  }

  // People.
  void approve(Words& in) {
    const std::string gate = take_word(in);
    const std::string rest = take_rest(in);
    base::Duration valid{};
    if (rest.rfind("for ", 0) == 0) {
      Words time(rest.substr(4));
      valid = take_duration(time);
    }
    event(core::ApproveRequested{gate, actor("checked"), valid});
  }
  void pause(Words& in) { event(core::PauseRequested{actor(take_rest(in))}); }
  void resume(Words& in) { event(core::ResumeRequested{actor(take_rest(in))}); }
  void rollback(Words& in) {
    const std::string why = take_rest(in);
    event(core::TurnRequested{core::Direction::Back, actor(why)});
  }
  void quarantine(Words& in) {
    const base::HostName host{take_word(in)};
    std::string why = take_rest(in);
    const bool out = why.rfind("api_is_out ", 0) == 0;
    event(core::QuarantineRequested{host, actor(out ? why.substr(11) : why), out});
  }
  void forward(Words& in) {
    event(core::TurnRequested{core::Direction::Forward, actor(take_rest(in))});
  }
  void abort(Words& in) { event(core::AbortRequested{actor(take_rest(in))}); }
  void retry(Words& in) {
    core::RetryRequested request{std::nullopt, actor("repaired")};
    if (in.rdbuf()->in_avail() > 0) request.step = take_step(in);
    event(request);
  }
  void skip(Words& in) {
    const base::StepIndex step = take_step(in);
    event(core::SkipRequested{step, actor(take_rest(in))});
  }
  /// `12`, or the last begun step of `drain cond1`.
  base::StepIndex take_step(Words& in) {
    const std::string word = take_word(in);
    if (const auto verb = core::parse_verb(word)) return last_begun(*verb, take_word(in));
    Words number(word);
    return {take_number(number)};
  }
  base::StepIndex last_begun(Verb verb, const std::string& host) {
    base::StepIndex found;
    const core::Plan& plan = *loop().state.plan;
    for (std::uint32_t i = 0; i < plan.steps.size(); ++i) {
      const core::Step& step = plan.steps[i];
      if (step.verb != verb || plan.fleet.hosts[step.host.value].name.text != host) continue;
      if (loop().state.steps[i].attempt > 0) found = {i};
    }
    return found;
  }

  // Agents.
  void agents(Words& in) {
    if (take_rest(in) != "come all") not_understood(in.str());
    quietly([this] { loop().come_all(); });
  }
  void agent(Words& in) {
    const std::string what = take_word(in);
    const base::HostName host = take_host(in);
    if (what == "comes") {
      loop().come(host);
    } else {
      loop().go(host, take_rest(in));
    }
  }
  void hold(Words& in) { loop().agents.at(take_host(in)).held = true; }
  void release(Words& in) { loop().agents.at(take_host(in)).held = false; }
  base::StepIndex open_step(const base::HostName& host) {
    const AgentTwin& agent = loop().agents.at(host);
    if (agent.open.empty()) not_understood(host.text + " has no open task");
    return agent.open.begin()->first;
  }
  void report(Words& in, const std::function<core::TaskOutcome(Words&)>& outcome) {
    const base::HostName host = take_host(in);
    const base::StepIndex step = open_step(host);
    refusal(loop().report(host, step, outcome(in)));
  }
  void accept(Words& in) {
    report(in, [](Words&) { return core::TaskAccepted{}; });
  }
  void waits(Words& in) {
    report(in, [this](Words& rest) {
      core::TaskWaiting waiting{take_word(rest), take_rest(rest), loop().now};
      if (waiting.code == "nothing") waiting = {};
      return waiting;
    });
  }
  void fail(Words& in) { report(in, take_failure); }
  void refuse(Words& in) { report(in, take_refusal); }
  void ok(Words& in) {
    const std::string who = take_word(in);
    if (who != "all") {
      const base::HostName host{known(who)};
      loop().succeed(host, open_step(host));
      return;
    }
    std::vector<std::pair<base::StepIndex, base::HostName>> open;
    for (const auto& [host, twin] : loop().agents) {
      if (!twin.connected || twin.held) continue;
      for (const auto& [step, task] : twin.open) open.push_back({step, host});
    }
    std::sort(open.begin(), open.end());
    for (const auto& [step, host] : open) loop().succeed(host, step);
  }
  void raw(Words& in) {
    const base::HostName host = take_host(in);
    const base::StepIndex step = take_step(in);
    const std::uint32_t attempt = take_number(in);
    const core::TaskKey key{loop().state.id, step, attempt, 1};
    event(core::TaskReported{host, {key, take_raw(in)}});
  }

  // The course of things.
  void time(Words& in) { loop().pass(take_duration(in)); }
  void crash(Words& in) {
    if (take_word(in) != "controller") not_understood(in.str());
    loop().crash();
  }
  void probes(Words& in) {
    const std::uint32_t sent = take_number(in);
    const std::uint32_t failed = take_number(in);
    event(core::ProberCounted{sent, failed, take_duration(in), failed > 0 ? "HTTP 503" : ""});
  }
  void trace(Words& in) { traced_ = take_word(in) == "on"; }
  /// Only what tells a story is printed meanwhile.
  void quietly(const std::function<void()>& deed) {
    loud_ = traced_;
    quiet_ = 0;
    deed();
    loud_ = true;
    if (quiet_ > 0) say("... and " + std::to_string(quiet_) + " quiet facts");
  }
  void run(Words& in) {
    const std::string goal = take_rest(in);
    quietly([&] {
      int steps = 0;
      while (!reached(goal) && loop().go_on()) {
        if (++steps > kMostSteps) not_understood("a run without an end");
      }
    });
    say(std::string("now ") + to_string(loop().state.state) +
        (goal == "to end" || reached(goal) ? "" : ", not reached: " + goal));
  }
  /// "to end", "until PHASE", "until VERB HOST": the agent has such a task open.
  bool reached(const std::string& goal) {
    Words in(goal);
    if (take_word(in) == "to") return false;
    const std::string word = take_word(in);
    const core::Upgrade& state = loop().state;
    if (const auto verb = core::parse_verb(word); verb && in.rdbuf()->in_avail() > 0) {
      const AgentTwin& agent = loop().agents.at(take_host(in));
      return std::any_of(agent.open.begin(), agent.open.end(),
                         [&](const auto& entry) { return entry.second.verb == *verb; });
    }
    const auto kind = core::parse_phase(word);
    if (!kind) not_understood(goal);
    return state.phase.value < state.plan->phases.size() &&
           state.plan->phases[state.phase.value].kind == *kind &&
           state.phases[state.phase.value].state != core::PhaseState::Pending;
  }
  void explain(Words&) { run_.output += print_blocked(loop().state, loop().now); }
  void view(Words&) { run_.output += print_view(loop().state, loop().now); }
  void steps(Words& in) {
    run_.output += print_steps(loop().state, loop().now, take_host(in).text);
  }

  Keep keep_;
  Played run_;
  core::Fleet fleet_;
  core::Policy policy_ = usual_policy();
  core::ReleaseNumber from_{35, 0};
  core::ReleaseNumber to_{39, 0};
  FleetTwin twin_;
  std::set<std::string> silent_;
  std::optional<core::Plan> plan_;
  std::set<std::string> told_;
  bool started_ = false;
  bool loud_ = true;
  bool traced_ = false;
  int quiet_ = 0;
};

const std::map<std::string, Player::Play>& Player::table() {
  static const std::map<std::string, Play> words = {
      {"fleet", &Player::set_fleet},
      {"from", &Player::set_from},
      {"to", &Player::set_to},
      {"policy", &Player::set_policy_line},
      {"host", &Player::set_host_line},
      {"stranger", &Player::add_stranger},
      {"no", &Player::no_strangers},
      {"plan", &Player::plan},
      {"start", &Player::start},
      {"approve", &Player::approve},
      {"pause", &Player::pause},
      {"resume", &Player::resume},
      {"rollback", &Player::rollback},
      {"forward", &Player::forward},
      {"quarantine", &Player::quarantine},
      {"abort", &Player::abort},
      {"retry", &Player::retry},
      {"skip", &Player::skip},
      {"agents", &Player::agents},
      {"agent", &Player::agent},
      {"hold", &Player::hold},
      {"release", &Player::release},
      {"accept", &Player::accept},
      {"waits", &Player::waits},
      {"fail", &Player::fail},
      {"refuse", &Player::refuse},
      {"ok", &Player::ok},
      {"raw", &Player::raw},
      {"time", &Player::time},
      {"crash", &Player::crash},
      {"probes", &Player::probes},
      {"trace", &Player::trace},
      {"run", &Player::run},
      {"explain", &Player::explain},
      {"view", &Player::view},
      {"steps", &Player::steps},
  };
  return words;
}

}  // namespace

Script read_script(std::istream& in) {
  Script script;
  bool behind = false;
  for (std::string line; std::getline(in, line);) {
    if (behind) {
      script.golden += line + "\n";
    } else if (line == "----") {
      behind = true;
    } else if (!line.empty() && line.front() != '#') {
      script.inputs.push_back(line);
    }
  }
  return script;
}

Played run_script(const Script& script, Keep keep) {
  Player player(keep);
  for (const std::string& line : script.inputs) player.play(line);
  return player.take();
}

}  // namespace rollmill::test
