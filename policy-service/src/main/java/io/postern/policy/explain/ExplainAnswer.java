package io.postern.policy.explain;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.rules.ExplainedConnector;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The decisions about a mail and their reasons, filtered to what the caller may see (G8). Names of
 * components are the JSON's and are only added; absent ones are left out.
 *
 * @param directoryVersion of the directory that decides now
 * @param recorded the mail that was asked about; absent: facts by hand
 * @param notes what the answer does not know, or takes for granted
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExplainAnswer(
    long directoryVersion,
    @Nullable Recorded recorded,
    Facts facts,
    List<Recipient> recipients,
    List<String> notes) {

  /**
   * @param at when it was accepted or refused
   * @param directoryVersion that decided then; absent: not recorded
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Recorded(
      @Nullable String queueId,
      @Nullable String reference,
      String at,
      @Nullable Long directoryVersion) {}

  /**
   * @param mailFromDomain absent: the null reverse-path
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Facts(
      String clientIp,
      boolean tls,
      List<String> certificateNames,
      @Nullable String mailFromDomain) {}

  /**
   * @param now by the directory of today
   * @param then as it is recorded; absent: facts by hand
   * @param differences between the two, sentences; empty: none
   * @param connectors of the organizations that decide, those nearest to a match first
   * @param connectorsLeftOut how many more there are
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Recipient(
      String recipient,
      Decisions now,
      @Nullable Decisions then,
      @Nullable Boolean differs,
      List<String> differences,
      List<ExplainedConnector> connectors,
      int connectorsLeftOut) {}

  /**
   * @param out absent: the mail does not come in, or is another organization's
   * @param incoming by the recipient's organization, where that is another one
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Decisions(In in, @Nullable In incoming, @Nullable Out out) {}

  /**
   * The decision in the session.
   *
   * @param result accept, refuse, unknown; otherOrganization: it is not the caller's to see
   * @param verdict on the client's chain; absent: none was needed
   * @param because a sentence
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @Schema(name = "ExplainedIn")
  public record In(
      String result,
      @Nullable Integer code,
      @Nullable String enhancedCode,
      @Nullable String text,
      @Nullable String rule,
      @Nullable String organization,
      @Nullable String connector,
      @Nullable String direction,
      @Nullable String verdict,
      @Nullable String because,
      List<String> steps) {
    static In unknown(String because) {
      return undecided("unknown", because);
    }

    static In ofAnother() {
      return undecided("otherOrganization", "Another organization decides.");
    }

    private static In undecided(String result, String because) {
      return new In(result, null, null, null, null, null, null, null, null, because, List.of());
    }
  }

  /**
   * The decision about the way out.
   *
   * @param result deliver, hold, fail
   * @param nextHop the route's name: mx:domain, smart:host:port, mailbox:host:port
   * @param requirement TLS level, with its name and its further demands
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @Schema(name = "ExplainedOut")
  public record Out(
      String result,
      @Nullable String organization,
      @Nullable String connector,
      @Nullable String nextHop,
      @Nullable String requirement,
      @Nullable String reason,
      @Nullable String because,
      List<String> steps) {}
}
