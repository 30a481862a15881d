package io.postern.console.web.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.console.flow.Flow;
import io.postern.console.flow.FlowResource;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageChoice;
import io.postern.console.web.frame.QueryPath;
import io.postern.console.web.peers.Asked;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The overview: what needs somebody now, and mail in and out by TLS over time. */
@Page
@Path("/")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class OverviewPage {
  private static final List<String> SPANS = List.of("24h", "7d", "30d");

  private final Frames frames;
  private final FlowResource flows;
  private final OverviewTiles tiles;
  private final Peers peers;

  OverviewPage(Frames frames, FlowResource flows, OverviewTiles tiles, Peers peers) {
    this.frames = frames;
    this.flows = flows;
    this.tiles = tiles;
    this.peers = peers;
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance overview(
        Frame f,
        List<OverviewTiles.Tile> tiles,
        List<String> notes,
        List<PageChoice> spans,
        List<FlowTables.Table> tables,
        String organization,
        boolean isNew);
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String read(
      @QueryParam("since") @DefaultValue("24h") String since,
      @QueryParam("organization") @DefaultValue("") String organization) {
    String span = SPANS.contains(since) ? since : "24h";
    String step = span.equals("24h") ? "hour" : "day";
    String query =
        QueryPath.to("/api/v1/flow")
            .with("organization", organization)
            .with("since", span)
            .with("step", step)
            .toString();
    Frame frame = frames.of("nav.overview").json(query).command("postern status");
    List<String> notes = new ArrayList<>();
    Asked asksMe = Asked.of(peers.policy(), "/me");
    Asked asksEnding = Asked.of(peers.certificates(), "/expiring-certificates?withinDays=30");
    Flow flow = flows.read(organization, span, "", step);
    Optional<JsonNode> me = asksMe.get(notes);
    Optional<JsonNode> ending = asksEnding.get(notes);
    List<FlowTables.Table> tables =
        List.of(
            FlowTables.in(frame, flow, organization), FlowTables.out(frame, flow, organization));
    return Templates.overview(
            frame,
            tiles.of(frame, ending, flow.readTo()),
            notes,
            SPANS.stream()
                .map(
                    each ->
                        new PageChoice(
                            frame.t("overview.span." + each),
                            QueryPath.to("/")
                                .with("since", each)
                                .with("organization", organization)
                                .toString(),
                            each.equals(span)))
                .toList(),
            tables,
            organization,
            me.isPresent() && tables.stream().allMatch(FlowTables.Table::isEmpty))
        .render();
  }
}
