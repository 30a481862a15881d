package io.postern.console.search;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.console.store.ReadTo;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A page of a search, the newest entry first.
 *
 * @param next path and query of the page behind it; null: there is none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Found(List<Entry> found, @Nullable String next, ReadTo readTo) {
  public Found {
    found = List.copyOf(found);
  }

  /**
   * A message or a refusal: one of both is there.
   *
   * @param at the log's time, RFC 3339
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Entry(
      @Schema(enumeration = {"message", "refusal"}) String kind,
      String at,
      @Nullable MessageView message,
      @Nullable RefusalView refusal) {}

  /**
   * A message, with the recipients that the reader sees.
   *
   * @param from envelope sender; empty: the null reverse-path
   * @param clientIp empty: none
   * @param tls none, TLSv1.2, TLSv1.3
   * @param size octets
   * @param recipients at most 20
   * @param furtherRecipients that are not shown here
   * @param causeQueueId of a notification: the message that it is about
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record MessageView(
      String queueId,
      @JsonInclude String from,
      String messageId,
      String clientIp,
      String listener,
      String tls,
      String cipher,
      long size,
      List<RecipientView> recipients,
      @Nullable Long furtherRecipients,
      String causeQueueId) {
    public MessageView {
      recipients = List.copyOf(recipients);
    }
  }

  /**
   * A recipient and its state.
   *
   * @param state waiting, held, delivered, failed, expired, cancelled
   * @param since the log's time of the record that says so, RFC 3339
   * @param organization whose connectors decided; absent with all that they decided: another one's
   * @param inboundConnector absent: the anonymous path
   * @param inboundOrganization whose connector that is
   * @param outboundConnector absent: none, by MX or the mailbox route
   * @param token of the last attempt: required:achieved, or required/reason
   * @param nextAttempt or the end of a hold, RFC 3339; absent: not known
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record RecipientView(
      String address,
      @Schema(enumeration = {"waiting", "held", "delivered", "failed", "expired", "cancelled"})
          String state,
      @Nullable String since,
      String direction,
      String organization,
      String inboundConnector,
      String inboundOrganization,
      String outboundConnector,
      String route,
      String host,
      String reason,
      String token,
      @Nullable Integer attempts,
      @Nullable String nextAttempt) {}

  /**
   * A refusal, or a count of them.
   *
   * @param rule the condition that refused
   * @param count refusals that this one stands for
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record RefusalView(
      String reference,
      @JsonInclude String from,
      String to,
      String clientIp,
      String tls,
      String organization,
      String connector,
      String rule,
      int code,
      String enhancedCode,
      String text,
      long count) {}
}
