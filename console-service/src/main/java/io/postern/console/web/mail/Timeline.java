package io.postern.console.web.mail;

import java.util.List;

/** A life as a list of what happened, for a template. Records are immutable. */
public final class Timeline {
  private static final int FEW = 3;
  private static final int PARTS_AT_ONCE = 10;

  private Timeline() {}

  /**
   * Something that happened.
   *
   * @param at RFC 3339; empty: it is not known when
   * @param tone good, wait, bad; empty: none
   * @param open its facts are shown without being asked for
   * @param checks what was looked at for a decision
   * @param path certificates that were judged, leaf first
   * @param parts of the recipients
   */
  public record Entry(
      String at,
      String tone,
      String title,
      boolean open,
      List<String> sentences,
      List<Fact> facts,
      List<Check> checks,
      List<Certificate> path,
      List<Part> parts) {
    public Entry {
      sentences = List.copyOf(sentences);
      facts = List.copyOf(facts);
      checks = List.copyOf(checks);
      path = List.copyOf(path);
      parts = List.copyOf(parts);
    }

    /** Of the recipients that are shown without being asked for. */
    public List<Part> firstParts() {
      return parts.subList(0, Math.min(PARTS_AT_ONCE, parts.size()));
    }

    public List<Part> furtherParts() {
      return parts.subList(firstParts().size(), parts.size());
    }

    /** How many these are. */
    public long further() {
      return furtherParts().size();
    }

    /** So few facts that nobody need ask for them. */
    public boolean isBrief() {
      return facts.size() <= FEW;
    }
  }

  /**
   * @param text may be a stranger's
   * @param link empty: none
   * @param time text is RFC 3339
   * @param code text is a code
   */
  public record Fact(String label, String text, String link, boolean time, boolean code) {}

  /**
   * One thing that was looked at.
   *
   * @param condition field of a connector
   * @param link to the subject; empty: none
   */
  public record Check(boolean met, String subject, String condition, String detail, String link) {}

  /**
   * A certificate of a path, with the answer about its revocation.
   *
   * @param name its subject, or its fingerprint
   */
  public record Certificate(
      String name, String tone, String revocation, String source, String of, String detail) {}

  /**
   * What became of a recipient.
   *
   * @param why the reason as a sentence
   */
  public record Part(
      String address,
      String state,
      String tone,
      String reason,
      String why,
      String command,
      String reply,
      String explanation,
      String note) {}
}
