package io.postern.check.report;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of checking one host, file or certificate. Texts out of certificates and replies are
 * printable and bounded. Immutable.
 *
 * @param ok judged good as it was sent, the revocation of each certificate can be known, and
 *     senders with DANE do not refuse the server
 * @param target as it was asked for
 * @param role of the certificate's owner: server or client
 * @param connection null: no host was dialled
 * @param names of the leaf (DNS), which a connector may demand; not matched here
 * @param certificates below the root, the leaf first; a leaf that is a root itself is here too
 * @param endpointsLeftOut beyond the bound of a check
 * @param firewall each host and port once, those that failed too
 * @param root null: no certificate was had
 * @param verdict by the rules of mail, on the chain as sent; null: no certificate was had
 * @param verdictIfComplete the same with the fetched certificates; null: none was fetched
 * @param toDo the steps to an OK, in sentences; empty exactly if it is OK
 * @param notes facts worth knowing that need no step for an OK
 * @param records of a mail server in the DNS; null: they were not looked at
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
    List<String> notes,
    @Nullable PublishedRecords records) {

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
   * A TCP connection that a firewall must allow.
   *
   * @param what smtp, crl, freshest-crl, ocsp, ca-issuers, http-proxy
   * @param by the side that connects: {@code here} or {@code proxy}
   * @param reached a connection was made; behind a proxy: an answer came
   */
  public record FirewallEntry(
      String host, int port, List<String> what, String by, boolean reached) {}
}
