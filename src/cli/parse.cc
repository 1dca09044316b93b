#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "cli/invocation.h"
#include "cli/words.h"
#include "rollmill/base/nearest.h"

namespace rollmill::cli {
namespace {

constexpr const char* kDefaultServer = "127.0.0.1:7443";

/// What the options write to before it is an Invocation.
struct Draft {
  Invocation line;
  std::string format = "table";
  std::vector<std::string> words;  ///< Bare words of approve and logs.
  std::string valid_for;
  std::string timeout;
  bool version = false;
};

constexpr const char* kExitCodes =
    "Exit codes: 0 done, 1 error, 2 usage, 3 a person is needed, 4 upgrade aborted\n"
    "or rolled back, 5 the controller does not answer, 6 time limit of wait, 7 the\n"
    "plan has changed since it was shown, 130 Ctrl-C.";
constexpr const char* kEverywhere =
    "Also: --reason TEXT, -y, -o table|json|jsonl, --no-color, and how to reach the\n"
    "controller: --server, --ca, --cert, --key, --insecure. See `rollmill --help`.\n\n";

/// In the list of commands only what a command does; its examples are in its own help. Words
/// without a dash are shown as they are written.
class BriefFormatter : public CLI::Formatter {
 public:
  std::string make_option_usage(const CLI::Option* option) const override {
    return option->get_option_text();
  }
  std::string make_option(const CLI::Option* option, bool positional) const override {
    if (!positional) return CLI::Formatter::make_option(option, false);
    std::stringstream out;
    CLI::detail::format_help(out, "  " + option->get_option_text(), option->get_description(),
                             column_width_);
    return out.str();
  }
  std::string make_subcommand(const CLI::App* command) const override {
    std::stringstream out;
    const std::string about = command->get_description();
    CLI::detail::format_help(out, command->get_name(), about.substr(0, about.find('\n')),
                             column_width_);
    return out.str();
  }
};

class Parser {
 public:
  explicit Parser(const Console& console) {
    app_.formatter(std::make_shared<BriefFormatter>());
    upgrade_.formatter(app_.get_formatter());
    const auto setting = [&](const char* name, const char* fallback) {
      return console.environment ? console.environment(name).value_or(fallback) : fallback;
    };
    draft_.line.connect.user = console.user;
    draft_.line.connect.server = setting("ROLLMILL_SERVER", kDefaultServer);
    draft_.line.connect.ca = setting("ROLLMILL_CA", "");
    draft_.line.connect.cert = setting("ROLLMILL_CERT", "");
    draft_.line.connect.key = setting("ROLLMILL_KEY", "");
    add_globals();
    add_plan_and_start();
    add_following();
    add_deeds();
    add_lists();
    upgrade_.fallthrough();
    upgrade_.require_subcommand(1);
    app_.require_subcommand(0, 1);
  }

  std::variant<Invocation, Answer> run(std::vector<std::string> arguments, const Doors& doors) {
    if (!arguments.empty() && arguments.front() == "help") {
      arguments.erase(arguments.begin());
      arguments.emplace_back("--help");
    }
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    try {
      app_.parse(arguments);
    } catch (const CLI::CallForHelp&) {
      return Answer{help(), "", ExitCode::Ok};
    } catch (const CLI::ParseError& error) {
      return usage(explain(error));
    }
    if (draft_.version) return Answer{"rollmill " + doors.version + "\n", "", ExitCode::Ok};
    if (!chosen_) return Answer{"", help(), ExitCode::Usage};
    return finish();
  }

 private:
  CLI::App* command(CLI::App& parent, Verb verb, const char* name, const std::string& about,
                    const std::string& examples) {
    CLI::App* const made = parent.add_subcommand(name, about);
    made->description(about + "\n\nExamples:\n" + examples + "\n");
    made->footer(std::string(kEverywhere) + kExitCodes);
    made->fallthrough();
    made->callback([this, verb] {
      draft_.line.verb = verb;
      chosen_ = true;
    });
    return made;
  }

