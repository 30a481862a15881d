package io.postern.operator.trace;

import static io.postern.operator.trace.TraceJson.present;
import static io.postern.operator.trace.TraceJson.time;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.MessageRefused;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refusals as a document for programs (docs/reference/commands.md, "JSON"), under the rules of
 * {@link TraceJson}.
 */
public final class RefusalJson {
  private RefusalJson() {}

  /**
   * @param cut there may be more than the newest {@value RefusalLookup#MOST}
   */
  public record Found(boolean cut, List<Refusal> refusals) {}

  /**
   * A refusal, or how often it came again: then {@code count}, {@code from} and {@code until} are
   * there, and {@code at}, the session and the envelope are not.
   *
   * @param reference as in the reply
   * @param command MAIL, RCPT, DATA and so on
   * @param handshakeFailure of the rule {@code handshake}: its cause
   */
  public record Refusal(
      @Nullable String reference,
      @Nullable String at,
      @Nullable Long count,
      @Nullable String from,
      @Nullable String until,
      int code,
      @Nullable String enhancedCode,
      String text,
      @Nullable String command,
      TraceJson.@Nullable Session session,
      @Nullable String reversePath,
      @Nullable String recipient,
      @Nullable String rule,
      @Nullable String organization,
      @Nullable String connector,
      @Nullable String verdict,
      @Nullable String handshakeFailure,
      TraceJson.@Nullable Why why) {}

  /**
   * @param why with every connector that was looked at
   */
  public static Found of(List<MessageRefused> records, boolean why) {
    return new Found(
        records.size() == RefusalLookup.MOST,
        records.stream().map(refused -> refusal(refused, why)).toList());
  }

  private static Refusal refusal(MessageRefused refused, boolean why) {
    boolean again = refused.getFromMillis() > 0;
    return new Refusal(
        present(refused.getReference()),
        again ? null : time(refused.getAtMillis()),
        again ? refused.getCount() : null,
        again ? time(refused.getFromMillis()) : null,
        again ? time(refused.getUntilMillis()) : null,
        refused.getCode(),
        present(refused.getEnhancedCode()),
        refused.getText(),
        present(refused.getCommand()),
        again ? null : TraceJson.Session.of(refused.getSession()),
        again ? null : refused.getReversePath(),
        again ? null : refused.getRecipient(),
        present(refused.getRule()),
        present(refused.getOrganization()),
        present(refused.getConnector()),
        present(refused.getVerdict()),
        present(Spelling.of(refused.getHandshakeFailure())),
        TraceJson.Why.of(refused.getExplanation(), why));
  }
}
