package io.postern.console.search;

import io.postern.api.Caller;
import io.postern.api.Times;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** The parameters of a search, as a bean of a resource. One request. */
public class Parameters {
  @Parameter(description = "Envelope sender")
  @QueryParam("from")
  @DefaultValue("")
  public String from = "";

  @Parameter(description = "Domain of the envelope sender")
  @QueryParam("fromDomain")
  @DefaultValue("")
  public String fromDomain = "";

  @Parameter(description = "Envelope recipient")
  @QueryParam("to")
  @DefaultValue("")
  public String to = "";

  @Parameter(description = "Domain of an envelope recipient")
  @QueryParam("toDomain")
  @DefaultValue("")
  public String toDomain = "";

  @Parameter(description = "Message-ID field, with its angle brackets")
  @QueryParam("messageId")
  @DefaultValue("")
  public String messageId = "";

  @Parameter(description = "Queue id, as in the reply to the sender; no time is needed with it")
  @QueryParam("queueId")
  @DefaultValue("")
  public String queueId = "";

  @Parameter(description = "Reference of a refusal, as in the reply: 0Z7K-31QF")
  @QueryParam("reference")
  @DefaultValue("")
  public String reference = "";

  @Parameter(description = "Address of the client, or a range: 192.0.2.0/24")
  @QueryParam("ip")
  @DefaultValue("")
  public String ip = "";

  @Parameter(description = "Name of an inbound or outbound connector")
  @QueryParam("connector")
  @DefaultValue("")
  public String connector = "";

  @Parameter(description = "Organization that may read it")
  @QueryParam("organization")
  @DefaultValue("")
  public String organization = "";

  @Parameter(
      description =
          "TLS of the session (none, TLSv1.2, TLSv1.3), of the last attempt (required, "
              + "opportunistic, plaintext, refused, not-sent, none-yet), or a TLS result, such as "
              + "certificate-validation/revoked")
  @QueryParam("tls")
  @DefaultValue("")
  public String tls = "";

  @Parameter(description = "Last reason of a recipient, such as host-unreachable")
  @QueryParam("reason")
  @DefaultValue("")
  public String reason = "";

  @Parameter(description = "waiting, held, delivered, failed, expired or cancelled")
  @QueryParam("state")
  @DefaultValue("")
  public String state = "";

  @Parameter(description = "originating or incoming")
  @QueryParam("direction")
  @DefaultValue("")
  public String direction = "";

  @Parameter(description = "Rule of a refusal, such as requireTls")
  @QueryParam("rule")
  @DefaultValue("")
  public String rule = "";

  @Parameter(description = "Connector in report-only mode that would have decided")
  @QueryParam("reportedConnector")
  @DefaultValue("")
  public String reportedConnector = "";

  @Parameter(
      description =
          "What it would have done: accepted, refused, unknown; of a delivery met, missed, unknown")
  @QueryParam("reportedResult")
  @DefaultValue("")
  public String reportedResult = "";

  @Parameter(
      description = "Rule that would have refused, or reason for which the requirement is missed")
  @QueryParam("reportedRule")
  @DefaultValue("")
  public String reportedRule = "";

  @Parameter(description = "RFC 3339, a date, or how long ago: 30m, 4h, 2d. By default 7d")
  @QueryParam("since")
  @DefaultValue("7d")
  public String since = "7d";

  @Parameter(description = "The same; by default now")
  @QueryParam("until")
  @DefaultValue("")
  public String until = "";

  @Parameter(description = "Entries of a page, at most 500")
  @QueryParam("limit")
  @DefaultValue("50")
  public int limit = 50;

  @Parameter(description = "Position in the list, from a next link")
  @QueryParam("after")
  @DefaultValue("")
  public String after = "";

  /**
   * @throws io.postern.api.ProblemException 400; 404: an organization that the caller does not see
   */
  Filter filter(Caller caller) {
    if (!organization.isEmpty()) {
      caller.requireRead(organization, "organization " + organization);
    }
    Instant now = Instant.now();
    return new Filter(
        from,
        fromDomain,
        to,
        toDomain,
        messageId,
        queueId,
        reference,
        ip,
        connector,
        organization,
        tls,
        reason,
        state,
        direction,
        rule,
        new Filter.Reported(reportedConnector, reportedResult, reportedRule),
        Times.parse("since", since, now).toEpochMilli(),
        // Of a record that is written now, by a broker whose clock is ahead.
        until.isEmpty()
            ? now.toEpochMilli() + 60_000
            : Times.parse("until", until, now).toEpochMilli(),
        limit,
        after.isEmpty() ? null : Cursor.parse(after));
  }
}
