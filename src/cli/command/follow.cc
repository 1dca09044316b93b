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

/// Rows of the screen that lines take; one that is wider than the screen takes several.
std::size_t height_of(const std::vector<std::string>& lines, int columns) {
  std::size_t rows = lines.size();
  const auto most = static_cast<std::size_t>(std::max(columns, 0));
  if (most == 0) return rows;
  for (const std::string& line : lines) {
    const std::size_t wide = width(line);
    if (wide > most) rows += (wide - 1) / most;
  }
  return rows;
}

/// Draws over what it drew before; leaves the last picture on the screen.
class Screen {
 public:
  explicit Screen(std::ostream& out) : out_(out) {}

  /// More than fits on the screen cannot be drawn over, so the first lines give way.
  void draw(std::vector<std::string> lines, const Style& style) {
    const auto most = static_cast<std::size_t>(std::max(style.rows, 0));
    while (most > 0 && lines.size() > 1 && height_of(lines, style.columns) > most) {
      lines.erase(lines.begin());
    }
    // Counted anew: a terminal that was made narrower has folded what was drawn.
    const std::size_t drawn = height_of(drawn_, style.columns);
    std::string text;
    if (drawn > 0) text = "\x1b[" + std::to_string(drawn) + "A\r";
    for (const std::string& line : lines) text += line + "\x1b[K\n";
    text += "\x1b[J";
    out_ << text << std::flush;
    drawn_ = std::move(lines);
  }

 private:
  std::ostream& out_;
  std::vector<std::string> drawn_;
};

bool interrupted(const Context& context) { return !context.console.rest(base::Duration{0}); }

/// One row stays free, so that the last line end does not scroll the picture.
Style live_style(const Context& context) {
  Style style = style_of(context);
  style.rows = context.console.rows ? std::max(context.console.rows() - 1, 0) : 0;
  return style;
}

ExitCode follow_live(const Context& context, const base::UpgradeId& upgrade) {
  Screen screen(context.console.out);
  Patience patience;
  std::vector<std::string> lines;
  while (true) {
    const auto view = context.client.get(upgrade, core::Detail::Summary);
    if (view.ok()) {
      patience.reset();
      const Style style = live_style(context);
      lines = render_status(*view, context.console.now(), style);
      screen.draw(lines, style);
      if (has_ended(*view)) return code_of_view(*view);
      if (!context.console.rest(kRedraw)) return say_interrupted(context, upgrade);
      continue;
    }
    if (view.error().code != base::ErrorCode::Unavailable) return fail(context, view.error());
    std::vector<std::string> note = lines;
    note.push_back(" the controller does not answer; the view above is old; trying again");
    screen.draw(note, live_style(context));
    if (patience.rest(context)) continue;
    return interrupted(context) ? say_interrupted(context, upgrade) : fail(context, view.error());
  }
}

/// May the upgrade have come to a stand with this event?
bool may_stand(const core::EventView& event) {
  return event.kind == "UpgradePaused" || event.kind == "GateReached" || ends_upgrade(event);
}

void print_event(const Context& context, const core::EventView& event) {
  std::ostream& out = context.console.out;
  if (context.line.format == Format::JsonLines) out << codec::to_json(event) << '\n' << std::flush;
  if (context.line.format != Format::Table || !core::is_for_people(event)) return;
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

/// Prints events as they come, from the one after `last` on, until the upgrade may have come to a
/// stand.
base::Status print_events(const Context& context, const base::UpgradeId& upgrade,
                          base::Sequence& last, Patience& patience) {
  return context.client.watch(upgrade, last, [&](const core::EventView& event) {
    last = event.sequence;
    print_event(context, event);
    patience.reset();
    return !may_stand(event);
  });
}

/// The view, when the upgrade stands and every event until then is printed. A pause that is long
/// over ends the printing too; what came after it is printed here.
base::Result<std::optional<core::UpgradeView>> standing(const Context& context,
                                                        const base::UpgradeId& upgrade,
                                                        base::Sequence& last) {
  while (true) {
    auto view = context.client.get(upgrade, core::Detail::Summary);
    if (!view.ok()) return view.error();
    if (!has_ended(*view) && !needs_person(*view)) return std::optional<core::UpgradeView>{};
    const auto missed = context.client.events(upgrade, last);
    if (!missed.ok()) return missed.error();
    for (const core::EventView& event : *missed) {
      last = event.sequence;
      print_event(context, event);
    }
    if (missed->empty()) return std::optional(std::move(*view));
    if (interrupted(context)) return std::optional<core::UpgradeView>{};
  }
}

ExitCode follow_lines(const Context& context, const base::UpgradeId& upgrade) {
  base::Sequence last = 0;
  Patience patience;
  while (true) {
    const base::Status watched = print_events(context, upgrade, last, patience);
    if (interrupted(context)) return say_interrupted(context, upgrade);
    base::Error error;
    if (watched.ok()) {
      const auto view = standing(context, upgrade, last);
      if (view.ok()) {
        if (*view) return end_of_lines(context, **view);
        if (interrupted(context)) return say_interrupted(context, upgrade);
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
