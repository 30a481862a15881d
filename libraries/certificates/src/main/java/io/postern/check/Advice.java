package io.postern.check;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.probe.EndpointStatus;
import io.postern.certificate.revocation.probe.ProbeResult;
import io.postern.check.report.CertificateIdentity;
import io.postern.check.report.Connection;
import org.jspecify.annotations.Nullable;

/** The cure for each thing that a check finds, in a sentence. Stateless, any thread. */
final class Advice {
  private Advice() {}

  /**
   * For an endpoint that is not OK.
   *
   * @param own it covers the certificate itself, and not a responder's
   * @param where host and port that were asked last
   */
  static String cure(ProbeResult probed, boolean own, String where) {
    EndpointStatus status = probed.status();
    return switch (status) {
      case OK -> "";
      case DNS_FAILURE ->
          "make the DNS servers of this host resolve " + where + ", or use an HTTP proxy";
      case REFUSED ->
          "allow TCP from this host to "
              + where
              + " where a firewall rejects it; if none does,"
              + " nothing listens there: report it to the authority";
      case SILENT -> "open the firewall for TCP from this host to " + where;
      case UNREACHABLE ->
          "give this host a route to "
              + where
              + ", or an HTTP proxy (postern.revocation.http-proxy)";
      case TIMED_OUT ->
          "try again with a longer --timeout; if it stays, a device between this host and "
              + where
              + " accepts connections and blocks responses";
      case DISCONNECTED -> "check whether a firewall or a proxy interrupts HTTP to " + where;
      case HTTP_STATUS -> ofHttp(probed, where);
      case TOO_LARGE -> "raise postern.revocation.max-bytes, if the authority's list is that large";
      case BLOCKED_ADDRESS ->
          "set postern.revocation.allow-private-targets=true (here --allow-private) only if the"
              + " authority publishes inside your own network";
      case NOT_FOLLOWED -> "ask the authority for certificates with an http URL";
      case NOT_A_CRL, NOT_A_CERTIFICATE, NOT_AN_OCSP_RESPONSE ->
          "find out which host responds at "
              + where
              + ": often a proxy's or a guest network's own page; if it is"
              + " the authority, report it there";
      case EXPIRED ->
          "compare this host's clock; if it is right, the authority, or a cache in between, serves "
              + "a copy that is too old: report it there";
      case NOT_YET_VALID -> "set this host's clock; if it is right, report it to the authority";
      case WRONG_SIGNER ->
          "report it to the authority: its publication there is not for this certificate";
      case OCSP_ERROR -> "try again later; if it persists, report it to the authority";
      case REVOKED ->
          own
              ? "do not use this certificate: get another one"
              : "report it to the authority: its responder's certificate is revoked, so no peer "
                  + "can trust its responses";
      case UNKNOWN -> "report it to the authority: this certificate names it as its responder";
    };
  }

  private static String ofHttp(ProbeResult probed, String where) {
    return switch (probed.httpStatus()) {
      case 407 -> "allow this host at the proxy without a password";
      case 403 ->
          "allow it at the proxy or filter in between; otherwise report it to the authority";
      case 404, 410 -> "report it to the authority: it publishes nothing there";
      default -> "try again later; if it persists, find out which host responds at " + where;
    };
  }

  /** For a mail server from which there are no certificates. */
  static String cure(Connection connection) {
    String where = connection.host() + " port " + connection.port();
    return switch (connection.status()) {
      case OK -> "";
      case DNS_FAILURE -> "Make the DNS servers of this host resolve " + connection.host() + ".";
      case REFUSED ->
          "Nothing listens at "
              + where
              + ", or a firewall rejects it: start the server, or open the"
              + " firewall for TCP from this host.";
      case SILENT -> "Open the firewall for TCP from this host to " + where + ".";
      case UNREACHABLE -> "Give this host a route to " + where + ".";
      case BLOCKED_ADDRESS ->
          connection.host()
              + " has an address that is not public: use a public host, or set "
              + "postern.revocation.allow-private-targets=true if your hosts are internal.";
      case TIMED_OUT ->
          where + " does not respond in time: try again with a longer --timeout, or ask its owner.";
      case DISCONNECTED -> where + " ends the connection: its owner's log says why.";
      case NOT_SMTP -> "Name the port where the server speaks SMTP with STARTTLS (25, 587).";
      case SMTP_REFUSED ->
          where + " refuses this host: its owner must allow it, or check from another host.";
      case STARTTLS_NOT_OFFERED ->
          where
              + " must offer STARTTLS: forced TLS to it is not possible; if it offers STARTTLS "
              + "elsewhere, a device in between removes it.";
      case STARTTLS_REFUSED -> where + " must accept STARTTLS: ask its owner about the reply.";
      case HANDSHAKE_FAILED ->
          where + " must offer TLS 1.2 or 1.3 with a suite with forward secrecy and a certificate.";
    };
  }

  /** For a root that is no anchor. */
  static String install(String name, @Nullable ParsedCertificate root) {
    if (root == null) {
      return "The issuer "
          + name
          + " is neither sent nor an anchor here, and could not be fetched. If it is a root, get "
          + "its certificate from the authority, compare the fingerprint with the one that "
          + "the authority publishes, and "
          + WHERE
          + " If it is not a root, its certificate must be sent as well.";
    }
    CertificateIdentity facts = CertificateIdentity.of(root);
    return "The root is not trusted here: get its certificate ("
        + facts.subject()
        + ", SHA-256 "
        + facts.sha256()
        + ") from the authority, compare this fingerprint with the one that the authority"
        + " publishes, and "
        + WHERE;
  }

  /** For a chain over a certificate that is distrusted here on purpose. */
  static String distrusted(String certificate) {
    return "No path may use "
        + certificate
        + ", which is distrusted here: get a certificate from another authority.";
  }

  /** For a root that was asked for and is not here. */
  static String install(String query) {
    return "No anchor that is used here is \""
        + query
        + "\". To trust it, get its certificate from the authority, compare the fingerprint with"
        + " the one that the authority publishes, and "
        + WHERE;
  }

  private static final String WHERE =
      "add it (PEM) to a file in postern.anchors.pem of certificate-service; the file is read "
          + "again automatically.";
}
