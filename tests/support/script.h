#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "support/engine_loop.h"

/// The language of the files in tests/scenarios. A file is inputs, a line `----`, and what came
/// out: each input after `>`, then the facts (`+10s StepFailed ...`) and the commands (`=> ...`)
/// that followed. `#` begins a comment.
///
/// What there is, before `start`:
///   fleet WORDS                       builders.h; `from 29.0` and `to 35.0` where not 35.0 -> 39.0
///   policy canary 2 | max_wave 2 | soak 0s | attempts 3 | tolerate 2 1 | budget api 2 1 |
///          deadline agent_lost 5m | busy go_on | on_failure rollback | waive CHECK WHY |
///          allow_unsupported_hop | backup none
///   host NAME new pinned | new unpinned | newly pinned 29.0 | stopped | silent | edited |
///          runs 29.0 | ahead 20s | finds CHECK failed|warning WHY | well | side_by_side | in_place
///   stranger NAME | no strangers
/// What happens:
///   plan | plan again | start | start shown | approve GATE | approve GATE for 1h
///   pause WHY | resume | abort WHY | rollback WHY | forward WHY |
///   quarantine HOST [api_is_out] WHY
///   retry [STEP] | skip STEP WHY                      STEP is `12` or `drain cond1`
///   agents come all | agent comes HOST | agent goes HOST WHY | hold HOST | release HOST
///   accept HOST | ok HOST | ok all | waits HOST CODE WHY | waits HOST nothing
///   fail HOST CODE [retryable] WHY | refuse HOST CODE WHY          of the host's open task
///   raw HOST STEP ATTEMPT accepted|ok|failed|refused               whatever it has open
///   time 10s | crash controller | probes SENT FAILED GAP
///   run to end | run until PHASE | run until VERB HOST             healthy answers meanwhile
///   explain | view | steps HOST
/// `run` prints only what tells a story; after `trace on` it prints all.
namespace rollmill::test {

struct Script {
  std::vector<std::string> inputs;
  std::string golden;  ///< Everything behind the line of dashes.
};

Script read_script(std::istream& in);

/// What a finished run leaves behind.
struct Played {
  EngineLoop loop;
  std::string output;
  /// The world after each append, with nothing of what followed from it performed.
  std::vector<EngineLoop> crash_points;
};

/// Crash points are kept of all that is printed, so of every append after `trace on`.
enum class Keep { Nothing, CrashPoints };

/// Plays the inputs. Throws std::invalid_argument on an input it does not understand.
Played run_script(const Script& script, Keep keep = Keep::Nothing);

}  // namespace rollmill::test
