package io.postern.check.report;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a check of one host, file or certificate has found. Texts out of certificates and replies
 * are printable and bounded. Immutable.
 *
 * @param ok judged good as it was sent, and the revocation of each certificate can be known
 * @param target as it was asked for
 * @param role of the certificate's owner: server or client
 * @param connection null: no host was dialled
 * @param names of the leaf (DNS), which a connector may demand; not matched here
 * @param certificates below the root, the leaf first; a leaf that is a root itself is here too
 * @param endpointsLeftOut beyond the bound of a check
 * @param firewall each host and port once, what failed too
 * @param root null: no certificate was had
 * @param verdict by the rules that judge mail, on what was sent; null: no certificate was had
 * @param verdictIfComplete the same with the certificates that had to be fetched; null: none had
 * @param toDo what makes it OK, in sentences; more than nothing exactly if it is not OK
 * @param notes what is worth knowing and needs nothing done for an OK
 */
public record Report(
    boolean ok,
    String target,
    Instant at,
    String role,
    @Nullable Connection connection,
    List<String> names,
    List<CheckedCertificate> certificates,
    int endpointsLeftOut,
    List<FirewallEntry> firewall,
    @Nullable CheckedRoot root,
    @Nullable Verdict verdict,
    @Nullable Verdict verdictIfComplete,
    List<String> toDo,
    List<String> notes) {

  public Report {
    names = List.copyOf(names);
    certificates = List.copyOf(certificates);
    firewall = List.copyOf(firewall);
    toDo = List.copyOf(toDo);
    notes = List.copyOf(notes);
  }

  /**
   * @param result good, bad or unknown
   * @param reason of the closed list; empty: good
   */
  public record Verdict(String result, String reason, String detail) {
    public boolean good() {
      return result.equals("good");
    }
  }

  /**
   * A way that a firewall must leave open, for TCP.
   *
   * @param what smtp, crl, freshest-crl, ocsp, ca-issuers, http-proxy
   * @param by who connects: {@code here} or {@code proxy}
   * @param reached a connection was made; behind a proxy: something came
   */
  public record FirewallEntry(
      String host, int port, List<String> what, String by, boolean reached) {}
}
