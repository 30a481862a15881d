package io.postern.console.search;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.console.search.Found.Entry;
import io.postern.console.search.Found.MessageView;
import io.postern.console.search.Found.RefusalView;
import io.postern.console.sight.Sight;
import io.postern.console.store.ReadModel;
import io.postern.console.store.ReadTo;
import io.postern.console.store.SearchTime;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The API of messages (docs/guides/tracing-a-message.md). */
@Path("/api/v1/messages")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "messages", description = "Messages and refusals, by any of their properties")
public class MessagesResource {
  private static final Set<String> KINDS = Set.of("messages", "refusals", "all");

  private final ReadModel model;
  private final Caller caller;

  MessagesResource(ReadModel model, Caller caller) {
    this.model = model;
    this.caller = caller;
  }

  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "Messages and refusals that match all conditions, newest first",
      description =
          "A reader of an organization sees its own mail: of a message between two organizations, "
              + "the state of the recipients and only its own decisions.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Found.class)))
  @APIResponse(responseCode = "400", description = "A parameter is invalid")
  @APIResponse(
      responseCode = "503",
      description = "The database is unavailable, or the search takes longer than 10 s")
  public Found list(
      @BeanParam Parameters parameters,
      @Parameter(description = "messages, refusals, or all")
          @QueryParam("kind")
          @DefaultValue("messages")
          String kind,
      @Context UriInfo uri) {
    if (!KINDS.contains(kind)) {
      throw ProblemException.badRequest(
          "kind", "\"" + kind + "\" is unknown.", "Write messages, refusals or all.");
    }
    Filter filter = parameters.filter(caller);
    Sight sight = Sight.of(caller);
    return model.use(connection -> page(connection, filter, kind, sight, uri));
  }

  static Found page(Connection connection, Filter filter, String kind, Sight sight, UriInfo uri)
      throws SQLException {
    try (SearchTime time = new SearchTime(connection)) {
      return page(connection, filter, kind, sight, uri, time);
    }
  }

  private static Found page(
      Connection connection, Filter filter, String kind, Sight sight, UriInfo uri, SearchTime time)
      throws SQLException {
    Map<Cursor, RefusalView> refusals =
        kind.equals("messages") ? Map.of() : RefusalSearch.find(connection, filter, sight);
    List<Cursor> places =
        new ArrayList<>(
            kind.equals("refusals")
                ? List.of()
                : MessageSearch.find(connection, filter, sight, time));
    places.addAll(refusals.keySet());
    places.sort(Cursor.NEWEST_FIRST);
    List<Cursor> shown = places.subList(0, Math.min(places.size(), filter.limit()));
    time.next();
    Map<String, MessageView> messages =
        new HashMap<>(
            MessagePage.of(
                connection,
                shown.stream().filter(Cursor::isMessage).map(Cursor::queueId).toList(),
                sight));
    List<Entry> entries = new ArrayList<>();
    for (Cursor place : shown) {
      String at = Instant.ofEpochMilli(place.at()).toString();
      if (place.isMessage()) {
        entries.add(new Entry("message", at, messages.get(place.queueId()), null));
      } else {
        entries.add(new Entry("refusal", at, null, refusals.get(place)));
      }
    }
    boolean more = places.size() > shown.size();
    return new Found(entries, more ? next(uri, shown.getLast()) : null, ReadTo.of(connection));
  }

  private static String next(UriInfo uri, Cursor last) {
    java.net.URI next = uri.getRequestUriBuilder().replaceQueryParam("after", last.text()).build();
    return next.getRawPath() + "?" + next.getRawQuery();
  }
}
