package io.postern.certificate.api;

import io.postern.certificate.ParsedCertificate;
import io.postern.check.CertificateFile;
import io.postern.check.LeafFirst;
import io.postern.check.Target;
import io.postern.contracts.v1.CertificateRole;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The subject of the check: one of the first three. */
public record CheckRequest(
    @Schema(description = "Certificates in PEM, the leaf and those sent after it")
        @Nullable String pem,
    @Schema(description = "A mail server: HOST, HOST:PORT, [IPv6]:PORT; default port 25")
        @Nullable String host,
    @Schema(description = "Part of a root's subject, to check whether it is trusted here")
        @Nullable String caName,
    @Schema(
            description = "The certificate's owner is the server of a connection, or the client",
            enumeration = {"server", "client"},
            defaultValue = "server")
        @Nullable String role) {
  private static final int MOST_CERTIFICATES = 10;

  /**
   * @throws IllegalArgumentException naming the field, with the cure
   */
  void checkFields() {
    if (Stream.of(pem, host, caName).filter(Objects::nonNull).count() != 1) {
      throw new IllegalArgumentException("name exactly one of pem, host and caName");
    }
  }

  /**
   * Of {@code pem} or {@code host}.
   *
   * @throws IllegalArgumentException naming the field, with the cure
   */
  Target target() {
    if (host != null) {
      try {
        return Target.Host.parse(host.strip());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("host: " + e.getMessage(), e);
      }
    }
    byte[] text = pem == null ? new byte[0] : pem.getBytes(StandardCharsets.ISO_8859_1);
    List<ParsedCertificate> certificates = CertificateFile.parse(text, "pem", MOST_CERTIFICATES);
    return new Target.Given(
        "pem", LeafFirst.of(certificates).stream().map(ParsedCertificate::der).toList());
  }

  /**
   * @throws IllegalArgumentException naming the field, with the cure
   */
  CertificateRole certificateRole() {
    return switch (role == null ? "server" : role) {
      case "server" -> CertificateRole.ROLE_SERVER;
      case "client" -> CertificateRole.ROLE_CLIENT;
      default -> throw new IllegalArgumentException("role: write server or client, or omit it");
    };
  }
}
