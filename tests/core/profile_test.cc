#include "rollmill/core/profile.h"

#include <gtest/gtest.h>

namespace rollmill::core {
namespace {

using std::chrono::seconds;

const ReleaseInfo& release(int major, int minor) {
  const ReleaseInfo* found = find_release(ironic_profile(), {major, minor});
  ROLLMILL_CHECK(found != nullptr);
  return *found;
}

TEST(Profile, release_21_4_drops_its_locks_at_once_and_has_no_drain_signal) {
  const ReleaseInfo& info = release(21, 4);
  EXPECT_EQ(info.series, "2023.1");
  EXPECT_EQ(info.max_microversion, "1.82");
  EXPECT_EQ(info.schema_head, "4dbec778866e");
  EXPECT_EQ(info.quirks.stop_manner, StopManner::ReleasesLocksAtOnce);
  EXPECT_EQ(info.quirks.idle_stop, seconds{17});
  EXPECT_FALSE(info.quirks.drain_signal_ends);
  EXPECT_FALSE(info.quirks.alive_knows_offline);
  EXPECT_FALSE(info.quirks.master_hides_dead_worker);
}

TEST(Profile, release_24_1_always_takes_the_whole_grace_time_and_hides_being_offline) {
  const ReleaseQuirks& quirks = release(24, 1).quirks;
  EXPECT_EQ(quirks.stop_manner, StopManner::AlwaysFullGraceTimeout);
  EXPECT_EQ(quirks.idle_stop, seconds{62});
  EXPECT_FALSE(quirks.drain_signal_ends);
  EXPECT_FALSE(quirks.alive_knows_offline);
}

TEST(Profile, release_29_0_always_takes_the_whole_grace_time_and_lost_two_hardware_types) {
  const ReleaseInfo& info = release(29, 0);
  EXPECT_EQ(info.max_microversion, "1.96");
  EXPECT_EQ(info.quirks.stop_manner, StopManner::AlwaysFullGraceTimeout);
  EXPECT_GT(info.quirks.idle_stop, seconds{60}) << "an idle stop is longer than systemd's patience";
  EXPECT_FALSE(info.quirks.drain_signal_ends);
  EXPECT_TRUE(info.quirks.alive_knows_offline);
  EXPECT_FALSE(info.quirks.healthcheck_swallows_api);
  EXPECT_EQ(info.removed_hardware_types, (std::vector<std::string>{"ibmc", "xclarity"}));
}

TEST(Profile, release_35_0_ends_when_idle_and_its_healthcheck_swallows_the_api) {
  const ReleaseInfo& info = release(35, 0);
  EXPECT_EQ(info.series, "2026.1");
  EXPECT_EQ(info.max_microversion, "1.111");
  EXPECT_EQ(info.quirks.stop_manner, StopManner::EndsWhenIdle);
  EXPECT_TRUE(info.quirks.drain_signal_ends);
  EXPECT_TRUE(info.quirks.healthcheck_swallows_api);
  EXPECT_TRUE(info.quirks.master_hides_dead_worker);
  EXPECT_NE(info.heavy_expand, "");
}

TEST(Profile, release_39_0_lost_four_hardware_types_and_expands_lightly) {
  const ReleaseInfo& info = release(39, 0);
  EXPECT_EQ(info.max_microversion, "1.115");
  EXPECT_EQ(info.quirks.stop_manner, StopManner::EndsWhenIdle);
  EXPECT_FALSE(info.quirks.healthcheck_swallows_api);
  EXPECT_EQ(info.removed_hardware_types,
            (std::vector<std::string>{"ilo", "ilo5", "irmc", "snmp"}));
  EXPECT_EQ(info.heavy_expand, "");
}

TEST(Profile, every_release_skips_the_ring_wait_with_two_conductors) {
  for (const ReleaseInfo& info : ironic_profile().releases) {
    EXPECT_TRUE(info.quirks.ring_wait_skipped_with_two) << to_string(info.number);
    EXPECT_GT(info.quirks.idle_stop, seconds{0}) << to_string(info.number);
  }
}

TEST(Profile, releases_ascend) {
  const auto& releases = ironic_profile().releases;
  for (std::size_t i = 1; i < releases.size(); ++i) {
    EXPECT_LT(releases[i - 1].number, releases[i].number);
  }
}

TEST(Profile, conductors_go_before_apis) {
  const auto& roles = ironic_profile().roles;
  ASSERT_EQ(roles.size(), 2U);
  EXPECT_EQ(roles[0].role, "conductor");
  EXPECT_TRUE(roles[0].drains_work);
  EXPECT_EQ(roles[1].role, "api");
  EXPECT_TRUE(roles[1].serves_api);
  EXPECT_EQ(find_role(ironic_profile(), "novnc"), nullptr);
}

/// "ok", or the sentence of the refusal.
std::string hop(ReleaseNumber from, ReleaseNumber to) {
  const base::Status status = check_hop(ironic_profile(), from, to);
  return status ? "ok" : status.error().message;
}

TEST(Profile, hops_to_the_next_series_and_between_slurps_are_supported) {
  EXPECT_EQ(hop({35, 0}, {39, 0}), "ok");
  EXPECT_EQ(hop({24, 1}, {26, 1}), "ok");
  EXPECT_EQ(hop({26, 1}, {29, 0}), "ok");
  EXPECT_EQ(hop({21, 4}, {24, 1}), "ok");
  EXPECT_EQ(hop({24, 1}, {29, 0}), "ok");
  EXPECT_EQ(hop({29, 0}, {35, 0}), "ok");
}

TEST(Profile, other_hops_are_refused_and_the_supported_ones_named) {
  EXPECT_EQ(hop({29, 0}, {39, 0}),
            "the hop 29.0 -> 39.0 is not one that the project supports; from 29.0 it supports 32.0 "
            "or 35.0");
  EXPECT_EQ(hop({26, 1}, {32, 0}),
            "the hop 26.1 -> 32.0 is not one that the project supports; from 26.1 it supports "
            "29.0");
  EXPECT_EQ(hop({39, 0}, {35, 0}),
            "the hop 39.0 -> 35.0 is not one that the project supports; from 39.0 no hop is known");
  EXPECT_NE(hop({35, 0}, {36, 0}).find("release 36.0 is not in the profile"), std::string::npos);
  EXPECT_NE(hop({12, 1}, {35, 0}).find("release 12.1 is not in the profile"), std::string::npos);
  EXPECT_EQ(hop({35, 0}, {2026, 2}), "2026.2 is a series; write its release, 39.0");
}

TEST(Release, numbers_are_read_from_versions_of_packages) {
  EXPECT_EQ(parse_release_number("35.0"), (ReleaseNumber{35, 0}));
  EXPECT_EQ(parse_release_number("35.0.1-10"), (ReleaseNumber{35, 0}));
  EXPECT_EQ(parse_release_number("1:39.0.0~rc1"), (ReleaseNumber{39, 0}));
  EXPECT_EQ(parse_release_number("21.4"), (ReleaseNumber{21, 4}));
}

TEST(Release, what_is_no_number_gives_nothing) {
  for (const char* text : {"", "master", "35", "35.", ".0", "-3.1", "35.x", "99999999999.1"}) {
    EXPECT_EQ(parse_release_number(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace rollmill::core
