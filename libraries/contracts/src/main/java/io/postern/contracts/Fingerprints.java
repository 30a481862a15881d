package io.postern.contracts;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.AnchorSet;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 fingerprints of contents, certificates and chains. Stateless; any thread. */
public final class Fingerprints {
  private static final byte[] NONE = {};
  private static final int SHORT = 16;
  private static final int NAME_BYTES = 16;

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
   * Version of an anchor set's content: the same in every reader, changed by any change of its
   * certificates or their order, of the fingerprints that it distrusts, or of the default set's
   * part in it, and by nothing else. The first 16 hexadecimal digits of a hash; of {@link #chain}
   * where it has certificates alone; {@code empty} for an empty set.
   */
  public static String anchorSetVersion(AnchorSet set) {
    if (!set.getVersion().isEmpty()) {
      return set.getVersion();
    }
    List<byte[]> certificates =
        set.getCertificatesList().stream().map(ByteString::toByteArray).toList();
    if (set.getWithDefaults() || set.getDistrustedCount() > 0) {
      MessageDigest all = digest();
      all.update((byte) (set.getWithDefaults() ? 1 : 0));
      all.update((byte) (certificates.isEmpty() ? 0 : 1));
      all.update(chain(certificates));
      all.update(chain(sorted(set.getDistrustedList())));
      return hex(all.digest()).substring(0, SHORT);
    }
    return certificates.isEmpty() ? "empty" : hex(chain(certificates)).substring(0, SHORT);
  }

  /** Version of a list of fingerprints, whatever their order; empty for an empty one. */
  public static String distrustVersion(Collection<ByteString> fingerprints) {
    return fingerprints.isEmpty() ? "" : hex(chain(sorted(fingerprints))).substring(0, SHORT);
  }

  private static List<byte[]> sorted(Collection<ByteString> fingerprints) {
    return fingerprints.stream()
        .sorted(ByteString.unsignedLexicographicalComparator())
        .distinct()
        .map(ByteString::toByteArray)
        .toList();
  }

  /**
   * A SHA-256 as people write it: 64 hexadecimal digits in either case, with or without colons or
   * spaces between them.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static byte[] parse(String text) {
    String digits = text.replaceAll("[: ]", "");
    if (!digits.matches("[0-9a-fA-F]{64}")) {
      throw new IllegalArgumentException("not 64 hexadecimal digits");
    }
    return HexFormat.of().parseHex(digits);
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

  /**
   * Short form of a distinguished name (DER) where there may be many: the first 16 octets of its
   * SHA-256.
   */
  public static byte[] ofName(byte[] der) {
    return Arrays.copyOf(sha256(der), NAME_BYTES);
  }
}
