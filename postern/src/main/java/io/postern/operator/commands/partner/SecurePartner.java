package io.postern.operator.commands.partner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.commandline.OutputOption;
import io.postern.commandline.Program;
import io.postern.operator.api.ChangeText;
import io.postern.operator.api.PartnersClient;
import io.postern.operator.api.ProblemText;
import io.postern.operator.commands.Dialogue;
import io.postern.operator.commands.ReasonOption;
import io.postern.operator.connection.ConnectionOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command that leads to forced TLS with a partner. */
@Command(
    name = "secure-partner",
    description = {
      "Sets up forced TLS with a partner: shows its mail hosts, asks for values, plans, validates "
          + "live, and activates the plan if you confirm.",
      "Without a terminal, or with -o json, options supply every value, and proposals are not used "
          + "automatically.",
      "Exit code 0: in force, or met with --dry-run, 1: neither, 3: no delivery-service responded."
    },
    mixinStandardHelpOptions = true)
public final class SecurePartner implements Callable<Integer> {
  private static final String REPORT_ONLY = "reportOnly";
  private static final String ENFORCE = "enforce";

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();
  @Mixin private PartnerAnswers answers = new PartnerAnswers();

  @Parameters(index = "0", paramLabel = "ORGANIZATION", description = "its id in the directory")
  private String organization = "";

