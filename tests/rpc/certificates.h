#pragma once

#include <filesystem>
#include <string>

#include "rpc/options.h"

namespace rollmill::rpc {

/// A certificate authority for one test, in a folder that goes with it.
class Authority {
 public:
  explicit Authority(const std::string& name);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  /// A key and a certificate with this common name, and alternative names as OpenSSL writes them:
  /// "DNS:localhost,IP:127.0.0.1,URI:spiffe://f1/agent/cond1"; may be empty.
  TlsFiles issue(const std::string& common_name, const std::string& alternatives);

 private:
  struct Keys;
  std::filesystem::path folder_;
  std::unique_ptr<Keys> keys_;
  int serial_ = 1;
};

}  // namespace rollmill::rpc
