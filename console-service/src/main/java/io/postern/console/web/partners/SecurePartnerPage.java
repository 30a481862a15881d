package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Frames;
import io.postern.console.web.frame.Page;
import io.postern.console.web.frame.PageAnswers;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.Submitted;
import io.postern.console.web.frame.Values;
import io.postern.console.web.peers.Peers;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The assistant that leads to forced TLS with a partner: who, what it shows, how it proves itself,
 * the plan with what it would do, and its end. Each step is a URL that has all answers so far;
 * nothing is changed before the last one.
 */
@Page
@Path("/partners")
@Authenticated
@Produces(MediaType.TEXT_HTML)
public class SecurePartnerPage {
  // The service dials the partner's mail hosts, for a minute at most.
  private static final Duration DIALS = Duration.ofSeconds(90);
  private static final String TITLE = "secure.title";
  private static final String REPORT_ONLY = "reportOnly";
  private static final List<String> LEVELS =
      List.of("domainValidation", "certificateValidation", "encryptionOnly");
  private static final List<String> REVOCATIONS = List.of("required", "bestEffort", "off");

  private final Frames frames;
  private final Peers peers;
  private final Connectors connectors;
  private final Submitted form;

  SecurePartnerPage(Frames frames, Peers peers, Connectors connectors, Submitted form) {
    this.frames = frames;
    this.peers = peers;
    this.connectors = connectors;
    this.form = form;
  }

  /** A mail host of the partner, as it shows itself to anybody. */
  public record Host(
      String host,
      String address,
      String tls,
      String verdict,
      String names,
      String dane,
      String mtaSts,
      String failure) {}

  /** A server that proved itself to a connector. */
  public record Seen(String peer, String connector, String page, String tls, String at) {}

  /**
   * @param next the query of the next step, with the proposal
   * @param away why nobody could look; empty: somebody did
   */
  public record Look(
      List<Host> hosts,
      List<Seen> seen,
      List<String> remarks,
      String made,
      String next,
      String away) {}

  /**
   * A field of step 3.
   *
   * @param kind TEXT, LIST, CHOICE
   */
  public record Input(
      String name,
      String kind,
      String value,
      boolean proposed,
      List<String> choices,
      List<Problem.Fault> faults) {
    public boolean wrong() {
      return !faults.isEmpty();
    }

    /** Of the text of one choice. */
    public String key(String choice) {
      return "choice." + name + "." + choice;
    }
  }

  public record Group(String name, List<Input> inputs) {}

  private interface Inputs {
    Input of(String name, String kind, List<String> choices);
  }

  /** A connector of the plan. */
  public record Planned(String direction, String name, List<ConnectorPage.Fact> facts) {}

  public record Plan(
      List<Planned> connectors, List<String> warnings, List<String> missing, String seen) {}

  @CheckedTemplate(basePath = "web")
  static final class Templates {
    private Templates() {}

    static native TemplateInstance secureWho(
        Frame f, List<String> organizations, String organization, String domain);

    static native TemplateInstance secureLook(Frame f, PartnerAnswers a, Look look);

    static native TemplateInstance secureProof(
        Frame f, PartnerAnswers a, List<Group> groups, List<Problem.Fault> others, String problem);

    static native TemplateInstance securePlan(
        Frame f,
        PartnerAnswers a,
        Plan plan,
        String whatIfId,
        String validationId,
        @Nullable WhatIfView x,
        @Nullable ValidationView v,
        String problem);

    static native TemplateInstance secureDecide(
        Frame f,
        PartnerAnswers a,
        String seen,
        String whatIfId,
        String validationId,
        @Nullable ValidationView v,
        String problem);
  }

  @GET
  @Path("secure")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String who(@Context UriInfo uri) {
    Frame f = frames.of(TITLE);
    PartnerAnswers answers = PartnerAnswers.of(uri);
    return Templates.secureWho(
            f.command("postern secure-partner ORGANIZATION DOMAIN"),
            connectors.organizations().stream().filter(f::mayChange).toList(),
            answers.organization(),
            answers.domain())
        .render();
  }

  /** An address of before: the form begins the look, since it connects to hosts. */
  @GET
  @Path("secure/look")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response beforeLook(@Context UriInfo uri) {
    return PageAnswers.see("/partners/secure?" + PartnerAnswers.of(uri).query());
  }

  @POST
  @Path("secure/look")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String look() {
    PartnerAnswers answers = PartnerAnswers.of(form::text);
    Frame f =
        frames
            .of(TITLE)
            .command(
                PosternCommand.of("secure-partner")
                        .add(answers.organization())
                        .add(answers.domain())
                    + " --look");
    Look look;
    try {
      look = look(answers, peers.policy().post(answers.path() + "/look", null, null, DIALS).body());
    } catch (ProblemException e) {
      if (e.problem().status() != 503) {
        throw e;
      }
      look =
          new Look(List.of(), List.of(), List.of(), "", answers.query(), ConnectorPage.sentence(e));
    }
    return Templates.secureLook(f, answers, look).render();
  }