  /// An upgrade, which may be left out, and something of it.
  void name_with_upgrade(CLI::App* command, const std::string& what, const std::string& meaning) {
    command->add_option("words", draft_.words, "the newest upgrade if left out; " + meaning)
        ->option_text("[UPGRADE] " + what)
        ->required()
        ->expected(1, 2);
  }
  void upgrade_name(CLI::App* command) {
    command
        ->add_option("upgrade", draft_.line.upgrade,
                     "id of the upgrade; the newest if left out, or `latest`")
        ->option_text("[UPGRADE]");
  }

  void add_globals() {
    Invocation& line = draft_.line;
    app_.description(
        "Takes OpenStack Ironic from one release to the next with no API outage.\n\nExamples:\n"
        "  rollmill plan --to 39.0            what would be done; changes nothing\n"
        "  rollmill upgrade start --to 39.0   show it, ask, do it, watch it\n"
        "  rollmill upgrade status            where it stands and what it waits for\n"
        "  rollmill doctor                    is everything ready?\n");
    app_.footer(kExitCodes);
    upgrade_.footer(kExitCodes);
    app_.add_option("--server,--controller", line.connect.server,
                    "where the controller listens (ROLLMILL_SERVER)")
        ->option_text("HOST:PORT");
    app_.add_option("--ca", line.connect.ca, "CA certificates, PEM (ROLLMILL_CA)")
        ->option_text("FILE");
    app_.add_option("--cert", line.connect.cert, "own certificate, PEM (ROLLMILL_CERT)")
        ->option_text("FILE");
    app_.add_option("--key", line.connect.key, "its key, PEM (ROLLMILL_KEY)")->option_text("FILE");
    app_.add_flag("--insecure", line.connect.insecure, "plain text beyond loopback");
    app_.add_option("-o,--output", draft_.format, "table, json or jsonl")
        ->option_text("FORMAT")
        ->check(check_format);
    app_.add_flag("--no-color", line.no_color, "no colours (also NO_COLOR, TERM=dumb)");
    app_.add_flag("-y,--yes", line.yes, "do not ask");
    app_.add_option("--reason", line.reason, "why; recorded with what you do");
    app_.add_flag("--version", draft_.version, "print the version");
  }

  void add_plan_and_start() {
    Invocation& line = draft_.line;
    CLI::App* const plan = command(
        app_, Verb::Plan, "plan", "Print what an upgrade would do; changes nothing.",
        "  rollmill plan --to 39.0\n  rollmill plan --to 39.0 --policy careful.json -o json\n"
        "  rollmill plan --to 39.0 --reverse       the way back from before unpin\n"
        "  rollmill plan --reverse --from-now      the way back of the upgrade under way");
    CLI::App* const start =
        command(upgrade_, Verb::Start, "start", "Plan, show, ask, then upgrade.",
                "  rollmill upgrade start --to 39.0\n"
                "  rollmill upgrade start --to 39.0 --plan 4c1d9e --detach\n"
                "  rollmill upgrade start --to 39.0 --yes --approve unpin");
    for (CLI::App* const made : {plan, start}) {
      CLI::Option* const release =
          made->add_option("release,--to", line.release, "release to go to, such as 39.0; needed")
              ->option_text("RELEASE");
      if (made == start) release->required();
      made->add_option("--policy", line.policy_file, "file with a policy of its own")
          ->option_text("FILE");
    }
    plan->add_flag("--reverse", line.reverse, "show the way back; --to may be left out meanwhile");
    plan->add_flag("--from-now", line.from_now, "with --reverse: from what the hosts are now");
    start->add_option("--plan", line.plan_id, "run exactly this plan, as `rollmill plan` showed it")
        ->option_text("ID");
    start->add_option("--approve", line.approve, "approve a gate in advance: unpin, expand")
        ->option_text("GATE")
        ->allow_extra_args(false);
    start->add_flag("--detach", line.detach, "do not watch");
  }

