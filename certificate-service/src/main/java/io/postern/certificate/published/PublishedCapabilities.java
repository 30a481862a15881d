package io.postern.certificate.published;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.TlsCapabilities;
import java.util.List;

/**
 * The capabilities of one side's TLS engine, found by asking it.
 *
 * @param use "server" (mail in) or "client" (mail out)
 * @param groups key exchange, in the engine's order
 */
public record PublishedCapabilities(String use, List<Version> versions, List<String> groups) {

  /**
   * @param suites IANA's names, in the engine's order
   * @param order whose order of suites decides: "server" or "client"; a client's own is "client"
   */
  public record Version(String version, List<String> suites, String order) {}

  static PublishedCapabilities of(TlsCapabilities capabilities) {
    return new PublishedCapabilities(
        capabilities.getRole() == CertificateRole.ROLE_SERVER ? "server" : "client",
        capabilities.getVersionsList().stream()
            .map(
                suites ->
                    new Version(
                        Spelling.of(suites.getVersion()),
                        List.copyOf(suites.getSuitesList()),
                        capabilities.getRole() == CertificateRole.ROLE_CLIENT
                                || suites.getClientOrder()
                            ? "client"
                            : "server"))
            .toList(),
        List.copyOf(capabilities.getGroupsList()));
  }
}
