#include "cli/command/follow.h"

#include <algorithm>
#include <ostream>

#include "cli/render/status.h"
#include "codec/view_json.h"

namespace rollmill::cli {
namespace {

constexpr base::Duration kRedraw{500};
constexpr base::Duration kRetry{1000};
constexpr base::Duration kPatience{std::chrono::minutes{5}};

/// Draws over what it drew before; leaves the last picture on the screen.
class Screen {
 public:
  explicit Screen(std::ostream& out) : out_(out) {}

  /// `rows`: of the screen; more lines than that cannot be drawn over, so the first ones give way.
  void draw(std::vector<std::string> lines, int rows) {
    const auto most = static_cast<std::size_t>(std::max(rows, 0));
    if (most > 0 && lines.size() > most) {
      lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most));
    }
    std::string text;
    if (drawn_ > 0) text = "\x1b[" + std::to_string(drawn_) + "A\r";
    for (const std::string& line : lines) text += line + "\x1b[K\n";
    text += "\x1b[J";
    out_ << text << std::flush;
    drawn_ = lines.size();
  }

 private:
  std::ostream& out_;
  std::size_t drawn_ = 0;
};

bool interrupted(const Context& context) { return !context.console.rest(base::Duration{0}); }

/// One row stays free, so that the last line end does not scroll the picture.
int rows_of(const Context& context) {
  return context.console.rows ? std::max(context.console.rows() - 1, 0) : 0;
}

ExitCode follow_live(const Context& context, const base::UpgradeId& upgrade) {
  Screen screen(context.console.out);
  Patience patience;
  std::vector<std::string> lines;
  while (true) {
    const auto view = context.client.get(upgrade, core::Detail::Summary);
    if (view.ok()) {
      patience.reset();
      Style style = style_of(context);
      style.rows = rows_of(context);
      lines = render_status(*view, context.console.now(), style);
      screen.draw(lines, style.rows);
      if (has_ended(*view)) return code_of_view(*view);
      if (!context.console.rest(kRedraw)) return say_interrupted(context, upgrade);
      continue;
    }
    if (view.error().code != base::ErrorCode::Unavailable) return fail(context, view.error());
    std::vector<std::string> note = lines;
    note.push_back(" the controller does not answer; the view above is old; trying again");
    screen.draw(note, rows_of(context));
    if (patience.rest(context)) continue;
    return interrupted(context) ? say_interrupted(context, upgrade) : fail(context, view.error());
  }
}

/// May the upgrade have come to a stand with this event?
bool may_stand(const core::EventView& event) {
  return event.kind == "UpgradePaused" || event.kind == "GateReached" ||
         event.kind == "UpgradeSucceeded" || event.kind == "UpgradeAborted";
}

void print_event(const Context& context, const core::EventView& event) {
  std::ostream& out = context.console.out;
  if (context.line.format == Format::JsonLines) out << codec::to_json(event) << '\n' << std::flush;
  if (context.line.format != Format::Table || !is_for_people(event)) return;
  out << event_line(event) << '\n' << std::flush;
}

ExitCode end_of_lines(const Context& context, const core::UpgradeView& view) {
  if (context.line.format == Format::Json) print_view(context, view);
  if (context.line.format == Format::Table && needs_person(view)) {
    for (const std::string& line : render_blocked(view, context.console.now(), Style{})) {
      context.console.err << line << '\n';
    }
  }
  return code_of_view(view);
}

ExitCode follow_lines(const Context& context, const base::UpgradeId& upgrade) {
  base::Sequence last = 0;
  Patience patience;
  while (true) {
    base::Status watched = context.client.watch(upgrade, last, [&](const core::EventView& event) {
      last = event.sequence;
      print_event(context, event);
      patience.reset();
      return !may_stand(event);
    });
    if (interrupted(context)) return say_interrupted(context, upgrade);
    base::Error error;
    if (watched.ok()) {
      const auto view = context.client.get(upgrade, core::Detail::Summary);
      if (view.ok()) {
        if (has_ended(*view) || needs_person(*view)) return end_of_lines(context, *view);
        continue;
      }
      error = view.error();
    } else {
      error = watched.error();
    }
    if (error.code != base::ErrorCode::Unavailable) return fail(context, error);
    if (patience.rest(context)) continue;
    return interrupted(context) ? say_interrupted(context, upgrade) : fail(context, error);
  }
}

}  // namespace

ExitCode follow(const Context& context, const base::UpgradeId& upgrade) {
  const bool live = context.console.out_is_terminal && context.line.format == Format::Table &&
                    context.console.environment &&
                    context.console.environment("TERM").value_or("") != "dumb";
  return live ? follow_live(context, upgrade) : follow_lines(context, upgrade);
}

ExitCode code_of_view(const core::UpgradeView& view) {
  if (view.state == "SUCCEEDED") return ExitCode::Ok;
  if (has_ended(view)) return ExitCode::UpgradeFailed;
  return needs_person(view) ? ExitCode::Blocked : ExitCode::Ok;
}

ExitCode say_interrupted(const Context& context, const base::UpgradeId& upgrade) {
  context.console.err << "\nThe upgrade goes on without you. Watch it again with:\n"
                      << "  rollmill --server " << context.line.connect.server << " upgrade watch "
                      << upgrade.text << '\n';
  return ExitCode::Interrupted;
}

bool Patience::rest(const Context& context) {
  if (waited_ >= kPatience) return false;
  waited_ += kRetry;
  return context.console.rest(kRetry);
}

}  // namespace rollmill::cli
