#pragma once

#include <string>
#include <vector>

#include "drivers/drivers.h"
#include "drivers/release/apt_text.h"

namespace rollmill::drivers {

/// Questions to dpkg, apt and debconf, and the environment in which they run: no questions asked,
/// no service restarted by helpers of apt's. THREAD: task.
class AptTools {
 public:
  AptTools(AptOptions options, SharedCommands commands)
      : options_(std::move(options)), commands_(std::move(commands)) {}

  base::Result<ports::CommandResult> run(Words argv);
  /// The same, where any exit code but 0 is a failure.
  base::Status run_well(Words argv);
  /// Waits for what an earlier life of the task has run.
  base::Status await_begun() { return commands_->await_begun(); }

  /// A reading, however it ends.
  base::Result<ports::CommandResult> read(Words argv);

  /// `apt-get update` with its options.
  Words update_words() const;
  /// `apt-get install` that fetches what lacks into a folder; the packages are to be added.
  Words fetch_words(const std::string& folder) const;
  /// `apt-get install` that knows only what is installed and what lies in the folder. apt's lists
  /// may have moved on since the files were fetched, so they are left out.
  Words install_words(const std::string& folder, const PackageFiles& files) const;
  base::Result<ports::ReleaseDriver::Installed> installed();
  /// Those of the configured packages that are on this host.
  base::Result<std::vector<DebianPackage>> packages();
  base::Result<Words> package_names();
  base::Result<std::string> available_version(const core::ReleaseNumber& release);
  /// FailedPrecondition when the packages would migrate the database by themselves.
  base::Status check_debconf();
  /// From a package file, or from the table itself.
  base::Result<Words> read_pins_of(const std::string& path);

 private:
  ports::CommandSpec spec(Words argv) const;
  base::Result<ports::CommandResult> read_well(const ports::CommandSpec& asked);
  Words apt_words() const;
  Words folder_words(const std::string& folder) const;
  base::Result<bool> is_clean(const std::vector<DebianPackage>& found);
  base::TimePoint changed_at(const std::vector<DebianPackage>& found) const;

  const AptOptions options_;
  const SharedCommands commands_;
};

}  // namespace rollmill::drivers