  private static Look look(PartnerAnswers answers, JsonNode partner) {
    List<Host> hosts = new ArrayList<>();
    for (JsonNode host : partner.path("hosts")) {
      hosts.add(
          new Host(
              host.path("host").asText(""),
              host.path("address").asText(""),
              host.path("tls").asText(""),
              host.path("verdict").asText(""),
              Values.text(host.path("certificateNames")),
              host.path("dane").asText(""),
              host.path("mtaSts").asText(""),
              host.path("failure").asText("")));
    }
    List<Seen> seen = new ArrayList<>();
    for (JsonNode one : partner.path("seen")) {
      String connector = one.path("connector").asText("");
      seen.add(
          new Seen(
              one.path("peer").asText(""),
              connector,
              Connectors.page(answers.organization(), Connectors.INBOUND, connector),
              one.path("tls").asText(""),
              one.path("lastSeen").asText("")));
    }
    StringBuilder next = new StringBuilder(answers.query());
    List<String> proposed = new ArrayList<>();
    partner
        .path("proposal")
        .properties()
        .forEach(
            field -> {
              if (answers.of(field.getKey()).isEmpty()) {
                next.append('&')
                    .append(Values.query(field.getKey(), Values.text(field.getValue())));
                proposed.add(field.getKey());
              }
            });
    if (!proposed.isEmpty()) {
      next.append("&proposed=").append(String.join(",", proposed));
    }
    return new Look(
        hosts,
        seen,
        Values.list(partner.path("remarks")),
        Values.text(partner.path("made")),
        next.toString(),
        "");
  }

  @GET
  @Path("secure/proof")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String proof(
      @QueryParam("proposed") @DefaultValue("") String proposed, @Context UriInfo uri) {
    return proof(PartnerAnswers.of(uri), Submitted.split(proposed), List.of(), "");
  }

  private String proof(
      PartnerAnswers answers, List<String> proposed, List<Problem.Fault> faults, String problem) {
    Inputs inputs =
        (name, kind, choices) ->
            new Input(
                name,
                kind,
                answers.of(name),
                proposed.contains(name),
                choices,
                faults.stream().filter(fault -> ConnectorForm.nameOf(fault).equals(name)).toList());
    List<Group> groups =
        List.of(
            new Group(
                "in",
                List.of(
                    inputs.of("certificateName", "TEXT", List.of()),
                    inputs.of("addresses", "LIST", List.of()))),
            new Group(
                "out",
                List.of(
                    inputs.of("smartHosts", "LIST", List.of()),
                    inputs.of("tlsSettings", "CHOICE", LEVELS),
                    inputs.of("tlsDomain", "TEXT", List.of()))),
            new Group(
                "more",
                List.of(
                    inputs.of("domains", "LIST", List.of()),
                    inputs.of("trustAnchors", "TEXT", List.of()),
                    inputs.of("revocation", "CHOICE", REVOCATIONS),
                    inputs.of("recipients", "LIST", List.of()))));
    List<Problem.Fault> others =
        faults.stream()
            .filter(
                fault ->
                    groups.stream()
                        .flatMap(group -> group.inputs().stream())
                        .noneMatch(each -> each.name().equals(ConnectorForm.nameOf(fault))))
            .toList();
    return Templates.secureProof(
            frames.of(TITLE).command(answers.command() + " --dry-run"),
            answers,
            groups,
            others,
            problem)
        .render();
  }

  @GET
  @Path("secure/plan")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String plan(
      @QueryParam("whatIf") @DefaultValue("") String whatIf,
      @QueryParam("validation") @DefaultValue("") String validation,
      @Context UriInfo uri) {
    return plan(PartnerAnswers.of(uri), whatIf, validation, "");
  }

  private String plan(PartnerAnswers answers, String whatIf, String validation, String problem) {
    JsonNode planned;
    try {
      planned = planned(answers);
    } catch (ProblemException e) {
      if (e.problem().status() == 404 || e.problem().status() == 403) {
        throw e;
      }
      return proof(
          answers,
          List.of(),
          e.problem().errors(),
          e.problem().errors().isEmpty() ? e.problem().detail() : "");
    }
    WhatIfView compared = whatIf.isEmpty() ? null : WhatIfPage.find(peers, whatIf).orElse(null);
    Frame f = frames.of(TITLE).command(answers.command() + " --dry-run");
    return Templates.securePlan(
            f,
            answers,
            view(f, planned),
            whatIf,
            validation,
            compared,
            validation(answers, validation).orElse(null),
            problem)
        .render();
  }

  private JsonNode planned(PartnerAnswers answers) {
    Map<String, Object> body = answers.body();
    body.put("validate", false);
    return peers.policy().post(answers.path() + "/secure", body).body();
  }

  private Optional<ValidationView> validation(PartnerAnswers answers, String id) {
    return id.isEmpty()
        ? Optional.empty()
        : peers
            .policy()
            .find(
                "/organizations/"
                    + Frame.encoded(answers.organization())
                    + "/validations/"
                    + Frame.encoded(id))
            .map(ValidationView::of);
  }

