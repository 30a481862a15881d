package io.postern.console.web.partners;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.QueryPath;
import io.postern.console.web.peers.PeerJson;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;
import org.jspecify.annotations.Nullable;

/**
 * Where trying a change begins: with a connector, a new one, or a directory file, which is compared
 * with the mail of the last days (docs/guides/forced-tls-with-a-partner.md).
 */
@Page
@Path("/what-ifs")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class WhatIfFilePage {
  /** Days that a comparison may reach back. */
  static final List<Integer> SPANS = List.of(1, 2, 3, 4, 5, 6, 7);

  static final int DAYS = SPANS.getLast();

  private static final int MOST_CONNECTORS = 500;
  private static final Connectors.Part NOTHING = new Connectors.Part(List.of(), "");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Frames frames;
  private final Peers peers;
  private final Connectors connectors;

  WhatIfFilePage(Frames frames, Peers peers, Connectors connectors) {
    this.frames = frames;
    this.peers = peers;
    this.connectors = connectors;
  }

  /** A connector whose change can be tried. */
  public record Choice(String direction, String name, String href) {}

  /**
   * @param cut there are more connectors than are shown
   * @param text of a file, as it was given
   * @param notes why a part of the page is missing
   */
  public record View(
      String organization,
      List<Choice> choices,
      boolean cut,
      String text,
      int days,
      String problem,
      List<Problem.Fault> faults,
      List<String> notes) {
    public List<Integer> spans() {
      return SPANS;
    }
  }

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance whatIfs(Frame f, View v, List<String> organizations);
  }

  /** Seven, where it is none of those that can be chosen. */
  static int days(String given) {
    return SPANS.stream().filter(each -> given.equals(each.toString())).findFirst().orElse(DAYS);
  }

  @GET
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String choose(@QueryParam("organization") @DefaultValue("") String organization) {
    return page(organization, "", DAYS, "", List.of());
  }

  private String page(
      String asked, String text, int days, String problem, List<Problem.Fault> faults) {
    Frame f = frames.of("whatif.title").command("postern what-if FILE --days " + days);
    List<String> notes = new ArrayList<>(); // what was typed stays, whoever is silent
    List<String> organizations = connectors.organizations(notes);
    String organization =
        asked.isEmpty() && !organizations.isEmpty() ? organizations.getFirst() : asked;
    Connectors.Part part =
        organizations.contains(organization)
            ? PeerJson.get(
                    () -> connectors.part(List.of(organization), "", "", MOST_CONNECTORS), notes)
                .orElse(NOTHING)
            : NOTHING;
    List<Choice> choices =
        part.connectors().stream()
            .map(
                each ->
                    new Choice(
                        each.direction(),
                        each.name(),
                        QueryPath.to("/what-ifs/draft")
                            .with("organization", organization)
                            .with("direction", each.direction())
                            .with("name", each.name())
                            .toString()))
            .toList();
    return Templates.whatIfs(
            f,
            new View(
                organization, choices, !part.next().isEmpty(), text, days, problem, faults, notes),
            organizations)
        .render();
  }

  @POST
  @Path("file")
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response compare(
      @RestForm @DefaultValue("") String organization,
      @RestForm @DefaultValue("") String days,
      @RestForm @DefaultValue("") String text,
      @RestForm("file") @Nullable FileUpload file) {
    int back = days(days);
    if (UploadedText.isTooLarge(file)) {
      return Response.ok(page(organization, "", back, "whatif.tooLarge", List.of())).build();
    }
    String draft = UploadedText.of(file, text);
    if (draft.isBlank()) {
      return Response.ok(page(organization, "", back, "whatif.nothing", List.of())).build();
    }
    try {
      String id =
          peers
              .policy()
              .postFile("/what-if?days=" + back, "application/yaml", draft, null, PATIENCE)
              .body()
              .path("id")
              .asText();
      return PageAnswers.see(
          QueryPath.to("/what-ifs/" + Frame.encoded(id))
              .with("days", Integer.toString(back))
              .toString());
    } catch (ProblemException e) {
      Problem problem = e.problem();
      return Response.ok(
              page(
                  organization,
                  draft,
                  back,
                  problem.detail().isEmpty() ? problem.title() : problem.detail(),
                  problem.errors()))
          .build();
    }
  }
}
