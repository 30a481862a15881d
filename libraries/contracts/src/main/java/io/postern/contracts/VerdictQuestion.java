package io.postern.contracts;

import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.RevocationMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question for a verdict: is this chain good, for this role, now (docs/design/architecture.md,
 * "Certificate verdicts")? Everything that can change the answer makes the key, so that one
 * organization's private root never judges for another: the id of an organization's own anchor set
 * is {@code organization/name}. The organization is that of the anchors, with the default ones
 * whose mail it is, and is not in the key: verdicts on the default set are shared.
 *
 * <p>Compare by {@link #key}; it is computed once, when it is asked for first. The arrays are not
 * copied and must not be changed. Any thread.
 */
public final class VerdictQuestion {
  private static final byte[] FORMAT = "postern verdict key 1".getBytes(StandardCharsets.US_ASCII);

  private final List<byte[]> chain;
  private final byte[] stapledOcsp;
  private final CertificateRole role;
  private final AnchorSetReference anchors;
  private final RevocationMode revocation;
  private final String organization;
  private @Nullable VerdictKey key; // immutable: two threads that compute it at once get equal ones

  /**
   * @param chain DER as presented, leaf first; may be empty
   * @param stapledOcsp DER; empty: none
   */
  public VerdictQuestion(
      List<byte[]> chain,
      byte[] stapledOcsp,
      CertificateRole role,
      AnchorSetReference anchors,
      RevocationMode revocation,
      String organization) {
    this.chain = List.copyOf(chain);
    this.stapledOcsp = stapledOcsp;
    this.role = role;
    this.anchors = anchors;
    this.revocation = revocation;
    this.organization = organization;
  }

  public List<byte[]> chain() {
    return chain;
  }

  public byte[] stapledOcsp() {
    return stapledOcsp;
  }

  public CertificateRole role() {
    return role;
  }

  public AnchorSetReference anchors() {
    return anchors;
  }

  public RevocationMode revocation() {
    return revocation;
  }

  public String organization() {
    return organization;
  }

  /** The same question for another organization; its key is not computed again. */
  public VerdictQuestion askedBy(String other) {
    if (other.equals(organization)) {
      return this;
    }
    VerdictQuestion question =
        new VerdictQuestion(chain, stapledOcsp, role, anchors, revocation, other);
    question.key = key();
    return question;
  }

  /**
   * SHA-256 over all fields but the organization, each with its length in front so that no two
   * questions run together.
   */
  public VerdictKey key() {
    VerdictKey known = key;
    if (known == null) {
      known = computed();
      key = known;
    }
    return known;
  }

  private VerdictKey computed() {
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
    number(digest, 0); // earlier versions had a field here, which was always 0
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
