package io.postern.certificate.anchors;

import io.postern.contracts.v1.RecordedAnchor;
import java.util.HexFormat;
import java.util.Locale;

/**
 * A query for anchors: for one by its SHA-256 or SHA-1 (hexadecimal in either case, with or without
 * colons or spaces), or for those whose subject has a text in it, in either case. Immutable.
 */
public final class AnchorQuery {
  private static final int SHORTEST_NAME = 2;

  private final String fingerprint;
  private final String name;

  private AnchorQuery(String fingerprint, String name) {
    this.fingerprint = fingerprint;
    this.name = name;
  }

  /**
   * @throws IllegalArgumentException with the cure
   */
  public static AnchorQuery fingerprint(String text) {
    String digits = text.replaceAll("[: ]", "").toLowerCase(Locale.ROOT);
    if (!digits.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "it is not a fingerprint: write the 64 hexadecimal digits of a SHA-256, or the 40 of a "
              + "SHA-1");
    }
    return new AnchorQuery(digits, "");
  }

  /**
   * @throws IllegalArgumentException with the cure
   */
  public static AnchorQuery name(String text) {
    if (text.strip().length() < SHORTEST_NAME) {
      throw new IllegalArgumentException("write at least two letters of the subject's name");
    }
    return new AnchorQuery("", text.strip().toLowerCase(Locale.ROOT));
  }

  public boolean means(RecordedAnchor anchor) {
    return means(
        anchor.getSubject(),
        HexFormat.of().formatHex(anchor.getSha256().toByteArray()),
        HexFormat.of().formatHex(anchor.getSha1().toByteArray()));
  }

  /**
   * @param sha256 hexadecimal, lower case; so is {@code sha1}
   */
  public boolean means(String subject, String sha256, String sha1) {
    return fingerprint.isEmpty()
        ? subject.toLowerCase(Locale.ROOT).contains(name)
        : fingerprint.equals(sha256) || fingerprint.equals(sha1);
  }
}
