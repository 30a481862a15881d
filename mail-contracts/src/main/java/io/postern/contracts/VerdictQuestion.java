package io.postern.contracts;

import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.RevocationMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/**
 * Is this chain good, for this role, now (DESIGN §7)? Everything that can change the answer makes
 * the key, so that one organization's private root never judges for another: the id of an
 * organization's own anchor set is {@code organization/name}. The organization itself is only for
 * accounting and is not in the key: verdicts on the default set are shared.
 *
 * <p>Compare by {@link #key}, not by {@code equals}: the arrays are compared by identity there.
 * They are not copied and must not be changed. Any thread.
 *
 * @param chain DER as presented, leaf first; may be empty
 * @param stapledOcsp DER; empty: none
 */
@SuppressWarnings("ArrayRecordComponent")
public record VerdictQuestion(
    List<byte[]> chain,
    byte[] stapledOcsp,
    CertificateRole role,
    AnchorSetReference anchors,
    RevocationMode revocation,
    boolean aia,
    String organization) {
  private static final byte[] FORMAT = "postern verdict key 1".getBytes(StandardCharsets.US_ASCII);

  public VerdictQuestion {
    chain = List.copyOf(chain);
  }

  /**
   * SHA-256 over all fields but the organization, each with its length in front so that no two
   * questions run together.
   */
  public VerdictKey key() {
    MessageDigest digest = Fingerprints.digest();
    field(digest, FORMAT);
    number(digest, chain.size());
    for (byte[] certificate : chain) {
      field(digest, certificate);
    }
    field(digest, stapledOcsp);
    field(digest, role.name().getBytes(StandardCharsets.US_ASCII));
    field(digest, anchors.getId().getBytes(StandardCharsets.UTF_8));
    field(digest, anchors.getVersion().getBytes(StandardCharsets.UTF_8));
    field(digest, revocation.name().getBytes(StandardCharsets.US_ASCII));
    number(digest, aia ? 1 : 0);
    return VerdictKey.of(digest.digest());
  }

  private static void field(MessageDigest digest, byte[] bytes) {
    number(digest, bytes.length);
    digest.update(bytes);
  }

  private static void number(MessageDigest digest, int number) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).flip());
  }
}
