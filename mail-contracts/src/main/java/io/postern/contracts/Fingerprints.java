package io.postern.contracts;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.AnchorSet;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 fingerprints of contents, certificates and chains. Stateless; any thread. */
public final class Fingerprints {
  private static final byte[] NONE = {};

  private Fingerprints() {}

  public static byte[] sha256(byte[] bytes) {
    return digest().digest(bytes);
  }

  /**
   * SHA-256 over the SHA-256s of the certificates as presented; an empty array for an empty chain.
   */
  public static byte[] chain(List<byte[]> der) {
    if (der.isEmpty()) {
      return NONE;
    }
    MessageDigest all = digest();
    for (byte[] certificate : der) {
      all.update(sha256(certificate));
    }
    return all.digest();
  }

  /**
   * Version of an anchor set's content: the same in every reader, moved by any change of its
   * certificates or their order and by nothing else. The first 16 hexadecimal digits of {@link
   * #chain}; {@code empty} for an empty set.
   */
  public static String anchorSetVersion(AnchorSet set) {
    List<byte[]> certificates =
        set.getCertificatesList().stream().map(ByteString::toByteArray).toList();
    return certificates.isEmpty() ? "empty" : hex(chain(certificates)).substring(0, 16);
  }

  /** Lower-case hexadecimal. */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** A new SHA-256. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
