package io.postern.console.queue;

import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** A {@link QueueFilter} as query parameters. One request. */
public class QueueParameters {
  @Parameter(description = "waiting or held (default: both)")
  @QueryParam("state")
  public @Nullable String state;

  @Parameter(description = "Reason, such as connect-failed, connector-removed")
  @QueryParam("reason")
  public @Nullable String reason;

  @Parameter(description = "Route of the next hop, such as mx:fabrikam.example")
  @QueryParam("route")
  public @Nullable String route;

  @Parameter(description = "Name of the outbound connector")
  @QueryParam("connector")
  public @Nullable String connector;

  @Parameter(description = "Organization whose connectors decide about the mail")
  @QueryParam("organization")
  public @Nullable String organization;

  @Parameter(description = "Envelope sender")
  @QueryParam("from")
  public @Nullable String from;

  @Parameter(description = "Domain of the envelope sender")
  @QueryParam("fromDomain")
  public @Nullable String fromDomain;

  @Parameter(description = "Envelope recipient")
  @QueryParam("to")
  public @Nullable String to;

  @Parameter(description = "Domain of the envelope recipient")
  @QueryParam("toDomain")
  public @Nullable String toDomain;

  @Parameter(description = "One message")
  @QueryParam("queueId")
  public @Nullable String queueId;

  @Parameter(description = "Accepted before: RFC 3339, a date, or how long ago: 30m, 4h, 2d")
  @QueryParam("olderThan")
  public @Nullable String olderThan;

  @Parameter(description = "Accepted since, in the same form")
  @QueryParam("newerThan")
  public @Nullable String newerThan;

  @Parameter(description = "Entries of a page, at most 500")
  @QueryParam("limit")
  @DefaultValue("50")
  public int limit = 50;

  @Parameter(description = "Position in the list, from a next link")
  @QueryParam("after")
  @DefaultValue("")
  public String after = "";

  public QueueFilter filter() {
    return new QueueFilter(
        state,
        reason,
        route,
        connector,
        organization,
        from,
        fromDomain,
        to,
        toDomain,
        queueId,
        olderThan,
        newerThan);
  }
}