  @Parameters(index = "1", paramLabel = "DOMAIN", description = "the partner's")
  private String domain = "";

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = "reportOnly (refuses nothing, delays nothing) or enforce")
  private @Nullable String mode;

  @Option(names = "--look", description = "shows the partner's mail hosts and a proposal only")
  private boolean look;

  @Mixin private ReasonOption reason = new ReasonOption();

  @Option(names = "--dry-run", description = "plans and validates, or shows what is removed, only")
  private boolean dryRun;

  @Option(names = "--yes", description = "makes changes without asking")
  private boolean yes;

  @Option(
      names = "--even-if-unmet",
      description =
          "enforces it although the validation failed: mail to the partner stays in the " + "queue")
  private boolean evenIfUnmet;

  @Option(
      names = "--undo",
      description = "removes the connectors that were created for the partner")
  private boolean undo;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    if (mode != null && !mode.equals(REPORT_ONLY) && !mode.equals(ENFORCE)) {
      throw wrong("--mode is \"" + mode + "\": write reportOnly or enforce");
    }
    Optional<Dialogue> dialogue = output.isJson() ? Optional.empty() : Dialogue.here();
    PartnersClient client = new PartnersClient(connection.installation().policy(), organization);
    if (undo) {
      return undone(client, dialogue);
    }
    if (look) {
      JsonNode partner = client.look(domain);
      output.print(partner, () -> looked(partner));
      return 0;
    }
    if (dialogue.isPresent()) {
      output.note("checking the mail hosts of " + domain + ", a minute at most");
      JsonNode partner = client.look(domain);
      output.print(partner, () -> PartnerText.look(partner));
      answers.ask(dialogue.get(), partner.path("proposal"), domain);
    } else {
      requireOptions();
    }
    return planned(client, dialogue);
  }

  private static List<String> looked(JsonNode partner) {
    List<String> lines = new ArrayList<>(PartnerText.look(partner));
    lines.addAll(PartnerAnswers.proposal(partner.path("proposal")));
    return lines;
  }

  private void requireOptions() {
    if (!answers.hasProof()) {
      throw wrong("cannot ask here: add --certificate-name or --address");
    }
    if (!dryRun && mode == null) {
      throw wrong("cannot ask here: add --mode reportOnly or --mode enforce");
    }
    if (!dryRun && !yes) {
      throw wrong("cannot ask here: add --yes to activate it, or --dry-run");
    }
  }

  private int planned(PartnersClient client, Optional<Dialogue> dialogue) throws Exception {
    Map<String, Object> body = answers.body();
    if (mode != null) {
      body.put("mode", mode);
    }
    Map<String, Object> planned = new LinkedHashMap<>(body);
    planned.put("validate", false);
    JsonNode plan = client.secure(domain, planned, null, reason.text());
    if (isRefused(plan)) {
      return refused(plan);
    }
    JsonNode validation = validated(client, plan);
    boolean met = ValidationText.isMet(validation);
    if (dryRun) {
      output.print(withValidation(plan, validation), List::of);
      return met ? 0 : notMet(validation);
    }
    String chosen = mode;
    if (chosen == null) {
      chosen = chosen(dialogue.orElseThrow(), met);
    } else if (!yes && !dialogue.orElseThrow().agrees("Activate it (" + chosen + ")?")) {
      chosen = "no";
    }
    if (chosen.equals("no")) {
      output.note("nothing was changed");
      return 1;
    }
    if (chosen.equals(ENFORCE) && !met && !evenIfUnmet) {
      output.print(withValidation(plan, validation), () -> PartnerText.end(plan, false));
      return notMet(validation);
    }
    return secured(client, body, chosen, yes ? null : plan.path("seen").asText());
  }

  /** A finding, or nobody has looked: no delivery service answered. */
  private static int notMet(JsonNode validation) {
    return validation.path("state").asText().equals("unmet") ? 1 : Program.COULD_NOT_ASK;
  }

  /** As the service's answer is where it validates itself. */
  private static JsonNode withValidation(JsonNode plan, JsonNode validation) {
    return ((ObjectNode) plan.deepCopy()).set("validation", validation);
  }

  /** The directory's rules refuse the pair, or a connector of its names is there. */
  private static boolean isRefused(JsonNode answer) {
    return !answer.has("connectors");
  }

  private int refused(JsonNode problem) {
    output.print(
        problem, () -> ("NOT CHANGED: " + ProblemText.of(problem.toString())).lines().toList());
    return 1;
  }

  private JsonNode validated(PartnersClient client, JsonNode plan) throws Exception {
    boolean json = output.isJson();
    if (!json) {
      output.print(plan, () -> PartnerText.plan(plan));
    }
    Map<String, Object> draft = new LinkedHashMap<>();
    draft.put("connector", plan.path("connectors").path("outboundConnectors").path(0));
    draft.put("domains", List.of(domain));
    draft.put("recipients", answers.recipients());
    JsonNode validation =
        client.validateDraft(
            draft, json ? view -> {} : new ValidationText(lines -> output.show(lines)));
    if (!json) {
      output.print(validation, () -> ValidationText.end(validation));
    }
    return validation;
  }

  private String chosen(Dialogue dialogue, boolean met) throws IOException {
    boolean mayEnforce = met || evenIfUnmet;
    String answer =
        dialogue.answer(
            "Activate it: "
                + (mayEnforce ? "enforce, " : "")
                + "reportOnly (refuses nothing, delays nothing), or no",
            "no");
    boolean known = answer.equals(REPORT_ONLY) || mayEnforce && answer.equals(ENFORCE);
    return known ? answer : "no";
  }

  /** The service validates once more, and enforces nothing that is unmet. */
  private int secured(
      PartnersClient client, Map<String, Object> body, String chosen, @Nullable String seen)
      throws Exception {
    boolean reportOnly = chosen.equals(REPORT_ONLY);
    body.put("mode", chosen);
    body.remove("recipients"); // they have the test message already
    body.put("consent", true);
    body.put("evenIfUnmet", reportOnly || evenIfUnmet);
    output.note("validating the plan, a minute at most");
    JsonNode secured = client.secure(domain, body, seen, reason.text());
    if (isRefused(secured)) {
      return refused(secured);
    }
    output.print(
        secured,
        () -> {
          List<String> lines = new ArrayList<>(PartnerText.end(secured, reportOnly));
          if (secured.path("enforced").asBoolean()) {
            lines.add(
                "postern: to see the partner's next mail: postern watch %s \"%s\""
                    .formatted(
                        organization,
                        secured
                            .path("connectors")
                            .path("inboundConnectors")
                            .path(0)
                            .path("name")
                            .asText()));
          }
          return lines;
        });
    return secured.path("enforced").asBoolean() ? 0 : 1;
  }

  private int undone(PartnersClient client, Optional<Dialogue> dialogue) throws Exception {
    if (!dryRun && !yes && dialogue.isEmpty()) {
      throw wrong("cannot ask here: add --yes to remove them, or --dry-run");
    }
    Optional<JsonNode> made = client.made(domain);
    if (made.isEmpty()) {
      output.note("no connector was created for " + domain);
      return 1;
    }
    if (!dryRun && !yes) {
      output.print(made.get(), () -> PartnerText.made(made.get()));
      if (!dialogue.orElseThrow().agrees("Remove them?")) {
        output.note("nothing was changed");
        return 1;
      }
    }
    JsonNode undone = client.undo(domain, made.get().path("seen").asText(), dryRun, reason.text());
    if (!undone.has("applied")) {
      return refused(undone);
    }
    output.print(
        undone,
        () -> {
          List<String> lines = new ArrayList<>();
          undone.path("changes").forEach(change -> lines.addAll(ChangeText.lines(change)));
          lines.add(
              dryRun
                  ? "postern: nothing was changed (--dry-run)"
                  : "postern: removed, as version "
                      + undone.path("version").asLong()
                      + "; mail queued under the requirement is held");
          return lines;
        });
    return 0;
  }

  private CommandLine.ParameterException wrong(String why) {
    return new CommandLine.ParameterException(spec.commandLine(), why);
  }
}