  void add_following() {
    Invocation& line = draft_.line;
    upgrade_name(command(upgrade_, Verb::Status, "status", "Show where an upgrade stands.",
                         "  rollmill upgrade status\n  rollmill upgrade status -o json"));
    upgrade_name(command(upgrade_, Verb::Watch, "watch", "Follow an upgrade to its end.",
                         "  rollmill upgrade watch\n  rollmill upgrade watch -o jsonl"));
    CLI::App* const wait = command(upgrade_, Verb::Wait, "wait",
                                   "Wait for a phase or a state, in silence.\n"
                                   "Ends with 3 as soon as a person is needed.",
                                   "  rollmill upgrade wait --for state=SUCCEEDED --timeout 2h\n"
                                   "  rollmill upgrade wait --for phase=unpin");
    upgrade_name(wait);
    wait->add_option("--for", line.wait_for, "phase=NAME (it is done) or state=NAME; needed")
        ->option_text("WHAT")
        ->required()
        ->check(check_wait);
    wait->add_option("--timeout", draft_.timeout, "give up after this: 30m")
        ->option_text("DURATION")
        ->check(check_duration);
    upgrade_name(command(upgrade_, Verb::Report, "report", "Print what an upgrade did.",
                         "  rollmill upgrade report\n  rollmill upgrade report u-7f3a -o json"));
  }

  void add_deeds() {
    Invocation& line = draft_.line;
    upgrade_name(command(upgrade_, Verb::Pause, "pause", "Send no more tasks.",
                         "  rollmill upgrade pause --reason \"storage maintenance\""));
    upgrade_name(command(upgrade_, Verb::Resume, "resume", "Go on after a pause.",
                         "  rollmill upgrade resume"));
    upgrade_name(command(upgrade_, Verb::Abort, "abort", "Give an upgrade up where it stands.",
                         "  rollmill upgrade abort u-7f3a --reason \"wrong release\""));
    CLI::App* const rollback = command(
        upgrade_, Verb::Rollback, "rollback",
        "Take every host back to the old release.\nPossible until the first pin is taken out.",
        "  rollmill upgrade rollback --reason \"the release notes name a bug\"\n"
        "  rollmill upgrade rollback --undo        forward again");
    upgrade_name(rollback);
    rollback->add_flag("--undo", line.undo, "end a rollback: go forward again");
    CLI::App* const quarantine = command(
        upgrade_, Verb::Quarantine, "quarantine", "Leave a host out of the rest of a rollback.",
        "  rollmill upgrade quarantine cond2 --reason \"dead mainboard\"");
    name_with_upgrade(quarantine, "HOST", "the host");
    quarantine->add_flag("--api-is-out", line.api_is_out,
                         "its API gets no requests: it is stopped, or out of the load balancer");
    CLI::App* const approve =
        command(upgrade_, Verb::Approve, "approve", "Let an upgrade pass a gate.",
                "  rollmill upgrade approve unpin\n  rollmill upgrade approve u-7f3a unpin");
    name_with_upgrade(approve, "GATE", "the gate");
    approve->add_option("--valid-for", draft_.valid_for, "until it expires: 8h")
        ->option_text("DURATION")
        ->check(check_duration);
    CLI::App* const retry =
        command(upgrade_, Verb::Retry, "retry", "Try what failed once more.",
                "  rollmill upgrade retry\n  rollmill upgrade retry u-7f3a --step 17");
    upgrade_name(retry);
    retry->add_option("--step", line.step, "only this step")
        ->option_text("NUMBER")
        ->check(check_step);
    CLI::App* const skip =
        command(upgrade_, Verb::Skip, "skip", "Go on without a step that failed.",
                "  rollmill upgrade skip --step 17 --reason \"done by hand, ticket 4711\"");
    upgrade_name(skip);
    skip->add_option("--step", line.step, "the step; needed, and so is --reason")
        ->option_text("NUMBER")
        ->required()
        ->check(check_step);
  }

  void add_lists() {
    command(upgrade_, Verb::List, "list", "List all upgrades, newest first.",
            "  rollmill upgrade list");
    command(app_, Verb::Hosts, "hosts", "List the hosts of the fleet as they are now.",
            "  rollmill hosts\n  rollmill hosts -o json");
    upgrade_name(command(app_, Verb::Events, "events", "Print what has happened, a line an event.",
                         "  rollmill events\n  rollmill events u-7f3a -o jsonl"));
    CLI::App* const logs =
        command(app_, Verb::Logs, "logs", "Print the output of a step's commands.",
                "  rollmill logs            the step that failed or runs\n"
                "  rollmill logs u-7f3a 17\n  rollmill logs 17 --follow");
    logs->add_option("words", draft_.words, "the newest upgrade; its most telling step")
        ->option_text("[UPGRADE] [STEP]")
        ->expected(0, 2);
    logs->add_flag("-f,--follow", draft_.line.follow, "go on while the step runs");
    command(app_, Verb::Doctor, "doctor", "Look whether everything is ready, and say what to do.",
            "  rollmill doctor");
  }

