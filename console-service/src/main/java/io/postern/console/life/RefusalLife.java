package io.postern.console.life;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.console.life.Life.Session;
import io.postern.console.life.Life.Why;
import io.postern.console.sight.Sight;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.MessageRefused;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A recorded refusal, or a count of refusals that are like it.
 *
 * @param at the log's time, RFC 3339
 * @param from envelope sender; empty: the null reverse-path, or not given yet
 * @param to the recipient that was refused; absent: none was
 * @param command of SMTP that was refused
 * @param rule the condition that refused
 * @param verdict on the client's certificate; absent: none was needed
 * @param handshakeFailure of the rule "handshake"
 * @param count refusals that it stands for
 * @param reported the decision that a connector in report-only mode would have made
 * @param variants of a count: the facts that differ
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record RefusalLife(
    String reference,
    String at,
    @JsonInclude String from,
    String to,
    String command,
    int code,
    String enhancedCode,
    String text,
    String organization,
    String connector,
    String rule,
    String verdict,
    String handshakeFailure,
    long count,
    Session session,
    @Nullable Why why,
    Life.@Nullable Reported reported,
    List<Variant> variants) {
  /** Refusals of a count that were decided by the same facts. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Variant(
      String senderDomain,
      String recipientDomain,
      boolean tls,
      String clientIp,
      String chain,
      long count) {}

  static RefusalLife of(long at, byte[] record, Sight sight) throws InvalidProtocolBufferException {
    MessageRefused refused = MessageRefused.parseFrom(record);
    return new RefusalLife(
        refused.getReference(),
        Words.time(at),
        refused.getReversePath(),
        refused.getRecipient(),
        refused.getCommand(),
        refused.getCode(),
        refused.getEnhancedCode(),
        refused.getText(),
        refused.getOrganization(),
        refused.getConnector(),
        refused.getRule(),
        refused.getVerdict(),
        Spelling.of(refused.getHandshakeFailure()),
        Math.max(1, refused.getCount()),
        AcceptedView.session(refused.getSession()),
        sight.sees(refused.getOrganization()) ? Words.why(refused.getExplanation()) : null,
        refused.hasReported() ? AcceptedView.reported(refused.getReported(), sight) : null,
        refused.getVariantsList().stream()
            .map(
                v ->
                    new Variant(
                        v.getSenderDomain(),
                        v.getRecipientDomain(),
                        v.getTls(),
                        v.getClientIp(),
                        Words.hex(v.getChainFingerprint()),
                        v.getCount()))
            .toList());
  }
}
