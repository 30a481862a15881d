package io.postern.rules;

import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.RequireTls;
import org.jspecify.annotations.Nullable;

/**
 * What decides about a recipient's next hop, beside the directory.
 *
 * @param organization the recipient group's
 * @param direction the group's
 * @param reversePath MAIL FROM; empty: the null reverse-path
 * @param localPart the recipient's, as given
 * @param recipientDomain A-label
 * @param provenServer an on-premises connector of the organization let the mail in, by a
 *     certificate that was good: its server has had the mail
 * @param header the mail's; null: none is known, as of mail that is only thought of
 * @param byRules routing rules apply
 */
public record OutboundMail(
    String organization,
    Direction direction,
    String reversePath,
    String localPart,
    String recipientDomain,
    RequireTls requireTls,
    boolean provenServer,
    @Nullable RecordedHeader header,
    boolean byRules) {

  /** Routing rules apply. */
  public OutboundMail(
      String organization,
      Direction direction,
      String reversePath,
      String localPart,
      String recipientDomain,
      RequireTls requireTls,
      boolean provenServer,
      @Nullable RecordedHeader header) {
    this(
        organization,
        direction,
        reversePath,
        localPart,
        recipientDomain,
        requireTls,
        provenServer,
        header,
        true);
  }

  /** As it goes that no routing rule gives to a connector. */
  public OutboundMail withoutRules() {
    return byNoRule(direction);
  }

  /**
   * As it goes back to a rewritten sender: outside, and by no rule, since a remote host wrote its
   * header (docs/guides/sender-rewriting.md).
   */
  public OutboundMail returned() {
    return byNoRule(Direction.ORIGINATING);
  }

  private OutboundMail byNoRule(Direction its) {
    return new OutboundMail(
        organization,
        its,
        reversePath,
        localPart,
        recipientDomain,
        requireTls,
        provenServer,
        header,
        false);
  }

  /**
   * Mail that no server of the organization brought with its certificate, to no listed recipient.
   */
  public static OutboundMail to(String organization, Direction direction, String recipientDomain) {
    return new OutboundMail(
        organization,
        direction,
        "",
        "",
        recipientDomain,
        RequireTls.REQUIRE_TLS_UNSPECIFIED,
        false,
        null);
  }
}