  std::string help() {
    const std::string text = app_.help();
    return text.ends_with('\n') ? text : text + '\n';
  }

  /// The innermost command that was named.
  CLI::App& innermost() {
    CLI::App* at = &app_;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
    return *at;
  }

  /// What is missing or does not fit although every word was understood.
  std::string explain_rest(const CLI::ParseError& error) {
    CLI::App& at = innermost();
    std::string text = error.what();
    const auto words = at.get_options([](const CLI::Option* option) {
      return option->get_positional() && option->get_name() == "words";
    });
    if (!words.empty() && text.starts_with("words")) {
      text = words.front()->get_option_text();
      return text + (error.get_name() == "RequiredError"
                         ? " is required"
                         : " is all that fits here, and there are more words");
    }
    if (at.get_subcommands(nullptr).empty()) return text;
    text = "a command is missing:";
    for (const CLI::App* known : at.get_subcommands(nullptr)) {
      text += (text.ends_with(':') ? " " : ", ") + known->get_name();
    }
    return text;
  }

  std::string explain(const CLI::ParseError& error) {
    const std::vector<std::string> left = app_.remaining(true);
    if (left.empty()) return explain_rest(error);
    const std::string& word = left.front();
    CLI::App& at = innermost();
    if (!word.starts_with('-')) {
      std::vector<std::string> names;
      for (const CLI::App* known : at.get_subcommands(nullptr)) names.push_back(known->get_name());
      if (names.empty()) return "\"" + word + "\" is one word too many";
      return "\"" + word + "\" is not a command" + base::did_you_mean(word, names);
    }
    std::vector<std::string> names;
    for (const CLI::App* known : {&at, &app_}) {
      for (const CLI::Option* option : known->get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
      }
    }
    return "\"" + word + "\" is not an option" + base::did_you_mean(word, names);
  }

  Answer usage(const std::string& what) {
    std::string name = "rollmill";
    for (CLI::App* at = &app_; !at->get_subcommands().empty();) {
      at = at->get_subcommands().front();
      name += " " + at->get_name();
    }
    return {"", "rollmill: " + what + "\nSee `" + name + " --help`.\n", ExitCode::Usage};
  }

  std::variant<Invocation, Answer> finish() {
    Invocation& line = draft_.line;
    line.format = draft_.format == "json"    ? Format::Json
                  : draft_.format == "jsonl" ? Format::JsonLines
                                             : Format::Table;
    line.valid_for = base::parse_duration(draft_.valid_for);
    line.timeout = base::parse_duration(draft_.timeout);
    if (line.verb == Verb::Approve || line.verb == Verb::Quarantine) {
      (line.verb == Verb::Approve ? line.gate : line.host) = draft_.words.back();
      if (draft_.words.size() == 2) line.upgrade = draft_.words.front();
    }
    if (line.verb == Verb::Logs && !take_log_words()) {
      return usage("\"" + draft_.words.back() + "\" is not the number of a step");
    }
    return line;
  }

  bool take_log_words() {
    for (const std::string& word : draft_.words) {
      const auto number = parse_step(word);
      const bool last = &word == &draft_.words.back();
      if (number && last) {
        draft_.line.step = number;
      } else if (!number && &word == &draft_.words.front()) {
        draft_.line.upgrade = word;
      } else {
        return false;
      }
    }
    return true;
  }

  Draft draft_;
  bool chosen_ = false;
  CLI::App app_{"", "rollmill"};
  CLI::App& upgrade_ = *app_.add_subcommand("upgrade", "Start, follow and steer an upgrade.");
};

}  // namespace

std::variant<Invocation, Answer> parse(const std::vector<std::string>& arguments,
                                       const Console& console, const Doors& doors) {
  return Parser(console).run(arguments, doors);
}

}  // namespace rollmill::cli
