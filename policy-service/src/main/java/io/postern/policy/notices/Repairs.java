package io.postern.policy.notices;

/** The repair of a failed delivery in words, as reports to senders have it. Pure; any thread. */
public final class Repairs {
  private Repairs() {}

  /**
   * One sentence: who has to do what.
   *
   * @param reason of docs/design/connectors.md, "Tokens and reasons"
   */
  public static String of(String reason) {
    Meaning meaning = Meanings.of(reason, "");
    return switch (meaning.duty()) {
          case PEER -> "The administrator of the receiving mail server";
          case OURS -> "The administrator of this organization's mail";
          case SENDER -> "The sender";
        }
        + " needs to "
        + meaning.cure()
        + ".";
  }
}
