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
 */
public record OutboundMail(
    String organization,
    Direction direction,
    String reversePath,
    String localPart,
    String recipientDomain,
    RequireTls requireTls,
    boolean provenServer,
    @Nullable RecordedHeader header) {

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
