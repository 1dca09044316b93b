#include "rpc/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>
#include <memory>

#include "rollmill/base/check.h"

namespace rollmill::rpc {
namespace {

constexpr long kDay = 24L * 60 * 60;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

Key new_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

Certificate new_certificate(EVP_PKEY* key, const std::string& name, int serial) {
  Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kDay);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  ROLLMILL_CHECK(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

File open_to_write(const std::filesystem::path& path) {
  File file(std::fopen(path.c_str(), "w"), std::fclose);
  ROLLMILL_CHECK(file != nullptr);
  return file;
}

void write(const std::filesystem::path& path, X509* certificate) {
  ROLLMILL_CHECK(PEM_write_X509(open_to_write(path).get(), certificate) == 1);
}

void write(const std::filesystem::path& path, EVP_PKEY* key) {
  const File file = open_to_write(path);
  ROLLMILL_CHECK(PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
}

}  // namespace

struct Authority::Keys {
  Key key = new_key();
  Certificate certificate{nullptr, X509_free};
};

Authority::Authority(const std::string& name) : keys_(std::make_unique<Keys>()) {
  std::string folder = (std::filesystem::temp_directory_path() / "rollmill-pki-XXXXXX").string();
  ROLLMILL_CHECK(mkdtemp(folder.data()) != nullptr);
  folder_ = folder;
  keys_->certificate = new_certificate(keys_->key.get(), name, serial_);
  X509* const certificate = keys_->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  ROLLMILL_CHECK(X509_sign(certificate, keys_->key.get(), EVP_sha256()) > 0);
  write(folder_ / "ca.pem", certificate);
}

Authority::~Authority() { std::filesystem::remove_all(folder_); }

TlsFiles Authority::issue(const std::string& common_name, const std::string& alternatives) {
  const Key key = new_key();
  const Certificate certificate = new_certificate(key.get(), common_name, ++serial_);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(keys_->certificate.get()));
  if (!alternatives.empty()) add_extension(certificate.get(), NID_subject_alt_name, alternatives);
  ROLLMILL_CHECK(X509_sign(certificate.get(), keys_->key.get(), EVP_sha256()) > 0);
  const std::string stem = std::to_string(serial_);
  write(folder_ / (stem + ".pem"), certificate.get());
  write(folder_ / (stem + ".key"), key.get());
  return {folder_ / "ca.pem", folder_ / (stem + ".pem"), folder_ / (stem + ".key")};
}

}  // namespace rollmill::rpc
