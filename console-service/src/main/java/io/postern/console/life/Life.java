package io.postern.console.life;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.console.search.Found.RecipientView;
import io.postern.console.store.ReadTo;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A message's life, as far as the reader sees it. Absent facts are left out; times are RFC 3339 and
 * the log's, where nothing else is said.
 *
 * @param recipients each with its state now
 * @param events in the log's order
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Life(
    String queueId,
    Accepted accepted,
    List<RecipientView> recipients,
    List<Event> events,
    ReadTo readTo) {
  public Life {
    recipients = List.copyOf(recipients);
    events = List.copyOf(events);
  }

  /**
   * @param from empty: the null reverse-path
   * @param size octets
   * @param connectors the inbound decision, by group of recipients
   * @param causeQueueId of a notification: the message that it is about
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Accepted(
      String at,
      @JsonInclude String from,
      String messageId,
      long size,
      Session session,
      List<Inbound> connectors,
      long directoryVersion,
      boolean internal,
      String causeQueueId,
      String cause) {}

  /**
   * The session that brought the message.
   *
   * @param clientIp the client's address, or the one that the balancer named
   * @param source where the mail came from, behind a gateway; absent: the client
   * @param tls absent: plaintext
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Session(
      String clientIp,
      String proxiedBy,
      String listener,
      String greeting,
      String protocol,
      @Nullable Tls tls,
      String source,
      String sourceWhyNot) {}

  /**
   * @param chain fingerprint of the peer's certificates, hexadecimal
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Tls(
      String version,
      String cipherSuite,
      String group,
      boolean forwardSecrecy,
      boolean resumed,
      String peerSubject,
      List<String> peerNames,
      String chain,
      String serverName) {}

  /**
   * @param connector absent: none applied, the anonymous path
   * @param verdict on the client's certificate; absent: none was needed
   * @param verdictKey of /api/v1/verdicts
   * @param reported the decision that a connector in report-only mode would have made
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Inbound(
      String organization,
      String connector,
      String direction,
      List<String> recipients,
      String verdict,
      String verdictKey,
      String byAddress,
      @Nullable Why why,
      @Nullable Reported reported) {}

  /**
   * A decision that was recorded and not made (docs/guides/forced-tls-with-a-partner.md).
   *
   * @param code of the reply; 0: accepted, or not known
   * @param rule that would have refused
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Reported(
      String organization,
      String connector,
      @JsonInclude boolean accepted,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) int code,
      String enhancedCode,
      String rule,
      String verdict,
      @Nullable Why why) {}

  /** Why it was decided so: the summary, and each thing that was looked at. */
  public record Why(String summary, List<Step> steps) {}

  /** One thing that was looked at. */
  public record Step(String subject, boolean matched, String condition, String detail) {}

  /**
   * Something that happened.
   *
   * @param kind left-out: at this place further records are not listed, because they are too many
   * @param counts false: no reader of the log lets it count, for {@code worth}
   * @param worth of a record that counts for nothing: replay, gap, learnt, skipped
   * @param attempt its number
   * @param recipients their new states; of a decision, control or notice alone the addresses
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Event(
      String at,
      @Schema(
              enumeration = {
                "decision",
                "attempt",
                "state",
                "due",
                "control",
                "notice",
                "left-out"
              })
          String kind,
      boolean counts,
      String worth,
      @Nullable Integer attempt,
      List<Part> recipients,
      @Nullable Decision decision,
      @Nullable Attempt detail,
      @Nullable Control control,
      String cause) {}

  /**
   * @param state delivered, deferred, failed, held, released, expired, cancelled, still-open,
   *     content-moved, not-notified
   * @param reply of the host: code, enhanced code, text
   * @param late delivered by an owner that had lost it
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Part(
      String address,
      String state,
      String reason,
      String explanation,
      String command,
      String reply,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean late,
      boolean counts) {}

  /**
   * A delivery that is asked for.
   *
   * @param connector outbound; absent: by MX or the mailbox route
   * @param hosts smart hosts; none: of the MX domain
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Decision(
      String organization,
      String connector,
      String route,
      String mxDomain,
      List<String> hosts,
      Requirement requirement,
      @Nullable Why why) {}

  /**
   * @param level opportunistic, encryption-only, certificate-validation, domain-validation
   * @param demands forward-secrecy, post-quantum, requiretls, tls-required-no
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Requirement(
      String level,
      String tlsDomain,
      String revocation,
      String minimumVersion,
      String dane,
      String mtaSts,
      String anchors,
      String clientCertificate,
      List<String> demands) {
    public Requirement {
      demands = List.copyOf(demands);
    }
  }

  /**
   * An attempt, or a state that a service gave.
   *
   * @param token required:achieved, or required/reason
   * @param reportedToken the same of the requirement that a connector in report-only mode would
   *     have set
   * @param millis of the whole attempt
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Attempt(
      String organization,
      String connector,
      String route,
      String host,
      String address,
      String token,
      String reportedConnector,
      String reportedToken,
      @Nullable Requirement requirement,
      @Nullable Tls tls,
      String verdict,
      String verdictKey,
      @Nullable Evidence evidence,
      @Nullable Dane dane,
      @Nullable MtaSts mtaSts,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean handedBack,
      @Nullable Long millis) {}

  /** The grounds of a verdict. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Evidence(
      String judgedAt, String anchor, String anchorSet, List<PathCertificate> path) {}

  /**
   * @param revocation not-revoked, is-revoked, nothing-published, unreachable, stale, not-checked
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record PathCertificate(
      String subject,
      String fingerprint,
      String revocation,
      String source,
      String url,
      @Nullable String thisUpdate,
      @Nullable String revokedAt,
      String detail) {}

  /** RFC 7672. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Dane(String base, List<String> records, String matched, String unproven) {}

  /** RFC 8461. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record MtaSts(
      String domain, String id, String mode, List<String> mx, boolean met, String failure) {}

  /**
   * An administrator's request.
   *
   * @param kind hold, release, retry-now, cancel
   * @param route of a request for a whole route
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Control(String kind, String by, String controlId, String route) {}
}