  private static Plan view(Frame f, JsonNode planned) {
    List<Planned> all = new ArrayList<>();
    for (String direction : List.of(Connectors.INBOUND, Connectors.OUTBOUND)) {
      for (JsonNode connector : planned.path("connectors").path(direction + "Connectors")) {
        List<ConnectorPage.Fact> facts =
            connector.properties().stream()
                .filter(field -> !field.getKey().equals("name"))
                .filter(field -> !field.getValue().isBoolean() || field.getValue().asBoolean())
                .map(
                    field ->
                        new ConnectorPage.Fact(
                            field.getKey(),
                            ConnectorPage.value(f, field.getKey(), field.getValue())))
                .toList();
        all.add(new Planned(direction, connector.path("name").asText(""), facts));
      }
    }
    return new Plan(
        all,
        Values.list(planned.path("warnings")),
        Values.list(planned.path("missing")),
        planned.path("seen").asText(""));
  }

  @POST
  @Path("secure/what-if")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response compare() {
    PartnerAnswers answers = PartnerAnswers.of(form::text);
    String validation = form.text("validation");
    try {
      String id =
          WhatIfPage.start(
              peers,
              answers.organization(),
              planned(answers).path("connectors"),
              WhatIfFilePage.DAYS);
      return PageAnswers.see(planPath(answers, id, validation) + "#what-if");
    } catch (ProblemException e) {
      return Response.ok(plan(answers, "", validation, ConnectorPage.sentence(e))).build();
    }
  }

  @POST
  @Path("secure/validate")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response validate() {
    PartnerAnswers answers = PartnerAnswers.of(form::text);
    String whatIf = form.text("whatIf");
    try {
      JsonNode draft = planned(answers).path("connectors").path("outboundConnectors").path(0);
      Map<String, Object> body =
          Map.of(
              "connector",
              draft,
              "domains",
              List.of(answers.domain()),
              "recipients",
              answers.list("recipients"));
      String id =
          peers
              .policy()
              .post(
                  "/organizations/" + Frame.encoded(answers.organization()) + "/validations", body)
              .body()
              .path("id")
              .asText();
      return PageAnswers.see(planPath(answers, whatIf, id) + "#validation");
    } catch (ProblemException e) {
      return Response.ok(plan(answers, whatIf, "", ConnectorPage.sentence(e))).build();
    }
  }

  private static String planPath(PartnerAnswers answers, String whatIf, String validation) {
    return "/partners/secure/plan?"
        + Values.joined(
            "&",
            answers.query(),
            Values.query("whatIf", whatIf),
            Values.query("validation", validation));
  }

  @GET
  @Path("secure/decide")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public String decide(
      @QueryParam("seen") @DefaultValue("") String seen,
      @QueryParam("whatIf") @DefaultValue("") String whatIf,
      @QueryParam("validation") @DefaultValue("") String validation,
      @Context UriInfo uri) {
    return decide(PartnerAnswers.of(uri), seen, whatIf, validation, "");
  }

  private String decide(
      PartnerAnswers answers, String seen, String whatIf, String validation, String problem) {
    return Templates.secureDecide(
            frames.of(TITLE).command(answers.command() + " --mode enforce"),
            answers,
            seen,
            whatIf,
            validation,
            validation(answers, validation).orElse(null),
            problem)
        .render();
  }

  @POST
  @Path("secure/enforce")
  @RunOnVirtualThread
  @Operation(hidden = true)
  public Response enforce() {
    PartnerAnswers answers = PartnerAnswers.of(form::text);
    String mode = form.text("mode");
    String seen = form.text("seen");
    String problem;
    if (mode.isEmpty()) {
      problem = "secure.chooseMode";
    } else {
      Map<String, Object> body = answers.body();
      body.remove("recipients"); // they have the test message already
      body.put("mode", mode);
      body.put("consent", true);
      body.put("evenIfUnmet", mode.equals(REPORT_ONLY) || form.has("evenIfUnmet"));
      try {
        JsonNode made =
            peers
                .policy()
                .post(
                    Values.joined(
                        "?",
                        answers.path() + "/secure",
                        Values.query("reason", form.text("reason"))),
                    body,
                    seen.isEmpty() ? null : "\"" + seen + "\"",
                    DIALS)
                .body();
        if (made.path("enforced").asBoolean()) {
          return PageAnswers.see(
              "/partners/secure/done?"
                  + Values.joined(
                      "&",
                      Values.query("organization", answers.organization()),
                      Values.query("domain", answers.domain()),
                      Values.query("mode", mode),
                      Values.query("version", made.path("version").asText(""))));
        }
        problem = "secure.unmet";
      } catch (ProblemException e) {
        problem = e.problem().status() == 412 ? "secure.meanwhile" : ConnectorPage.sentence(e);
      }
    }
    return Response.ok(decide(answers, seen, form.text("whatIf"), form.text("validation"), problem))
        .build();
  }
}
