package io.postern.certificate.judging;

import io.postern.contracts.v1.CertificateRole;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/** The use of the leaf's key: the peer's side of TLS. */
enum Purpose {
  CLIENT,
  SERVER,
  /** Not asked: conformance vectors that are about paths alone. */
  ANY;

  static Optional<Purpose> of(CertificateRole role) {
    return switch (role) {
      case ROLE_CLIENT -> Optional.of(CLIENT);
      case ROLE_SERVER -> Optional.of(SERVER);
      case CERTIFICATE_ROLE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  /**
   * RFC 5280 §4.2.1.12: any of these will do; none are asked of {@link #ANY}. A mail server that
   * sends proves its host name with the certificate that it also receives with, and public
   * authorities have not issued clientAuth since 2026 (docs/decisions/0006).
   */
  List<KeyPurposeId> keyPurposes() {
    return switch (this) {
      case CLIENT -> List.of(KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth);
      case SERVER -> List.of(KeyPurposeId.id_kp_serverAuth);
      case ANY -> List.of();
    };
  }
}
