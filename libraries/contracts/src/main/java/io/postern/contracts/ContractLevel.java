package io.postern.contracts;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The levels of the contracts between the services (docs/design/the-log.md, "Contract level"): a
 * level adds fields or records that a version which only reads the level before would misread.
 * Additions that such a version may ignore need no level. Stateless.
 *
 * <p>To write something of level n, ask {@code ContractLevels.writes(n)} first, and give the record
 * the header {@link Headers#LEVEL} with {@link #header}: whoever does not read that level refuses
 * the record instead of acting on a part of it.
 */
public final class ContractLevel {
  /** What each level added, level 1 first. */
  public static final List<String> ADDED =
      List.of(
          "what versions before contract levels write, and all that they may ignore",
          "contents up to 16 KiB sealed in the records of mail.accepted, and references to them");

  /** From which on small contents travel sealed in their envelopes' records. */
  public static final int SEALED_CONTENTS = 2;

  /** That of an installation without a record of one. */
  public static final int FIRST = 1;

  /** The highest level that this version reads. */
  public static final int READS = ADDED.size();

  private ContractLevel() {}

  /** The value of {@link Headers#LEVEL} on a record of a level: a decimal number. */
  public static byte[] header(int level) {
    return Integer.toString(level).getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether a version that reads a level may act on a record with such a header. */
  public static boolean mayRead(int reads, byte[] header) {
    String level = new String(header, StandardCharsets.US_ASCII);
    return level.matches("[1-9]\\d{0,8}") && Integer.parseInt(level) <= reads;
  }

  /** What an operator is to do with a version that reads less than is in force or written. */
  public static String tooOld(int level) {
    return "this version reads contract level %d, and the installation is at level %d: start a version that reads it"
        .formatted(READS, level);
  }
}
