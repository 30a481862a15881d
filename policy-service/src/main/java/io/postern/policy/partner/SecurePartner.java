package io.postern.policy.partner;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.rules.Directory;
import io.postern.rules.DirectoryRules;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Forced TLS with a partner in one call (S7; docs/guides/forced-tls-with-a-partner.md): the pair is
 * planned, checked by the directory's rules, validated over the network, and on consent enforced as
 * one command. The validation is of the pair that is enforced: it is kept as the outbound
 * connector's last one. Any thread that may block, for the validation a minute at most.
 */
@Singleton
class SecurePartner {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final String SOURCE = "secure-partner";

  private final CurrentDirectory directory;
  private final ProbeLog probes;
  private final PairChange change;

  SecurePartner(CurrentDirectory directory, ProbeLog probes, PairChange change) {
    this.directory = directory;
    this.probes = probes;
    this.change = change;
  }

  /**
   * @param ifMatch version of the directory that was seen; null: any
   * @param operator who may have smart hosts at private addresses dialled before they are in force
   */
  SecureView secure(
      String organization,
      String domain,
      SecureRequest asked,
      @Nullable String ifMatch,
      String by,
      boolean operator) {
    directory.of(organization);
    Directory before = directory.unchanged(organization, ifMatch);
    SecurePair pair = SecurePair.of(organization, domain, asked);
    List<DirectoryObject> changes = pair.changes(before);
    List<DirectoryProblem> problems = DirectoryRules.validate(before, changes);
    if (!problems.isEmpty()) {
      throw Drafts.refused(problems);
    }
    Directory after = before.with(pair.objects());
    List<String> warnings = new SecureWarnings(before, pair, domain).find();
    if (asked.planOnly()) {
      return new SecureView(
          organization,
          domain,
          pair.shown(),
          warnings,
          List.of(),
          null,
          before.version(),
          false,
          null);
    }
    ProbeRequest request =
        new ValidationPlan(
                after,
                pair.outbound(),
                new ValidationRequest(null, List.of(domain), asked.recipients(), null))
            .request(by, asked.consented(), operator);
    ValidationView validation = validated(request);
    List<String> missing = missing(pair, validation);
    boolean enforce = asked.consented() && (validation.state().equals("met") || asked.despite());
    Long version = enforce ? change.make(organization, before, changes, by, SOURCE) : null;
    if (asked.consented() && !enforce) {
      missing.addFirst(
          "The pair is not in force, because its validation failed: ask the partner to fix it, or "
              + "send evenIfUnmet: true; mail to the partner then stays in the queue until it is "
              + "fixed.");
    }
    return new SecureView(
        organization,
        domain,
        pair.shown(),
        warnings,
        missing,
        validation,
        before.version(),
        enforce,
        version);
  }

  private static List<String> missing(SecurePair pair, ValidationView validation) {
    List<String> missing = new ArrayList<>();
    if (!validation.state().equals("met")) {
      missing.add("Mail out: " + validation.summary() + ".");
      validation.steps().stream()
          .filter(step -> step.state().equals("failed"))
          .map(step -> step.host() + " " + step.step() + ": " + step.detail() + " " + step.cure())
          .distinct()
          .limit(10)
          .forEach(missing::add);
    }
    missing.add(
        "Inbound mail: the partner's servers authenticate with their next message. Watch it: POST "
            + "/api/v1/organizations/ORGANIZATION/inbound-connectors/"
            + pair.inbound().getFirst().getName()
            + "/watches");
    return missing;
  }

  /** Asks, and waits for the end, a minute at most. */
  ValidationView validated(ProbeRequest request) {
    probes.ask(request);
    try {
      return ValidationView.of(
          probes.await(
              request.getProbeId(),
              probe -> ValidationView.of(probe, Instant.now()).over(),
              PATIENCE),
          Instant.now());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProblemException(Problem.of(503, "The service is stopping", "Try again."));
    }
  }

  /** The pair that was made for the partner; empty: none was. */
  Optional<SecuredView> made(String organization, String domain) {
    Directory now = directory.of(organization);
    List<DirectoryObject> made = SecurePair.made(now, organization, domain);
    return made.isEmpty()
        ? Optional.empty()
        : Optional.of(new SecuredView(organization, domain, SecurePair.shown(made), now.version()));
  }

  /**
   * Takes the pair away as it was seen, or not at all; the directory's version. Empty: none was
   * made for the partner.
   *
   * @param ifMatch version of the directory that was seen; *: any
   * @throws ProblemException 412: somebody has changed the organization since; 428: it is not said
   *     what was seen
   */
  Optional<Long> undo(String organization, String domain, @Nullable String ifMatch, String by) {
    if (made(organization, domain).isEmpty()) {
      return Optional.empty();
    }
    if (ifMatch == null) {
      throw new ProblemException(
          Problem.of(
              428,
              "Version missing",
              "The connectors exist: send If-Match with the version that you have read.",
              List.of(
                  new Problem.Fault(
                      "If-Match",
                      "it is missing",
                      "write \"seen\" of GET …/partners/" + domain + "/secure"))));
    }
    Directory before = directory.unchanged(organization, ifMatch);
    List<DirectoryObject> removed =
        SecurePair.made(before, organization, domain).stream().map(SecurePair::removed).toList();
    return Optional.of(change.make(organization, before, removed, by, SOURCE));
  }
}
